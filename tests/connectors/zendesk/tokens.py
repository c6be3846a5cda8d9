"""Signed URLs as Zendesk makes them, with keys made here."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.base import Connection
from connectors.types import Inbound
from tests.builders import NOON

BASE = "https://acme.zendesk.com"
INSTALLATION = "360001"


@cache
def pair(name: str = "zendesk") -> tuple[str, str]:
    """A private and a public key as PEM; the same for the same name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def connection(base: str = BASE, **settings: str) -> Connection:
    known = {"app_id": "77", "installation_id": INSTALLATION, "app_public_key": pair()[1]}
    return Connection("c1", base, known | settings, {"oauth_token": "t"})


def claims(at: datetime = NOON, base: str = BASE, **changes: Any) -> dict[str, Any]:
    """What Zendesk says of the agent 8447388090494 at that moment; a change to None takes a claim away."""
    said = {
        "iss": base.partition("://")[2],
        "aud": f"{base}/api/v2/apps/installations/{INSTALLATION}.json",
        "sub": f"{base}/api/v2/users/8447388090494.json",
        "iat": int(at.timestamp()),
        "nbf": int(at.timestamp()),
        "exp": int((at + timedelta(minutes=55)).timestamp()),
        "jti": "0c6c2b5e",
        "qsh": "x",
        "context": {"product": "support", "location": "ticket_sidebar", "account_url": base},
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def token(said: dict[str, Any], key: str = "", algorithm: str = "RS256") -> str:
    return jwt.encode(said, key or pair()[0], algorithm=algorithm)


def opened(given: str, at: datetime = NOON, base: str = BASE) -> Inbound:
    """The request with which the iframe is loaded first."""
    query = urlencode({"origin": base, "app_guid": "guid-1"})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Inbound(headers, urlencode({"token": given}).encode(), at, query)
