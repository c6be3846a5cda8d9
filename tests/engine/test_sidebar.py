"""The card: what an agent is shown of what was saved, and what is kept from them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.db.codec import decode, encode
from app.engine import sidebar
from app.engine.history import History, Related
from app.engine.sidebar import Around, Saved, State
from app.engine.standing import Case
from app.engine.types import Before, Classification, Decision, Draft, Label, Mode
from connectors.types import Assign, Change, Note, Priority, Ref, Reply, SetField, SetPriority, Tag
from tests.builders import a_classification, a_draft, a_passage, a_person, a_ticket
from tests.engine.desk import SETTLED, standing


def a_decision(mode: Mode = Mode.ASSIST, **changes: object) -> Decision:
    values = {"id": "d1", "ref": Ref("1"), "revision": "r", "question": "m1", "mode": mode, "requested": mode}
    return Decision(**(values | {"reasons": (), "changes": (), "before": Before()} | changes))  # type: ignore[arg-type]


def shown(mode: Mode = Mode.ASSIST, *sent: Change, draft: Draft | None = None, judged: Classification | None = None):
    before = Saved(judged or a_classification(), draft or a_draft(), a_decision(mode))
    return sidebar.card(before, Around(sent=sent))


@pytest.mark.parametrize(
    ("mode", "sent", "text", "state"),
    [
        (Mode.ASSIST, (), "Open it.", State.DRAFT),
        (Mode.ASSIST, (), " ", State.NOTHING),
        (Mode.ASSIST, (Reply("Open it."),), "Open it.", State.ANSWERED),
        (Mode.RESOLVE, (Reply("Open it."),), "Open it.", State.ANSWERED),
        (Mode.SHADOW, (), "Open it.", State.WATCHING),
        (Mode.OFF, (), "Open it.", State.NOTHING),
    ],
)
def test_where_a_ticket_stands(mode: Mode, sent: tuple[Change, ...], text: str, state: State) -> None:
    assert shown(mode, *sent, draft=a_draft(text)).state is state


def test_what_is_only_watched_is_kept_from_people() -> None:
    card = shown(Mode.SHADOW, draft=a_draft("The secret draft."))
    assert "secret" not in str(card) and card.sources == () and not card.usable


def test_without_a_decision_there_is_a_card_all_the_same() -> None:
    assert sidebar.card(None, Around()).state is State.UNREAD
    assert sidebar.card(None, Around(quiet=True)).state is State.PERSON


@pytest.mark.parametrize(("p", "word"), [(0.97, "sure"), (0.9, "sure"), (0.8, "likely"), (0.69, "guess")])
def test_confidence_has_a_word(p: float, word: str) -> None:
    assert sidebar.sure(a_classification(p=p)) == word


def test_no_category_has_no_confidence() -> None:
    assert sidebar.sure(a_classification("")) == "unknown"


def test_what_else_it_might_be() -> None:
    labels = (Label("returns", 0.7), Label("order-status", 0.2), Label("billing", 0.1))
    card = shown(judged=replace(a_classification(), labels=labels))
    assert card.others == (("order-status", 0.2), ("billing", 0.1))


def test_a_page_is_a_source_once_and_an_internal_one_says_so() -> None:
    passages = (
        a_passage(),
        a_passage("More of it."),
        a_passage(title="Desk rules", restricted=True, url="javascript:x"),
    )
    card = shown(draft=a_draft(passages=passages))
    assert len(card.sources) == 2
    assert card.sources[1].internal and card.sources[1].url == ""


def test_a_draft_can_be_typed_on_in() -> None:
    text = "**Open** [Your orders](https://shop.example/orders) or https://x.example, [https://y.example](https://y.example)"
    assert (
        sidebar.plainly(text) == "Open Your orders: https://shop.example/orders or https://x.example, https://y.example"
    )


def test_what_was_changed_is_said() -> None:
    changes = (
        Tag(("deskhand", "deskhand_returns")),
        Note("for the team"),
        SetPriority(Priority.HIGH),
        Assign(team="Returns"),
        SetField("deskhand_category", "returns"),
        SetField("deskhand_decision", "d1"),
    )
    card = shown(Mode.ASSIST, *changes)
    assert card.done == (
        ("tagged", "deskhand_returns"),
        ("priority", "high"),
        ("assigned", "Returns"),
        ("category", "returns"),
    )
    assert card.undoable


def test_what_a_customer_read_cannot_be_taken_back() -> None:
    card = shown(Mode.RESOLVE, Reply("Open it."))
    assert card.done == (("answered", ""),)
    assert not card.undoable


def test_what_nobody_knows_the_state_before_of_cannot_be_taken_back() -> None:
    saved = Saved(a_classification(), a_draft(), a_decision(before=None))
    assert not sidebar.card(saved, Around(sent=(Tag(("x",)),))).undoable


def test_what_was_undone_is_not_shown_as_done() -> None:
    before = Saved(a_classification(), a_draft(), a_decision())
    card = sidebar.card(before, Around(sent=(Tag(("x",)),), undone=True))
    assert card.done == () and not card.undoable


def test_what_is_known_of_the_customer_is_kept_with_the_decision() -> None:
    person = a_person(facts={"loyalty_tier": "platinum", "lifetimeValue": 12000})
    earlier = (Related("t0", "https://desk.example/7", "returns", datetime(2026, 2, 1, tzinfo=UTC)),)
    now = replace(standing(), history=History(earlier=earlier))
    known = sidebar.known(Case(a_ticket(requester=person), a_classification(), a_draft(), SETTLED, now))
    assert known["Customer"] == "Ana Silva, VIP"
    assert known["Loyalty tier"] == "platinum" and known["Lifetime value"] == "12000"
    assert known["Wrote before"] == "[returns (01 Feb)](https://desk.example/7)"
    decision = replace(a_decision(), about=known)
    assert decode(Decision, encode(decision)) == decision
    assert sidebar.card(Saved(a_classification(), a_draft(), decision), Around()).facts[0] == (
        "Customer",
        "Ana Silva, VIP",
    )
