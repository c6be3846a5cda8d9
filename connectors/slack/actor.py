"""Who is speaking: a colleague or somebody from outside. Everything that is not proved internal counts as external."""

from collections.abc import Collection, Mapping
from typing import Any

INTERNAL = "internal"
EXTERNAL = "external"
UNKNOWN = "unknown"
SPOKEN = ("message", "app_mention")


def actor_side(body: Mapping[str, Any], home: Collection[str]) -> str:
    """``internal``, ``external`` or ``unknown`` for whoever caused this payload; unknown is to be treated as external.

    ``home`` holds every workspace of ours and our organisation. The installing team that Slack names in outer fields
    is never taken for the speaker's: in a shared channel a foreigner's event carries it as well.
    """
    if body.get("type") != "event_callback":
        return _side(_mapping(body.get("user")).get("team_id"), home)
    event = _mapping(body.get("event"))
    claims = claimed_teams(event)
    if claims:
        return INTERNAL if all(is_home(claim, home) for claim in claims) else EXTERNAL
    # Only what was said carries the speaker's team in `team`; other events carry the channel's or the installation's.
    if event.get("type") in SPOKEN and event.get("team"):
        return _side(event["team"], home)
    return INTERNAL if body.get("is_ext_shared_channel") is False else UNKNOWN


def claimed_teams(message: Mapping[str, Any]) -> tuple[Any, ...]:
    """The teams that a message names for its speaker, besides ``team`` itself."""
    profile = _mapping(message.get("user_profile"))
    return tuple(c for c in (message.get("user_team"), message.get("source_team"), profile.get("team")) if c)


def is_colleague(user: Mapping[str, Any], home: Collection[str]) -> bool:
    """Whether ``users.info`` proves a full member of a home team. Guests are no colleagues: customers are invited as such."""
    if any(user.get(flag) for flag in ("is_stranger", "is_restricted", "is_ultra_restricted", "deleted", "is_bot")):
        return False
    organisation = _mapping(user.get("enterprise_user")).get("enterprise_id")
    return is_home(user.get("team_id"), home) or is_home(organisation, home)


def is_home(team: Any, home: Collection[str]) -> bool:
    """Whether this is the id of a home team. Anything that is no text is not."""
    return isinstance(team, str) and team in home


def _side(team: Any, home: Collection[str]) -> str:
    if not team:
        return UNKNOWN
    return INTERNAL if is_home(team, home) else EXTERNAL


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
