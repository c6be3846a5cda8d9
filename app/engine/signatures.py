"""Signatures that anybody can check and only this installation can make: Ed25519, by a key that is derived and never stored."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.engine.chain import canonical


class Signer:
    """Signs with the first of the installation's keys and checks with any. ``others`` are public keys (hex) that are trusted as well.

    A public key may be given to everybody: whoever has it can check a signature, and can make none.
    """

    def __init__(self, keys: Sequence[bytes], others: Sequence[str] = ()) -> None:
        private = [
            Ed25519PrivateKey.from_private_bytes(hmac.digest(key, b"deskhand audit signature", "sha256"))
            for key in keys
        ]
        self._private = private[0]
        public = [written(one.public_key()) for one in private] + [_checked(one) for one in others]
        self._known = {key_id(one): one for one in public}
        self.public = public[0]
        """The key that checks what is signed now, as hex."""
        self.id = key_id(self.public)

    def sign(self, statement: Mapping[str, Any]) -> str:
        """The signature of a statement, as hex."""
        return self._private.sign(canonical(statement)).hex()

    def knows(self, signed_by: str) -> bool:
        """Whether that key is one that can be checked with."""
        return signed_by in self._known

    def right(self, statement: Mapping[str, Any], signed_by: str, signature: str) -> bool:
        """Whether that key, which has to be a known one, signed exactly this."""
        public = self._known.get(signed_by)
        if public is None:
            return False
        try:
            loaded = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
            loaded.verify(bytes.fromhex(signature), canonical(statement))
        except (InvalidSignature, ValueError):
            return False
        return True


def written(key: Ed25519PublicKey) -> str:
    """A public key as hex."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def key_id(public: str) -> str:
    """The short name of a public key: the first of its own digits."""
    return public[:16]


def _checked(public: str) -> str:
    """Raises ValueError for what is no public key."""
    if len(public) != 64:
        raise ValueError("a public key has 64 hexadecimal digits")
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    return public.lower()
