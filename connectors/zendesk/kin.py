"""Tickets that belong together: one merged into another, for good, or put under a problem. Who may ask for it is not decided here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.errors import Conflict, Refused
from connectors.types import Change, LinkTo, Merge, Receipt, Ref
from connectors.zendesk import parse
from connectors.zendesk.batch import MARK
from connectors.zendesk.client import Client

MERGED = "closed_by_merge"
"""The tag that Zendesk leaves on a ticket that was merged into another."""
KINDS = (Merge, LinkTo)


def concerns(changes: Sequence[Change]) -> bool:
    """Whether this batch is about tickets that belong together."""
    return any(isinstance(change, KINDS) for change in changes)


def bring_together(
    client: Client, ref: Ref, changes: Sequence[Change], key: str, expect: str | None, us: str
) -> Receipt:
    """Merge or link, one at a time. Raises Refused for a batch of more, and what Zendesk says to it.

    Whether it was done before is always looked at first: Zendesk keeps no key of a merge, but the outcome shows.
    """
    change = changes[0]
    if len(changes) > 1 or not isinstance(change, KINDS):
        raise Refused("a merge or a link comes alone")
    row = client.ticket(_number(ref))
    if _done(row, change):
        return Receipt(key, datetime.now(UTC), (), recovered=True)
    if expect is not None and parse.revision(row, parse.in_order(client.comments(_number(ref))), us) != expect:
        raise Conflict("the ticket is not what the decision was made on")
    return _merge(client, ref, change, key) if isinstance(change, Merge) else _link(client, ref, change, key)


def _done(row: Mapping[str, Any], change: Merge | LinkTo) -> bool:
    if isinstance(change, Merge):
        return row.get("status") == "closed" and MERGED in (row.get("tags") or ())
    return row.get("type") == "incident" and str(row.get("problem_id") or "") == change.parent.id


def _merge(client: Client, ref: Ref, change: Merge, key: str) -> Receipt:
    """Zendesk queues it and says by which job. One look tells what fails at once; the rest shows in the ticket."""
    values = {
        "ids": [_number(ref)],
        "target_comment": change.note,
        "source_comment": change.note,
        "target_comment_is_public": False,
        "source_comment_is_public": False,
    }
    job = client.merge(_number(change.into), values)
    if job.get("status") in ("failed", "killed"):
        raise Refused("Zendesk could not merge the tickets")
    return Receipt(key, datetime.now(UTC), tuple(str(job[name]) for name in ("id",) if job.get(name)))


def _link(client: Client, ref: Ref, change: LinkTo, key: str) -> Receipt:
    """The parent becomes a problem first: only a problem has incidents."""
    parent = client.ticket(_number(change.parent))
    mark = {"metadata": {MARK: key}}
    if parent.get("type") != "problem":
        client.update(_number(change.parent), {"type": "problem", **mark})
    client.update(_number(ref), {"type": "incident", "problem_id": _number(change.parent), **mark})
    return Receipt(key, datetime.now(UTC))


def _number(ref: Ref) -> int:
    if not (ref.id.isascii() and ref.id.isdecimal()):
        raise Refused("a ticket's number is needed")
    return int(ref.id)
