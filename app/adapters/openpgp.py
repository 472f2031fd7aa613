"""Signing with an OpenPGP key, so that gpg 2.2 and `git tag -v` accept it."""

import re
from typing import Final, Literal

import pysequoia

_ARMOUR: Final = re.compile(
    r"-----BEGIN PGP SIGNATURE-----\n(?:[A-Za-z]+: [^\n]*\n)*\n[A-Za-z0-9+/=\n]+-----END PGP SIGNATURE-----\n?"
)
_NEWEST: Final = 4  # version of signatures that gpg 2.2 reads


class OpenPgpSigner:
    """The port `Signer`, by an OpenPGP key."""

    kind: Literal["openpgp"] = "openpgp"

    def __init__(self, data: bytes) -> None:
        """Take an armoured private key. Raises ValueError, in words that hold nothing of the key."""
        try:
            key = pysequoia.Tsk.from_bytes(data)
            self._cert = key.extract_certificate()
        except RuntimeError:
            raise ValueError("is no OpenPGP key that can be read: it may be damaged") from None
        try:
            self._signer = key.signer()
            armour = self.sign(b"")
        except RuntimeError as error:
            raise ValueError(_why_not(str(error).splitlines()[0])) from None
        if pysequoia.Sig.from_bytes(armour.encode()).version > _NEWEST:
            raise ValueError(
                "is an OpenPGP key of version 6, which gpg 2.2 and most people's git cannot check: "
                "make one by RFC 4880, as `gpg --quick-gen-key` does"
            )

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint, as gpg shows it."""
        return self._cert.fingerprint.upper()

    def sign(self, payload: bytes) -> str:
        """Return the armoured signature of the bytes: another one each time, by its time and its salt."""
        made = pysequoia.sign(self._signer, payload, mode=pysequoia.SignatureMode.DETACHED)
        return made.decode("ascii")

    def verifies(self, payload: bytes, signature: str) -> bool:
        """Whether an armoured signature is this key's own, of exactly these bytes."""
        if _ARMOUR.fullmatch(signature) is None:
            return False
        try:
            made = pysequoia.Sig.from_bytes(signature.encode())
            found = pysequoia.verify(bytes=payload, store=self._store, signature=made)
        except RuntimeError:
            return False
        return any(one.certificate == self._cert.fingerprint for one in found.valid_sigs)

    def public_key(self, principal: str) -> str:
        """Return the armoured public key, for `gpg --import`; it bears its own e-mail addresses."""
        del principal
        return str(self._cert)

    def _store(self, _key_ids: object) -> list[pysequoia.Cert]:
        """Return the one key that counts, whichever is asked for."""
        return [self._cert]


def _why_not(said: str) -> str:
    if "encrypted" in said:
        return (
            "is protected by a passphrase, and nobody is there to type it: export it without one, "
            "and let nobody but the service read the file"
        )
    return "holds no private key that can sign: it may be a public key, expired, revoked, or for encryption only"
