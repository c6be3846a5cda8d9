"""What wraps the accounts' keys: our own master key, or a key service that never gives its key away. Knows no database.

A wrapped key opens under the same master and for the same ``place`` alone.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from typing import Protocol

import requests
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import DeskhandError, SealBroken

NONCE = 12
SECONDS = 5
"""How long a key service may take to answer."""


class KeyServiceDown(DeskhandError):
    """The key service cannot be reached, or does not take our token: what is sealed stays closed until it does."""


class Master(Protocol):
    """Wraps keys with its newest version, and unwraps what any version that it still has wrapped."""

    def wrap(self, key: bytes, place: str) -> str:
        """The wrapped key, which names the version that wrapped it."""

    def unwrap(self, wrapped: str, place: str) -> bytes:
        """The key again. Raises SealBroken for a version that is gone, a changed text, or another place."""

    def current(self, wrapped: str) -> bool:
        """Whether the newest version wrapped it; False: wrap it again to retire the older one."""


class LocalMaster:
    """Wraps with the first of our own keys (32 bytes each), by AES-256-GCM: ``l1.<key id>.<nonce, key and tag>``."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_id(key): AESGCM(key) for key in keys}
        self._newest = _id(keys[0])

    def wrap(self, key: bytes, place: str) -> str:
        """Under the first key."""
        nonce = secrets.token_bytes(NONCE)
        body = nonce + self._ciphers[self._newest].encrypt(nonce, key, _bound(self._newest, place))
        return f"l1.{self._newest}.{base64.urlsafe_b64encode(body).decode()}"

    def unwrap(self, wrapped: str, place: str) -> bytes:
        """Under whichever key it names."""
        mark, _, rest = wrapped.partition(".")
        name, _, body = rest.partition(".")
        if mark != "l1" or name not in self._ciphers:
            raise SealBroken(f"an account's key needs master key {name[:8]}", "add that key to DESKHAND_SECRET_KEY")
        try:
            raw = base64.urlsafe_b64decode(body)
            return self._ciphers[name].decrypt(raw[:NONCE], raw[NONCE:], _bound(name, place))
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise SealBroken("an account's key was changed or belongs elsewhere", "restore the key store") from error

    def current(self, wrapped: str) -> bool:
        """Whether the first key wrapped it."""
        return wrapped.startswith(f"l1.{self._newest}.")


class TransitMaster:
    """A key service that speaks the transit API of Vault and OpenBao: the master key stays there, each use is logged there.

    ``url`` ends before ``/v1``; ``key`` is the transit key's name. Nothing is asked before a key has to be wrapped.
    """

    def __init__(self, url: str, token: str, key: str, mount: str = "transit") -> None:
        self._address, self._key = f"{url.rstrip('/')}/v1/{mount}", key
        self._session = requests.Session()
        self._session.headers["X-Vault-Token"] = token
        self._session.trust_env = False

    def wrap(self, key: bytes, place: str) -> str:
        """By the service's newest version of its key."""
        asked = {"plaintext": base64.b64encode(key).decode(), "associated_data": _encoded(place)}
        return str(self._ask("POST", f"encrypt/{self._key}", asked)["ciphertext"])

    def unwrap(self, wrapped: str, place: str) -> bytes:
        """By the version that it names."""
        asked = {"ciphertext": wrapped, "associated_data": _encoded(place)}
        return base64.b64decode(self._ask("POST", f"decrypt/{self._key}", asked)["plaintext"])

    def current(self, wrapped: str) -> bool:
        """Whether the service has no newer version."""
        newest = self._ask("GET", f"keys/{self._key}")["latest_version"]
        return wrapped.startswith(f"vault:v{newest}:")

    def _ask(self, method: str, path: str, asked: dict[str, str] | None = None) -> dict[str, str]:
        try:
            answer = self._session.request(
                method, f"{self._address}/{path}", json=asked, timeout=SECONDS, allow_redirects=False
            )
            told = answer.json() if answer.content else {}
        except (requests.RequestException, ValueError) as error:
            raise KeyServiceDown(
                "the key service does not answer", "see that DESKHAND_KEY_SERVICE is reached"
            ) from error
        if answer.status_code == requests.codes.bad_request:
            raise SealBroken(
                "the key service does not open an account's key", "restore the key store, or its key there"
            )
        if answer.status_code != requests.codes.ok:
            raise KeyServiceDown(f"the key service answered {answer.status_code}", "see to its token and its policy")
        data: dict[str, str] = told["data"]
        return data


def _id(key: bytes) -> str:
    return hashlib.sha256(b"deskhand key id" + key).hexdigest()[:8]


def _bound(name: str, place: str) -> bytes:
    return f"l1.{name}.{place}".encode()


def _encoded(place: str) -> str:
    return base64.b64encode(place.encode()).decode()
