"""Whether a conversation moved on: a short name for all that is not our own doing. Pure; makes no call."""

import hashlib
import json
from collections.abc import Collection

from connectors.intercom.marks import Owner
from connectors.intercom.parse import admin_assignee, contact_id, messages, mine, parts, state, team_assignee
from connectors.intercom.values import Json, identity, table
from connectors.types import Role

REMEMBERED = 50
"""Messages in a revision: far under the 500 parts that the API shows, so that none leaves it by growing old."""


def revision(conversation: Json, owner: Owner, ours: Collection[str] = ()) -> str:
    """Changes with each message that is not ours and with state, assignee and requester; never by our own doing.

    ``ours`` are ids of parts that a resend has recognised as its own.
    """
    every = parts(conversation)
    own = mine(every, owner, ours)
    facts = [
        contact_id(conversation),
        _state_of_others(conversation, every, own),
        _assignee_of_others(conversation, owner, every, own),
    ]
    foreign = [said.id for said in messages(conversation, owner, ours) if said.author.role is not Role.US]
    told = json.dumps([facts, foreign[-REMEMBERED:]])
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _state_of_others(conversation: Json, every: list[Json], own: list[bool]) -> str:
    """The state, seen past changes of ours at the end."""
    now = state(conversation)
    changes = [place for place, part in enumerate(every) if _changes_state(str(part.get("part_type")))]
    if not changes or not own[changes[-1]]:
        return now
    before = [place for place in changes if not own[place]]
    return _outcome(str(every[before[-1]].get("part_type"))) if before else "open"


def _changes_state(kind: str) -> bool:
    return kind in ("open", "close", "snoozed", "unsnoozed", "assign_and_reopen", "note_and_reopen")


def _outcome(kind: str) -> str:
    return {"close": "closed", "snoozed": "snoozed"}.get(kind, "open")


def _assignee_of_others(conversation: Json, owner: Owner, every: list[Json], own: list[bool]) -> list[str]:
    """Teammate and team, seen past assignments of ours at the end. Our own seat holds nothing: a reply may assign to it."""
    admin = _holder("admin", admin_assignee(conversation), every, own)
    team = _holder("team", team_assignee(conversation), every, own)
    return ["" if admin == owner.admin_id else admin, team]


def _holder(kind: str, now: str, every: list[Json], own: list[bool]) -> str:
    moves = [(to, ours) for (whom, to), ours in zip(map(_assigned, every), own, strict=True) if whom == kind]
    if not moves or moves[-1] != (now, True):
        return now
    others = [to for to, ours in moves if not ours]
    return others[-1] if others else ""


def _assigned(part: Json) -> tuple[str, str]:
    """What a part assigned: ``("admin", id)``, ``("team", id)``, or nothing."""
    if "assign" not in str(part.get("part_type")):
        return ("", "")
    to = table(part.get("assigned_to"))
    kind = str(to.get("type") or "").removeprefix("nobody_")
    return (kind, identity(to.get("id"))) if kind in ("admin", "team") else ("", "")
