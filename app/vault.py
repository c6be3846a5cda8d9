"""Stored secrets: sealed with AES-256-GCM under a key that can be changed. Knows no database and no account."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import SealBroken

VERSION = "v1"
NONCE = 12


class Vault:
    """Seals with the first key and opens with any, so that keys rotate without a stop.

    What is sealed names its key by a short hash: ``v1.<key id>.<base64 of nonce, text and tag>``.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._current = _key_id(keys[0])

    def seal(self, secrets_: Mapping[str, str], *, place: str) -> str:
        """Seal these secrets for ``place`` (a connection's id): the text opens there and nowhere else."""
        nonce = secrets.token_bytes(NONCE)
        text = json.dumps(dict(secrets_)).encode()
        sealed = self._ciphers[self._current].encrypt(nonce, text, _bound(self._current, place))
        return f"{VERSION}.{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, place: str) -> dict[str, str]:
        """The secrets again. Raises SealBroken for a key we do not have, a changed text, or another place."""
        try:
            version, key_id, body = sealed.split(".")
            raw = base64.urlsafe_b64decode(body)
        except (ValueError, binascii.Error) as error:
            raise SealBroken("a stored secret is damaged", "connect this vendor again") from error
        if version != VERSION or key_id not in self._ciphers:
            raise SealBroken(
                f"a stored secret needs key {key_id}", "add that key to DESKHAND_SECRET_KEY, or connect again"
            )
        try:
            text = self._ciphers[key_id].decrypt(raw[:NONCE], raw[NONCE:], _bound(key_id, place))
        except (InvalidTag, ValueError) as error:
            raise SealBroken("a stored secret was changed or belongs elsewhere", "connect this vendor again") from error
        return {str(name): str(value) for name, value in json.loads(text).items()}

    def current(self, sealed: str) -> bool:
        """True when the newest key sealed this; False means: seal it anew to retire the older key."""
        return sealed.startswith(f"{VERSION}.{self._current}.")


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"deskhand key id" + key).hexdigest()[:8]


def _bound(key_id: str, place: str) -> bytes:
    return f"{VERSION}.{key_id}.{place}".encode()
