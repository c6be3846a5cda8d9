"""What an admin fills in for Intercom, and where its API lives. Reads no environment and makes no call."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from connectors.base import Setting
from connectors.errors import Refused

VERSION = "2.14"
"""The API version that every call pins. The webhooks' shape follows the app's own version in the Developer Hub."""

REGIONS: Mapping[str, str] = {
    "us": "https://api.intercom.io",
    "eu": "https://api.eu.intercom.io",
    "au": "https://api.au.intercom.io",
}

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

SCOPES: tuple[str, ...] = (
    "Read conversations",
    "Write conversations",
    "Read tickets",
    "Read tags",
    "Write tags",
    "Read one user and one company",
    "Read and list users and companies",
    "Write users and companies",
    "Read admins",
    "Read and Write Articles",
    "Read content data",
)
"""The permissions that the app asks for in the Developer Hub."""

TOPICS: tuple[str, ...] = (
    "conversation.user.created",
    "conversation.user.replied",
    "conversation.admin.replied",
    "conversation.admin.noted",
    "conversation.admin.assigned",
    "conversation.admin.open.assigned",
    "conversation.admin.closed",
    "conversation.admin.opened",
    "conversation.admin.snoozed",
    "conversation.admin.unsnoozed",
    "conversation.admin.single.created",
    "conversation.rating.added",
    "conversation.deleted",
    "conversation_part.redacted",
    "ticket.created",
    "ticket.contact.replied",
    "ticket.admin.replied",
    "ticket.note.created",
    "ticket.admin.assigned",
    "ticket.team.assigned",
    "ticket.state.updated",
    "ticket.closed",
)
"""The webhook topics to subscribe to there; others may be and are let pass."""

SETTINGS: tuple[Setting, ...] = (
    Setting("access_token", "The access token of the app for this workspace.", secret=True),
    Setting("client_secret", "The app's client secret: it signs every webhook.", secret=True),
    Setting("app_id", "The workspace's code, as in the address of its inbox.", pattern=r"[A-Za-z0-9_-]{1,64}"),
    Setting("admin_id", "The teammate in whose name Deskhand writes; best a seat of its own.", pattern=r"[0-9]{1,20}"),
    Setting(
        "app_package_code",
        "The code that Intercom shows on parts made by this app (`app_package_code`), where it shows one.",
        required=False,
        pattern=r"[A-Za-z0-9_.-]{1,100}",
    ),
    Setting("region", "Where the workspace is hosted: us, eu or au.", required=False, pattern="(?i:us|eu|au)"),
)


def address(base_url: str, region: str) -> str:
    """The API's address without a final slash: the one given, or the region's. Plain http is taken on loopback only."""
    if not base_url:
        # Intercom itself writes regions in capitals.
        name = region.lower() or "us"
        if name not in REGIONS:
            raise Refused("region: one of us, eu, au")
        return REGIONS[name]
    parts = urlsplit(base_url)
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise Refused("base_url: an https address, or http on this machine")
    return base_url.rstrip("/")
