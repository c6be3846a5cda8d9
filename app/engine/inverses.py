"""Taking changes back: what was there before, and which changes put it there again. What people did since is left alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.engine.fields import RESUME_TAG
from app.engine.types import Before
from connectors.types import Change, SetField, SetPriority, SetStatus, Status, Tag, Ticket, Untag

TAGS, FIELDS, PRIORITY, STATUS = "tags", "fields", "priority", "status"
KINDS = (TAGS, FIELDS, PRIORITY, STATUS)
"""What can be taken back. A team that was chosen, a note and a reply cannot: see ``deskhand recall`` for what was said."""


@dataclass(frozen=True)
class Undoing:
    """What is to be taken back. ``tags``: only these, where any are named."""

    kinds: frozenset[str] = frozenset(KINDS)
    tags: frozenset[str] = frozenset()


def before(ticket: Ticket, changes: Collection[Change]) -> Before:
    """How the ticket is now where these changes touch it."""
    tags = {name for change in changes if isinstance(change, Tag | Untag) for name in change.names}
    fields = {change.name: ticket.fields.get(change.name) for change in changes if isinstance(change, SetField)}
    return Before(frozenset(tags & ticket.tags), fields, ticket.priority, ticket.status)


def left(changes: Sequence[Change], was: Before) -> Before:
    """How these changes left the ticket, had nobody touched it since."""
    tags, fields, priority, status = set(was.tags), dict(was.fields), was.priority, was.status
    for change in changes:
        if isinstance(change, Tag):
            tags |= set(change.names)
        elif isinstance(change, Untag):
            tags -= set(change.names)
        elif isinstance(change, SetField):
            fields[change.name] = change.value
        elif isinstance(change, SetPriority):
            priority = change.priority
        elif isinstance(change, SetStatus):
            status = change.status
    return Before(frozenset(tags), fields, priority, status)


def undone(changes: Sequence[Change], was: Before, now: Before | None, wanted: Undoing) -> tuple[Change, ...]:
    """The changes that take back what of these is still as we left it. ``now`` None: how it stands cannot be seen, so only tags go."""
    added = {name for change in changes if isinstance(change, Tag) for name in change.names} - was.tags
    taken = {name for change in changes if isinstance(change, Untag) for name in change.names} & was.tags
    # A hand-back is a person's word, heard once: put there again it would hand back what people have said since.
    taken -= {RESUME_TAG}
    if now is not None:
        added, taken = added & now.tags, taken - now.tags
    if wanted.tags:
        added, taken = added & wanted.tags, taken & wanted.tags
    inverse: list[Change] = []
    if TAGS in wanted.kinds:
        inverse += [Untag(tuple(sorted(added)))] if added else []
        inverse += [Tag(tuple(sorted(taken)))] if taken else []
    if now is not None and not wanted.tags:
        inverse += [back for change in changes if (back := _restored(change, was, now, wanted.kinds))]
    return tuple(inverse)


def _restored(change: Change, was: Before, now: Before, kinds: frozenset[str]) -> Change | None:
    """What stood there before, if ours stands there still."""
    if isinstance(change, SetField) and FIELDS in kinds:
        ours, theirs = now.fields.get(change.name), was.fields.get(change.name)
        return SetField(change.name, theirs) if _same(ours, change.value) and not _same(ours, theirs) else None
    if isinstance(change, SetPriority) and PRIORITY in kinds and was.priority:
        ours_stands = now.priority is change.priority is not was.priority
        return SetPriority(was.priority) if ours_stands else None
    if isinstance(change, SetStatus) and STATUS in kinds and was.status:
        back = Status.OPEN if was.status is Status.NEW else was.status
        return SetStatus(back) if now.status is change.status and now.status is not back else None
    return None


def _same(one: object, other: object) -> bool:
    """Hosts keep numbers in text fields too."""
    return str(one) == str(other) if one is not None and other is not None else one is other
