"""Every value that is saved comes back equal: facts and judgements of any content."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.codec import decode, decode_all, encode
from app.engine.types import Approval, Decision, Mode, Reason
from connectors.types import (
    Change,
    Click,
    File,
    Note,
    OpenTicket,
    Person,
    Receipt,
    Ref,
    Reply,
    SetField,
    SetStatus,
    Status,
)
from tests.builders import a_classification, a_draft, a_passage, a_person, a_record, a_ticket

MOMENTS = st.datetimes(timezones=st.just(UTC))
SHARES = st.floats(0, 1)


@st.composite
def values(draw: st.DrawFn) -> Any:
    """Any saved value, with any text, time and number in it."""
    text, at, share = draw(st.text(max_size=20)), draw(MOMENTS), draw(SHARES)
    ref, reasons = Ref(text), (Reason("code", text),)
    person = a_person(text, name=text, facts={text: share, "plan": text, "vip": True})
    changes = draw(st.lists(st.sampled_from(_changes(text, share, at, person)), max_size=4))
    permission = draw(st.sampled_from([a_record(issued_at=at, signature=text), Approval(text, text, at)]))
    return draw(
        st.sampled_from(
            [
                a_classification(
                    text, share, entities={text: (text,)}, flags=frozenset({text, "human"}), urgency=share
                ),
                a_draft(text, reasons=reasons, passages=(a_passage(text, score=share),)),
                Decision(text, ref, text, text, Mode.ASSIST, Mode.OFF, reasons, tuple(changes), permission, at),
                a_ticket(text, requester=person, updated_at=at, tags=frozenset({text}), fields={text: share}),
                Click("share", text, person, text),
                Receipt(text, at, (text,), recovered=True, skipped=(text,)),
            ]
        )
    )


def _changes(text: str, share: float, at: datetime, person: Person) -> list[Change]:
    return [
        Reply(text, (text,), (File(text, text, text.encode()),)),
        Note(text),
        SetStatus(Status.PENDING, at),
        SetField(text, share),
        SetField(text, None),
        OpenTicket(text, text, person),
    ]


@settings(max_examples=150, deadline=None)
@given(values())
def test_a_value_comes_back_equal(value: Any) -> None:
    assert decode(type(value), json.loads(json.dumps(encode(value)))) == value


def test_changes_of_the_same_shape_stay_what_they_are() -> None:
    changes = (Reply("hello", ("human",)), Note("hello", ("human",)))
    assert decode_all(Change, json.loads(json.dumps(encode(changes)))) == changes


def test_a_field_that_an_older_row_lacks_takes_its_default() -> None:
    assert decode(Receipt, {"is": "Receipt", "key": "k", "at": "2026-03-02T12:00:00+00:00"}).skipped == ()


@pytest.mark.parametrize("body", [{"is": "Shout", "text": "x"}, {"text": "x"}])
def test_an_unknown_kind_is_refused(body: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        decode_all(Change, [body])
