"""A batch of changes as the fewest PUTs that Zendesk needs, each with its own key. Pure: names are looked up by the caller."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.types import (
    REFUSED_AGENT,
    AddMessage,
    Assign,
    Change,
    Note,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    Tag,
    Untag,
)
from connectors.zendesk.text import rich

MARK = "deskhand_key"
"""Where the key lies in an audit's ``metadata.custom``."""


@dataclass
class Put:
    """One update of the ticket: its key and what it says."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """What is sent: the values and, in the metadata, the key that a later look will find."""
        return {**self.values, "metadata": {MARK: self.key}}

    def unassigned(self) -> "Put":
        """The same without the person it goes to; the team stays."""
        kept = {name: value for name, value in self.values.items() if name not in ("assignee_id", "assignee_email")}
        return Put(self.key, kept)


@dataclass(frozen=True)
class Lookup:
    """The names that only the account can resolve. Each gives an id, or empty for a name that nobody knows."""

    field: Callable[[str], str]
    group: Callable[[str], str]
    person: Callable[[AddMessage], int]
    uploads: Callable[[Note | Reply], Sequence[str]] = lambda change: ()
    """The tokens of a comment's files, once they are there."""


@dataclass(frozen=True)
class Batch:
    """The PUTs in the order in which they are sent, the tags they bring, and what was left out, in words."""

    puts: tuple[Put, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[str, ...]


def batch(changes: Sequence[Change], key: str, lookup: Lookup) -> Batch:
    """One PUT, or one for each comment when there are several (Zendesk takes one a PUT): internal before public.

    Tags, fields and priority go with the first, so that no trigger sees a comment without its tag. What is part of the
    revision (status, assignee) goes with the last, so that a half-sent batch does not contradict its own decision.
    """
    puts = _comments(changes, key, lookup)
    skipped: list[str] = []
    added, removed = tags(changes)
    first, last = puts[0].values, puts[-1].values
    first |= {"additional_tags": list(added)} if added else {}
    first |= {"remove_tags": list(removed)} if removed else {}
    for change in changes:
        if isinstance(change, SetField):
            _set_field(change, first, lookup, skipped)
        elif isinstance(change, SetPriority):
            first["priority"] = change.priority.value
        elif isinstance(change, SetStatus):
            last["status"] = change.status.value
        elif isinstance(change, Assign):
            last |= _assigned(change, lookup, skipped)
    return Batch(tuple(put for put in puts if put.values), added, removed, tuple(skipped))


def tags(changes: Sequence[Change]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tags to add and to remove, as Zendesk writes them: lower case, without blanks."""
    added = _unique([name for change in changes if isinstance(change, Tag) for name in change.names])
    removed = _unique([name for change in changes if isinstance(change, Untag) for name in change.names])
    return added, tuple(name for name in removed if name not in added)


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    clean = ("_".join(name.lower().split()) for name in names)
    return tuple(dict.fromkeys(name for name in clean if name))


def _comments(changes: Sequence[Change], key: str, lookup: Lookup) -> list[Put]:
    """A PUT for each comment; at least one. The first bears the batch's own key."""
    puts: list[Put] = []
    for kind, word in ((AddMessage, "message"), (Note, "note"), (Reply, "reply")):
        for change in changes:
            if isinstance(change, kind):
                number = sum(word in put.key.split(":")[-1] for put in puts)
                name = f"{key}:{word}{number or ''}" if puts else key
                puts.append(Put(name, {"comment": _comment(change, lookup)}))
    return puts or [Put(key)]


def _comment(change: AddMessage | Note | Reply, lookup: Lookup) -> Mapping[str, Any]:
    # ``public`` is always said: Zendesk would else take over what the ticket began with.
    if isinstance(change, AddMessage):
        return {"body": change.text, "public": True, "author_id": lookup.person(change)}
    said = {"html_body": rich(change.text), "public": isinstance(change, Reply)}
    return {**said, "uploads": list(lookup.uploads(change))} if change.files else said


def _set_field(change: SetField, values: dict[str, Any], lookup: Lookup, skipped: list[str]) -> None:
    id = lookup.field(change.name)
    if not id:
        skipped.append(f"field {change.name}: the account has no such field")
        return
    values.setdefault("custom_fields", []).append({"id": int(id), "value": change.value})


def _assigned(change: Assign, lookup: Lookup, skipped: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if change.team:
        id = change.team if change.team.isdecimal() else lookup.group(change.team)
        if id:
            values["group_id"] = int(id)
        else:
            skipped.append(f"team {change.team}: the account has no group of that name")
    if change.agent.isdecimal():
        values["assignee_id"] = int(change.agent)
    elif "@" in change.agent:
        values["assignee_email"] = change.agent
    elif change.agent:
        skipped.append(f"{REFUSED_AGENT}{change.agent}: an agent's number or address is needed")
    return values
