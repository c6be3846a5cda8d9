"""Taking changes back: exactly what we did, and nothing that people did before or since."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.fields import RESUME_TAG
from app.engine.inverses import KINDS, Undoing, before, left, undone
from app.engine.types import Before
from connectors.types import (
    Assign,
    Change,
    Note,
    Priority,
    SetField,
    SetPriority,
    SetStatus,
    Status,
    Tag,
    Ticket,
    Untag,
)
from tests.builders import a_ticket

CHANGES: tuple[Change, ...] = (
    Tag(("deskhand", "deskhand_billing")),
    Untag(("old",)),
    SetField("deskhand_category", "billing"),
    SetPriority(Priority.HIGH),
    SetStatus(Status.SOLVED),
    Assign(team="desk"),
    Note("Look."),
)
WAS = a_ticket(
    tags=frozenset({"deskhand", "old", "vip"}),
    fields={"deskhand_category": "other", "size": "L"},
    priority=Priority.NORMAL,
    status=Status.NEW,
)


def after(**changes: Any) -> Ticket:
    """The ticket as we left it, but for what people changed since."""
    ours: dict[str, Any] = {
        "tags": frozenset({"deskhand", "deskhand_billing", "vip"}),
        "fields": {"deskhand_category": "billing", "size": "L"},
        "priority": Priority.HIGH,
        "status": Status.SOLVED,
    }
    return replace(WAS, **(ours | changes))


def back(now: Ticket, wanted: Undoing = Undoing()) -> tuple[Change, ...]:  # noqa: B008
    return undone(CHANGES, before(WAS, CHANGES), before(now, CHANGES), wanted)


def test_everything_that_can_be_is_put_back() -> None:
    assert back(after()) == (
        Untag(("deskhand_billing",)),
        Tag(("old",)),
        SetField("deskhand_category", "other"),
        SetPriority(Priority.NORMAL),
        SetStatus(Status.OPEN),
    )


@pytest.mark.parametrize(
    ("since", "kind"),
    [
        ({"tags": frozenset({"deskhand", "vip", "old"})}, (Tag, Untag)),
        ({"fields": {"deskhand_category": "returns"}}, (SetField,)),
        ({"priority": Priority.URGENT}, (SetPriority,)),
        ({"status": Status.OPEN}, (SetStatus,)),
    ],
)
def test_what_people_changed_since_stays(since: dict[str, Any], kind: tuple[type[Change], ...]) -> None:
    assert not any(isinstance(change, kind) for change in back(after(**since)))


def test_one_tag_alone() -> None:
    assert back(after(), Undoing(frozenset({"tags"}), frozenset({"deskhand_billing"}))) == (
        Untag(("deskhand_billing",)),
    )


def test_a_tag_that_was_there_before_us_is_never_taken() -> None:
    assert back(after(), Undoing(frozenset({"tags"}), frozenset({"deskhand"}))) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_alone(kind: str) -> None:
    kinds = {"tags": (Tag, Untag), "fields": (SetField,), "priority": (SetPriority,), "status": (SetStatus,)}[kind]
    found = back(after(), Undoing(frozenset({kind})))
    assert found
    assert all(isinstance(change, kinds) for change in found)


def test_where_nothing_can_be_seen_only_tags_go() -> None:
    found = undone(CHANGES, before(WAS, CHANGES), None, Undoing())
    assert found == (Untag(("deskhand_billing",)), Tag(("old",)))


def test_a_field_that_was_empty_is_emptied() -> None:
    changes = (SetField("deskhand_mode", "assist"),)
    was = before(WAS, changes)
    assert undone(changes, was, left(changes, was), Undoing()) == (SetField("deskhand_mode", None),)


NAMES = st.sampled_from(["a", "b", "c", "d"])
SETS = st.frozensets(NAMES)
SOME: st.SearchStrategy[Change] = st.one_of(
    st.builds(Tag, SETS.map(lambda s: tuple(sorted(s)))),
    st.builds(Untag, SETS.map(lambda s: tuple(sorted(s)))),
    st.builds(SetField, NAMES, st.sampled_from(["x", "y"])),
    st.builds(SetPriority, st.sampled_from(Priority)),
)


def distinct(changes: list[Change]) -> bool:
    """A decision touches each thing once."""
    touched = [n for c in changes if isinstance(c, Tag | Untag) for n in c.names]
    touched += [f"field {c.name}" for c in changes if isinstance(c, SetField)]
    touched += ["priority" for c in changes if isinstance(c, SetPriority)]
    return len(touched) == len(set(touched))


@given(st.lists(SOME, max_size=4).filter(distinct), SETS, st.sampled_from(Priority))
def test_what_was_done_and_undone_is_as_it_was(changes: list[Change], tags: frozenset[str], priority: Priority) -> None:
    ticket = a_ticket(tags=tags, priority=priority, fields={"a": "x"})
    was = before(ticket, changes)
    now = left(changes, was)
    again: Before = left(undone(changes, was, now, Undoing()), now)
    assert again == was


def test_a_hand_back_that_was_heard_is_not_put_there_again() -> None:
    """It would hand back whatever a person has said since, and the customer would be answered over their head."""
    was, changes = a_ticket(tags=frozenset({RESUME_TAG, "old"})), (Untag((RESUME_TAG, "old")),)
    now = before(replace(was, tags=frozenset()), changes)
    assert undone(changes, before(was, changes), now, Undoing()) == (Tag(("old",)),)
    assert undone(changes, before(was, changes), None, Undoing()) == (Tag(("old",)),)
