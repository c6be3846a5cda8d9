"""Who can be given conversations, and who is there: teammates with a seat in the inbox, their teams, and their away mode."""

from collections.abc import Sequence
from typing import Any

from connectors.intercom.values import Json, identity
from connectors.types import Presence, Teammate


def teammates(admins: Sequence[Json], teams: Sequence[Json], us: str) -> list[Teammate]:
    """Every teammate who can be assigned, without the seat that we write from."""
    names = {identity(row.get("id")): str(row.get("name") or "") for row in teams}
    return [teammate(row, teams, names) for row in admins if _assignable(row, us)]


def teammate(admin: Json, teams: Sequence[Json], names: dict[str, str]) -> Teammate:
    """One teammate. Teams name their people and people their teams; either counts."""
    id = identity(admin.get("id"))
    own = [identity(one) for one in _list(admin.get("team_ids"))]
    own += [identity(row.get("id")) for row in teams if id in map(identity, _list(row.get("admin_ids")))]
    return Teammate(
        id=id,
        name=str(admin.get("name") or ""),
        email=str(admin.get("email") or ""),
        teams={team: names.get(team, "") for team in own if team},
        presence=_presence(admin.get("away_mode_enabled")),
    )


def _presence(away: Any) -> Presence:
    if not isinstance(away, bool):
        return Presence.UNKNOWN
    return Presence.AWAY if away else Presence.HERE


def _assignable(admin: Json, us: str) -> bool:
    id = identity(admin.get("id"))
    return bool(id) and id != us and admin.get("type", "admin") == "admin" and admin.get("has_inbox_seat") is not False


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []
