"""What an admin fills in for Zendesk, the scopes we ask for, and where the account lives. No call is made here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.base import Connection, Setting
from connectors.errors import BadPayload

SCOPES = (
    "tickets:read",
    "tickets:write",
    "users:read",
    "users:write",
    "organizations:read",
    "hc:read",
    "webhooks:read",
    "webhooks:write",
    "triggers:read",
    "triggers:write",
    "read",
)
"""Ticket fields and groups have no scope of their own: plain ``read`` covers them."""

SETTINGS = (
    Setting("signing_secret", "The webhook's signing secret, as Zendesk shows it", secret=True),
    Setting("oauth_token", "OAuth access token (instead of email and token)", secret=True, required=False),
    Setting("refresh_token", "OAuth refresh token", secret=True, required=False),
    Setting("client_id", "OAuth client id", required=False),
    Setting("client_secret", "OAuth client secret", secret=True, required=False),
    Setting("email", "The agent's address that the API token acts for", required=False, pattern=r"[^@\s/]+@[^@\s/]+"),
    Setting("token", "API token: for self-hosting only, Zendesk ends them in April 2027", secret=True, required=False),
    Setting("account_id", "The account's number; webhooks of another account are parked", False, False, r"\d+"),
    Setting("user_id", "Our own user's number, as `connect` found it", False, False, r"\d+"),
    Setting("marketplace_name", "The app's name in the Marketplace", required=False),
    Setting("marketplace_organization_id", "The Marketplace organization's number", False, False, r"\d+"),
    Setting("marketplace_app_id", "The app's number in the Marketplace", False, False, r"\d+"),
    Setting(
        "app_id", "The number of our app there, once its package is uploaded: for the sidebar", False, False, r"\d+"
    ),
    Setting("installation_id", "The number of that app's installation", False, False, r"\d+"),
    Setting("app_public_key", "The app's public key as PEM; without it, it is asked for there", required=False),
)

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Address:
    """Where every request of one connection goes, whatever address an answer names."""

    scheme: str
    netloc: str
    prefix: str
    loopback: bool

    @property
    def base(self) -> str:
        """Scheme, host and prefix, without a slash at the end."""
        return f"{self.scheme}://{self.netloc}{self.prefix}"


def address(base_url: str) -> Address:
    """The address of a connection: https, or http on loopback. A bare ``acme`` means ``https://acme.zendesk.com``.

    Raises BadPayload: a token must never travel to a host that nobody meant.
    """
    text = base_url.strip().lower() if "/" not in base_url else base_url.strip()
    if re.fullmatch(LABEL, text) and text not in LOOPBACK:
        text = f"https://{text}.zendesk.com"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadPayload("base_url", "an address such as https://acme.zendesk.com") from None
    loopback = host in LOOPBACK
    if parts.scheme not in ("http", "https") or (parts.scheme == "http" and not loopback):
        raise BadPayload("base_url", "https (http is for loopback only)")
    if parts.username or parts.password or parts.query or parts.fragment or "@" in parts.netloc:
        raise BadPayload("base_url", "scheme, host and path only")
    if not loopback and not re.fullmatch(rf"({LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]", host):
        raise BadPayload("base_url", "a host name such as acme.zendesk.com")
    name = f"[{host}]" if ":" in host else host
    return Address(parts.scheme, f"{name}:{port}" if port else name, parts.path.rstrip("/"), loopback)


def marketplace(connection: Connection) -> Mapping[str, str]:
    """The headers that Zendesk asks every Marketplace app to send; none for a private installation."""
    names = {
        "marketplace_name": "X-Zendesk-Marketplace-Name",
        "marketplace_organization_id": "X-Zendesk-Marketplace-Organization-Id",
        "marketplace_app_id": "X-Zendesk-Marketplace-App-Id",
    }
    return {header: connection.settings[name] for name, header in names.items() if connection.settings.get(name)}
