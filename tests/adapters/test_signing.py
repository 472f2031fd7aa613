"""The key that signs tags: what is taken, what is refused in which words, and what a signature is good for."""

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pysequoia
import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from app.adapters.signing import UnusableKey, is_open_to_others, load_signer
from app.ports import Signer

PAYLOAD = b"object cccc\n\nExample 1.0.0\n"
Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def ssh_key(kind: str) -> Key:
    makers: dict[str, Callable[[], Key]] = {
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "other ed25519": ed25519.Ed25519PrivateKey.generate,
        "ecdsa 256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ecdsa 384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ecdsa 521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
    }
    return makers[kind]()


@cache
def pgp_key(who: str) -> pysequoia.Tsk:
    return pysequoia.Tsk.generate(who)


def pem(key: Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def signer_of(folder: Path, data: bytes) -> Signer:
    path = folder / "key"
    path.write_bytes(data)
    return load_signer(path)


KINDS = ["ed25519", "ecdsa 256", "ecdsa 384", "ecdsa 521", "rsa", "openpgp"]


def data_of(kind: str) -> bytes:
    return str(pgp_key("release@example.com")).encode() if kind == "openpgp" else pem(ssh_key(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_is_good_for_exactly_its_bytes(kind: str, tmp_path: Path) -> None:
    signer = signer_of(tmp_path, data_of(kind))
    signature = signer.sign(PAYLOAD)
    assert signer.verifies(PAYLOAD, signature)
    assert signer.verifies(PAYLOAD, signature.removesuffix("\n"))  # should GitHub not keep the last line end
    assert not signer.verifies(PAYLOAD + b"\n", signature)
    assert not signer.verifies(PAYLOAD, signature + "\n")
    assert not signer.verifies(PAYLOAD, "x" + signature)
    assert not signer.verifies(PAYLOAD, "")


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_an_ssh_signature_with_any_letter_changed_is_none(kind: str, tmp_path: Path) -> None:
    signer = signer_of(tmp_path, data_of(kind))
    signature = signer.sign(PAYLOAD)
    inside = [at for at, sign in enumerate(signature) if sign.isalnum() and 40 < at < len(signature) - 60]
    for at in inside[:: max(1, len(inside) // 40)]:
        changed = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
        assert not signer.verifies(PAYLOAD, changed), at


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_that_is_cut_short_or_has_other_line_ends_is_none(kind: str, tmp_path: Path) -> None:
    signer = signer_of(tmp_path, data_of(kind))
    signature = signer.sign(PAYLOAD)
    assert not signer.verifies(PAYLOAD, signature.replace("\n", "\r\n"))
    assert not signer.verifies(PAYLOAD, signature[: len(signature) // 2])


@pytest.mark.parametrize(("mine", "theirs"), [("ed25519", "other ed25519"), ("ed25519", "rsa"), ("rsa", "openpgp")])
def test_another_key_s_signature_is_none(mine: str, theirs: str, tmp_path: Path) -> None:
    foreign = signer_of(tmp_path, data_of(theirs)).sign(PAYLOAD)
    assert not signer_of(tmp_path, data_of(mine)).verifies(PAYLOAD, foreign)


def test_another_openpgp_key_s_signature_is_none(tmp_path: Path) -> None:
    foreign = signer_of(tmp_path, str(pgp_key("somebody@example.com")).encode()).sign(PAYLOAD)
    assert not signer_of(tmp_path, data_of("openpgp")).verifies(PAYLOAD, foreign)


def test_an_ssh_signature_of_another_namespace_is_none(tmp_path: Path) -> None:
    signer = signer_of(tmp_path, data_of("ed25519"))
    blob = base64.b64decode("".join(signer.sign(PAYLOAD).splitlines()[1:-1]))
    elsewhere = base64.b64encode(blob.replace(b"\0\0\0\3git", b"\0\0\0\3ssh")).decode()
    assert not signer.verifies(PAYLOAD, f"-----BEGIN SSH SIGNATURE-----\n{elsewhere}\n-----END SSH SIGNATURE-----\n")


def test_ed25519_and_rsa_sign_the_same_bytes_alike(tmp_path: Path) -> None:
    for kind in ("ed25519", "rsa"):
        signer = signer_of(tmp_path, data_of(kind))
        assert signer.sign(PAYLOAD) == signer.sign(PAYLOAD)


def test_people_get_what_they_verify_with(tmp_path: Path) -> None:
    ssh = signer_of(tmp_path, data_of("ed25519"))
    line = ssh_key("ed25519").public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    assert ssh.public_key("bot@example.com") == f'bot@example.com namespaces="git" {line}\n'
    pgp = signer_of(tmp_path, data_of("openpgp"))
    assert pgp.public_key("bot@example.com").startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert pgp.fingerprint == pgp_key("release@example.com").extract_certificate().fingerprint.upper()


@pytest.mark.parametrize("kind", KINDS)
def test_the_private_half_is_shown_nowhere(kind: str, tmp_path: Path) -> None:
    signer = signer_of(tmp_path, data_of(kind))
    shown = repr(signer) + str(signer) + signer.fingerprint
    assert not any(line in shown for line in data_of(kind).decode().splitlines() if line)
    assert "PRIVATE" not in signer.public_key("bot@example.com")


# Made for these tests by ssh-keygen and gpg: neither has ever opened or signed anything.
LOCKED_SSH_KEY = b"""\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAmdFBjt+
DZQ0wEu+z5LofyAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIEbl16BiHgOUthUM
74XilcogEV6KKhkxf7DuNTkDkH2SAAAAkKHxONcIpwQ+4d3tq8AZ2soaAhbHLNfuSZa+OS
F22mLkB2+UuuP1RfSvE5bDJZwtV6UuJOtrIfwuHhuCKpz3oXrhlheD/I4bJqYlEGpEs839
zNxb4uAuXNyj5nzsguEuwCuH4GG6y1pRCNt3jEenUoYFyJsE5s1pwutfHQfbluRy7vhDT+
yziQJxfdlkp5YZzw==
-----END OPENSSH PRIVATE KEY-----
"""
LOCKED_OPENPGP_KEY = b"""\
-----BEGIN PGP PRIVATE KEY BLOCK-----

lIYEawh6bxYJKwYBBAHaRw8BAQdAXua1Uy2wwYcIu5D0GMXhjQudfbi4iUxevzj2
7PCDg4/+BwMCYYnVPk9kOpD/hzgzxh5FPjYVTqbpW0P2mrsZTdb0zXuJjh2XnOGH
UEFn9OJmqybBkJ4FoPLziBUMgt0GgzB2DNi8hvLSI5wWMBbfr2xgULQSbG9ja2Vk
QGV4YW1wbGUuY29tiJYEExYIAD4WIQRjuQRXNkvkWPbBddceh5dpYwj4SQUCawh6
bwIbAwUJA8JnAAULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRAeh5dpYwj4SQqD
AP9sZf9p9i3X8Zt4OSqnwDGNgDUIi8jFmvR05e06ARSMcAEAtuWakHwUJPXptNtQ
LRfIYQvr4WRgJynHqgqVD1kvpws=
=RBm8
-----END PGP PRIVATE KEY BLOCK-----
"""
EXPIRED_OPENPGP_KEY = b"""\
-----BEGIN PGP PRIVATE KEY BLOCK-----

lFgEXgvhABYJKwYBBAHaRw8BAQdASD9+eDpUVcuocq3xxozzfxxwzTLYiEo8wJ1E
lguMVjgAAQDkJ6IAp7FesMQPLq11ENyu77Liz7qViSbQqXXutuzHmBL+tBNleHBp
cmVkQGV4YW1wbGUuY29tiJYEExYIAD4WIQSLlKypdPNi06mNBe6itLrAE1h1rwUC
XgvhAAIbAwUJAAFRgAULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRCitLrAE1h1
r3ZVAQD0qy9GKZ5WJXJNguCwSlh9A4ZChyGQYrFBw8hvYRZ2hgEA2YAkUX9kN5vy
hHvUTR4CBj74KNnI1SLXSc1EEsiriAs=
=CIbR
-----END PGP PRIVATE KEY BLOCK-----
"""
PEM_KEY = b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"
PEM_PUBLIC = b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"


def damaged(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[:4] + lines[-2:])


def _weak() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505 - being too short is the point


UNUSABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "holds no key that can sign tags"),
    "a text": (lambda: b"ssh me the key", "holds no key that can sign tags"),
    "bytes": (lambda: bytes(range(256)), "holds no key that can sign tags"),
    "too much": (lambda: data_of("ed25519") + b"\n" * 2_000_000, "is too large for a key"),
    "the App's own kind": (lambda: PEM_KEY, "in PEM form, which is what the App signs in with"),
    "a public PEM key": (lambda: PEM_PUBLIC, "holds a public key: the private one signs"),
    "a public SSH key": (
        lambda: ssh_key("ed25519").public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "holds a public key: the private one signs",
    ),
    "a public OpenPGP key": (
        lambda: str(pgp_key("release@example.com").extract_certificate()).encode(),
        "holds a public key: the private one signs",
    ),
    "an SSH key with a passphrase": (lambda: LOCKED_SSH_KEY, "is protected by a passphrase"),
    "an OpenPGP key with a passphrase": (lambda: LOCKED_OPENPGP_KEY, "is protected by a passphrase"),
    "half an SSH key": (lambda: damaged(data_of("ed25519")), "is no SSH key that can be read"),
    "half an OpenPGP key": (lambda: damaged(data_of("openpgp")), "is no OpenPGP key that can be read"),
    "a short RSA key": (lambda: pem(_weak()), "of 1024 bits: at least 2048 are needed"),
    "an OpenPGP key of version 6": (
        lambda: str(pysequoia.Tsk.generate("a@b.example", profile=pysequoia.Profile.RFC9580)).encode(),
        "version 6, which gpg 2.2 and most people's git cannot check",
    ),
    "an expired OpenPGP key": (lambda: EXPIRED_OPENPGP_KEY, "holds no private key that can sign"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_cannot_sign_is_refused_with_the_reason_and_none_of_its_content(what: str, tmp_path: Path) -> None:
    make, words = UNUSABLE[what]
    data = make()
    with pytest.raises(UnusableKey) as refused:
        signer_of(tmp_path, data)
    said = str(refused.value)
    assert said.startswith(str(tmp_path / "key"))
    assert words in said
    assert not any(line.decode("latin-1") in said for line in data.splitlines()[1:] if len(line) > 10)
    assert refused.value.__cause__ is None


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableKey, match="cannot be read: No such file"):
        load_signer(tmp_path / "key")


@pytest.mark.filterwarnings("ignore:SSH DSA key")
def test_a_key_of_a_kind_that_is_no_good_any_more_is_refused(tmp_path: Path) -> None:
    key = dsa.generate_private_key(1024)  # noqa: S505 - the same
    with pytest.raises(UnusableKey, match="use ed25519, ECDSA or RSA"):
        signer_of(tmp_path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))


@pytest.mark.parametrize(("mode", "is_open"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_may_read_is_told_from_one_that_they_may_not(
    mode: int, is_open: bool, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.touch()
    path.chmod(mode)
    assert is_open_to_others(path) is is_open
