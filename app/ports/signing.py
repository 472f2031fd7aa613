"""What signs release tags, and knows its own signatures again."""

from typing import Literal, Protocol


class Signer(Protocol):
    """A private key that signs, and its public half. It never shows the private one."""

    @property
    def kind(self) -> Literal["ssh", "openpgp"]:
        """What git calls its format: `gpg.format` is `ssh`, or `openpgp`."""
        ...

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint, as ssh-keygen or gpg shows it."""
        ...

    def sign(self, payload: bytes) -> str:
        """Return the armoured signature of the bytes, its last line ended. Two of the same bytes may differ."""
        ...

    def verifies(self, payload: bytes, signature: str) -> bool:
        """Whether an armoured signature is this key's own, of exactly these bytes, and made for git."""
        ...

    def public_key(self, principal: str) -> str:
        """Return what people verify with: an `allowed_signers` line for that e-mail address, or a public key block."""
        ...
