"""Signing with an SSH key, as `ssh-keygen -Y sign -n git` does: ed25519, ECDSA and RSA.

https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
"""

import base64
import binascii
import hashlib
import re
import struct
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_private_key

_NAMESPACE: Final = b"git"
_HASH: Final = b"sha512"
_MAGIC: Final = b"SSHSIG"
_ARMOUR: Final = re.compile(r"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n?")
_WIDTH: Final = 70  # of a line of the armour, as OpenSSH has it
_LEAST_RSA: Final = 2048
_CURVES: Final[dict[str, HashAlgorithm]] = {"secp256r1": SHA256(), "secp384r1": SHA384(), "secp521r1": SHA512()}

_Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SshSigner:
    """The port `Signer`, by an SSH key."""

    kind: Literal["ssh"] = "ssh"

    def __init__(self, data: bytes) -> None:
        """Take a private key in OpenSSH's own form. Raises ValueError, in words that hold nothing of the key."""
        self._key = _load(data)
        line = self._key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        self._line = line
        self._blob = base64.b64decode(line.split(" ")[1])
        self._name = line.split(" ")[0].encode()

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint, as `ssh-keygen -l` shows it."""
        return f"SHA256:{base64.b64encode(hashlib.sha256(self._blob).digest()).decode().rstrip('=')}"

    def sign(self, payload: bytes) -> str:
        """Return the armoured signature of the bytes."""
        parts = (self._blob, _NAMESPACE, b"", _HASH, self._signature(_signed(payload)))
        blob = base64.b64encode(_MAGIC + struct.pack(">I", 1) + b"".join(map(_string, parts))).decode()
        lines = "\n".join(blob[at : at + _WIDTH] for at in range(0, len(blob), _WIDTH))
        return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n"

    def verifies(self, payload: bytes, signature: str) -> bool:
        """Whether an armoured signature is this key's own, of exactly these bytes, in git's namespace."""
        armour = _ARMOUR.fullmatch(signature)
        if armour is None:
            return False
        try:
            blob = base64.b64decode(armour[1].replace("\n", ""), validate=True)
            if blob[:10] != _MAGIC + struct.pack(">I", 1):
                return False
            key, namespace, _, algorithm, made = _strings(blob[10:], 5)
            if (key, namespace, algorithm) != (self._blob, _NAMESPACE, _HASH):
                return False
            self._verify(made, _signed(payload))
        except (ValueError, binascii.Error, InvalidSignature):
            return False
        return True

    def public_key(self, principal: str) -> str:
        """Return the line of an `allowed_signers` file: the key counts for git's signatures of that e-mail address."""
        return f'{principal} namespaces="git" {self._line}\n'

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return _string(self._name) + _string(self._key.sign(data))
        if isinstance(self._key, rsa.RSAPrivateKey):
            return _string(b"rsa-sha2-512") + _string(self._key.sign(data, PKCS1v15(), SHA512()))
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(_CURVES[self._key.curve.name])))
        return _string(self._name) + _string(_mpint(r) + _mpint(s))

    def _verify(self, made: bytes, data: bytes) -> None:
        """Raises InvalidSignature and ValueError."""
        name, raw = _strings(made, 2)
        if name != (b"rsa-sha2-512" if isinstance(self._key, rsa.RSAPrivateKey) else self._name):
            raise InvalidSignature
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            self._key.public_key().verify(raw, data)
        elif isinstance(self._key, rsa.RSAPrivateKey):
            self._key.public_key().verify(raw, data, PKCS1v15(), SHA512())
        else:
            r, s = (int.from_bytes(part, "big") for part in _strings(raw, 2))
            self._key.public_key().verify(encode_dss_signature(r, s), data, ec.ECDSA(_CURVES[self._key.curve.name]))


def _load(data: bytes) -> _Private:
    try:
        key = load_ssh_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if "password" in str(error).lower():
            raise ValueError(
                "is protected by a passphrase, and nobody is there to type it: take it off with "
                "`ssh-keygen -p -N '' -f FILE`, and let nobody but the service read the file"
            ) from None
        raise ValueError("is no SSH key that can be read: it may be damaged, or of a kind that is not known") from None
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < _LEAST_RSA:
        raise ValueError(f"is an RSA key of {key.key_size} bits: at least {_LEAST_RSA} are needed")
    if isinstance(key, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return key
    raise ValueError("is an SSH key of a kind that signs no tags: use ed25519, ECDSA or RSA")


def _signed(payload: bytes) -> bytes:
    """Return what the key signs: never the bytes themselves, but what they are for and their hash."""
    return _MAGIC + b"".join(map(_string, (_NAMESPACE, b"", _HASH, hashlib.sha512(payload).digest())))


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _mpint(number: int) -> bytes:
    return _string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _strings(data: bytes, count: int) -> tuple[bytes, ...]:
    """Read exactly so many strings, and nothing behind them. Raises ValueError."""
    found: list[bytes] = []
    for _ in range(count):
        if len(data) < 4:  # noqa: PLR2004 - the bytes of a length
            raise ValueError("cut short")
        end = 4 + int.from_bytes(data[:4], "big")
        if len(data) < end:
            raise ValueError("cut short")
        found.append(data[4:end])
        data = data[end:]
    if data:
        raise ValueError("something behind the last string")
    return tuple(found)
