"""Who can be given tickets, and who is there. Only the list of users is needed; what else cannot be read is left unknown."""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.errors import AuthFailed, NotFound, Refused
from connectors.types import Presence, Teammate
from connectors.zendesk.client import Client, Row
from connectors.zendesk.parse import name

log = logging.getLogger(__name__)

LIGHT = 1
"""The ``role_type`` of agents who may only write notes."""
PRESENCES: Mapping[str, Presence] = {
    "online": Presence.HERE,
    "away": Presence.AWAY,
    "offline": Presence.AWAY,
    "invisible": Presence.AWAY,
    "transfers_only": Presence.AWAY,
}
"""Zendesk's own statuses; an account's further ones say nothing about being there."""
CHANNEL = "support"
"""The channel that stands for tickets."""


def teammates(client: Client, us: str) -> list[Teammate]:
    """Every agent who can be assigned, without ourselves."""
    staff = client.pages("users.json", "users", {"role[]": ["agent", "admin"], "page[size]": 100})
    here = [user for user in staff if _assignable(user, us)]
    groups = {name(row.get("id")): str(row.get("name") or "") for row in _optional("groups", client.groups)}
    members = _optional("group_memberships", lambda: _all(client, "group_memberships.json", "group_memberships"))
    seen = _optional("agent_availabilities", lambda: client.pages("agent_availabilities", "data", {"page[size]": 100}))
    presences = {name(_attributes(row).get("agent_id")): presence(row) for row in seen}
    teams: dict[str, dict[str, str]] = {}
    for row in members:
        group = name(row.get("group_id"))
        teams.setdefault(name(row.get("user_id")), {})[group] = groups.get(group, "")
    return [teammate(user, teams, presences) for user in here]


def teammate(user: Row, teams: Mapping[str, Mapping[str, str]], presences: Mapping[str, Presence]) -> Teammate:
    """One agent. Tags are skills, and so are the words of a user field ``skills``."""
    fields = user.get("user_fields") or {}
    id, locale = name(user.get("id")), str(user.get("locale") or "")
    return Teammate(
        id=id,
        name=str(user.get("name") or ""),
        email=str(user.get("email") or ""),
        teams=dict(teams.get(id, {})),
        skills=frozenset(str(tag).casefold() for tag in user.get("tags") or ()) | words(fields.get("skills")),
        languages=frozenset([locale[:2].casefold()] if locale else ()) | words(fields.get("languages")),
        time_zone=str(user.get("iana_time_zone") or ""),
        presence=presences.get(id, Presence.UNKNOWN),
    )


def presence(row: Row) -> Presence:
    """What an availability says: the state of the ticket channel where it has one, else the agent's own status."""
    attributes = _attributes(row)
    status = attributes.get("agent_status") or {}
    channel: Row = next((c for c in attributes.get("channels") or () if _named(c) == CHANNEL), {})
    word = str(channel.get("status") or status.get("name") or "").casefold()
    return PRESENCES.get(word, Presence.UNKNOWN)


def words(value: Any) -> frozenset[str]:
    """The words of a text field, parted by commas or blanks."""
    return frozenset(filter(None, re.split(r"[\s,;]+", value.casefold()))) if isinstance(value, str) else frozenset()


def _assignable(user: Row, us: str) -> bool:
    known = name(user.get("id"))
    there = user.get("active", True) and not user.get("suspended") and user.get("role_type") != LIGHT
    return bool(known and there) and known != us and user.get("role") in ("agent", "admin")


def _named(channel: Any) -> str:
    return str(channel.get("name") or "").casefold() if isinstance(channel, dict) else ""


def _attributes(row: Row) -> Row:
    found = row.get("attributes")
    return dict(found) if isinstance(found, dict) else {}


def _all(client: Client, path: str, key: str) -> list[Row]:
    return client.pages(path, key, {"page[size]": 100})


def _optional(what: str, read: Callable[[], list[Row]]) -> list[Row]:
    """Rows, or none where the plan, a scope or the version lacks them."""
    try:
        return read()
    except (AuthFailed, NotFound, Refused) as error:
        log.warning("availability.unread", extra={"what": what, "error": type(error).__name__})
        return []
