"""The key that signs release tags, from a file: SSH or OpenPGP, whichever it is."""

from pathlib import Path
from typing import Final

from app.adapters.openpgp import OpenPgpSigner
from app.adapters.sshsig import SshSigner
from app.ports import Signer

_LARGEST: Final = 1024 * 1024  # bytes of a key file; a real one has a few thousand
_SSH: Final = "-----BEGIN OPENSSH PRIVATE KEY-----"
_OPENPGP: Final = "-----BEGIN PGP PRIVATE KEY BLOCK-----"
_OTHERS: Final = 0o077
_WANTED: Final = (
    "a private key in OpenSSH's form (`ssh-keygen -t ed25519 -N '' -f FILE`) "
    "or an armoured OpenPGP one (`gpg --armor --export-secret-keys`)"
)


class UnusableKey(ValueError):
    """The file holds no key that can sign tags. The text says why and what to do, and nothing of the key."""


def load_signer(path: Path) -> Signer:
    """Read the key that signs tags. Raises UnusableKey."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise UnusableKey(f"{path} cannot be read: {error.strerror}") from error
    first = data[:200].lstrip().split(b"\n", 1)[0].strip().decode("ascii", "replace")
    try:
        return _signer(first, data)
    except ValueError as error:
        raise UnusableKey(f"{path} {error}") from None


def is_open_to_others(path: Path) -> bool:
    """Whether others than its owner may do anything with the file: then the key is not the bot's alone."""
    return bool(path.stat().st_mode & _OTHERS)


def _signer(first: str, data: bytes) -> Signer:
    if len(data) > _LARGEST:
        raise ValueError("is too large for a key")
    if first == _SSH:
        return SshSigner(data.strip() + b"\n")
    if first == _OPENPGP:
        return OpenPgpSigner(data)
    raise ValueError(_what_it_is(first))


def _what_it_is(first: str) -> str:
    if first.startswith(("ssh-", "ecdsa-", "-----BEGIN PGP PUBLIC", "-----BEGIN PUBLIC", "-----BEGIN SSH2 PUBLIC")):
        return "holds a public key: the private one signs"
    if first.startswith("-----BEGIN ") and first.endswith("PRIVATE KEY-----"):
        return (
            "holds a private key in PEM form, which is what the App signs in with. Tags are signed by a key of their "
            f"own: {_WANTED}"
        )
    return f"holds no key that can sign tags, which is {_WANTED}"
