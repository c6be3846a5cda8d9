"""What people ask of tickets in bulk: tags taken back, answers recalled. Once, on a fresh look, and never what people did since."""

from datetime import timedelta
from typing import Any

import pytest

from app.db import articles, decisions, effects, errands, ids
from app.db.codec import encode
from app.db.decisions import Asked, Entry
from app.db.errands import Errand
from app.engine.inverses import Undoing
from app.reports.recalls import BY_HAND, BY_ITSELF, Case, Source, told
from connectors.types import Note, SetStatus, Status, Tag, Untag
from tests.flows.stage import CONFIGURATION, QUESTION, Stage

TAG = "deskhand_order-status"
PAGE = "https://help.example/track"
DAYS = timedelta(days=2)
THE_TAG = Undoing(frozenset({"tags"}), frozenset({TAG}))


class Desk:
    """A desk with questions, and a lead who looks into the log."""

    def __init__(self, stage: Stage, *, mode: str = "assist") -> None:
        self.stage = stage
        stage.configure(CONFIGURATION.replace("default: deflect", f"default: {mode}"))
        self.connection_id, self.vendor = stage.connect("desk")

    def ask(self) -> str:
        ticket = self.vendor.customer_writes(QUESTION)
        self.work()
        return ticket

    def work(self) -> None:
        self.stage.deliver(self.connection_id, self.vendor)
        self.ring()
        self.stage.work()

    def ring(self) -> None:
        """As the clock's sweep does."""
        for held in self.vendor.tickets:
            self.stage.bells.ring(ids.ticket(self.connection_id, held))

    def entries(self, **asked: str) -> list[Entry]:
        with self.stage.database.reading() as session:
            span = (self.stage.time - DAYS, self.stage.time + DAYS)
            return list(decisions.found(session, Asked(self.stage.account.id, *span, **asked)))

    def asks(self, entry: Entry, kind: str, body: object, id: str = "e1") -> bool:
        decision = entry.judged.decision.id
        errand = Errand(id, self.stage.account.id, entry.judged.ticket_id, decision, kind, "Kim", encode(body))
        with self.stage.database.session() as session:
            return errands.ask(session, errand, self.stage.time)

    def undo(self, entry: Entry, wanted: Undoing = THE_TAG, id: str = "e1") -> bool:
        return self.asks(entry, errands.UNDO, wanted, id)

    def outcomes(self) -> list[tuple[str, str]]:
        with self.stage.database.reading() as session:
            return [(one.state, one.outcome) for one in errands.of_account(session, self.stage.account.id)]

    def recalls(self, source: str = PAGE, containing: str = "") -> list[Case]:
        with self.stage.database.reading() as session:
            return told(
                session,
                self.stage.account.id,
                Source(source, containing),
                self.stage.time - DAYS,
                self.stage.time + DAYS,
            )


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def test_the_log_is_searched_by_what_people_remember(desk: Desk) -> None:
    first, second = desk.ask(), desk.ask()
    assert [one.ref for one in desk.entries()] == [second, first]
    assert [one.ref for one in desk.entries(ticket=first)] == [first]
    assert len(desk.entries(tag=TAG, category="order-status", mode="assist")) == 2
    assert desk.entries(tag="deskhand_other") == []
    assert desk.entries(category="billing") == []
    assert len(desk.entries(reason="mode_")) == 2
    assert desk.entries(reason="no_such") == []
    (one,) = desk.entries(decision=desk.entries(ticket=first)[0].judged.decision.id)
    assert {effect.state for effect in one.effects} == {effects.SENT}


def test_a_long_log_is_read_in_portions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "BATCH", 2)
    asked = [desk.ask() for _ in range(5)]
    assert [one.ref for one in desk.entries()] == asked[::-1]


def test_a_tag_is_taken_back_once(desk: Desk) -> None:
    ticket = desk.ask()
    (entry,) = desk.entries()
    assert TAG in desk.vendor.tickets[ticket].tags
    assert desk.undo(entry)
    assert not desk.undo(entry)
    desk.work()
    desk.work()
    held = desk.vendor.tickets[ticket]
    assert TAG not in held.tags
    assert "deskhand" in held.tags
    assert [change for key, change in held.log if key == "undo-e1"] == [Untag((TAG,))]
    assert desk.outcomes() == [("planned", "Untag")]
    (again,) = desk.entries()
    assert [effect.plan.key for effect in again.effects][-1] == "undo-e1"


def test_what_a_person_changed_since_is_left_alone(desk: Desk) -> None:
    ticket = desk.ask()
    (entry,) = desk.entries()
    desk.vendor.tickets[ticket].fields["deskhand_category"] = "billing"
    desk.vendor.tickets[ticket].tags.discard(TAG)
    desk.undo(entry, Undoing(frozenset({"fields", "tags"})))
    desk.work()
    held = desk.vendor.tickets[ticket]
    assert held.fields["deskhand_category"] == "billing"
    changed = [type(change) for key, change in held.log if key == "undo-e1"]
    assert Tag not in changed
    assert held.fields.get("deskhand_mode") is None


def test_nothing_is_left_to_undo(desk: Desk) -> None:
    ticket = desk.ask()
    (entry,) = desk.entries()
    desk.vendor.tickets[ticket].tags.discard(TAG)
    desk.undo(entry)
    desk.work()
    assert desk.outcomes() == [("nothing", "nothing of it stands there any more")]


def test_a_closed_ticket_is_named_and_nothing_is_tried(desk: Desk) -> None:
    ticket = desk.ask()
    (entry,) = desk.entries()
    desk.vendor.closes(ticket)
    desk.undo(entry)
    desk.work()
    assert desk.outcomes() == [("nothing", "the ticket is closed for good")]


def test_an_answer_is_recalled_in_a_note_and_the_ticket_opened_again(stage: Stage) -> None:
    desk = Desk(stage, mode="deflect")
    stage.earn()
    ticket = desk.ask()
    held = desk.vendor.tickets[ticket]
    held.status = Status.SOLVED
    (case,) = desk.recalls()
    assert case.recall.how == BY_ITSELF
    assert "where it is shows there" in case.recall.said
    assert desk.recalls(containing="no such words") == []
    assert desk.recalls("https://help.example/other") == []
    said = len(held.messages)
    desk.asks(case.entry, errands.RECALL, case.recall, "r1")
    desk.work()
    (note,) = [change for key, change in held.log if key == "recall-r1" and isinstance(change, Note)]
    assert "Kim asks to look at what this customer was told" in note.text
    assert "Draft of a correction" in note.text
    assert any(isinstance(change, SetStatus) for key, change in held.log if key == "recall-r1")
    assert held.status is Status.OPEN
    assert not any(m.public for m in held.messages[said:])
    desk.work()
    assert len([key for key, change in held.log if key == "recall-r1" and isinstance(change, Note)]) == 1


def test_who_was_told_by_a_person_from_our_draft_is_found_too(desk: Desk) -> None:
    ticket = desk.ask()
    (entry,) = desk.entries()
    assert desk.recalls() == []
    desk.stage.pass_time(60)
    desk.vendor.agent_writes(ticket, entry.judged.draft.text)
    desk.work()
    (case,) = desk.recalls()
    assert (case.recall.how, case.entry.ref) == (BY_HAND, ticket)


def test_what_the_page_says_now_is_told(desk: Desk) -> None:
    ticket = desk.ask()
    (entry,) = desk.entries()
    desk.stage.pass_time(60)
    desk.vendor.agent_writes(ticket, entry.judged.draft.text)
    desk.work()
    with desk.stage.database.session() as session:
        mine = desk.stage.account.id
        articles.prune(session, mine, desk.connection_id, set(), desk.stage.time)
    (case,) = desk.recalls()
    assert [(part.now, part.changed) for part in case.recall.told] == [("", True)]


def test_a_ticket_that_is_closed_cannot_be_recalled_there(stage: Stage) -> None:
    desk = Desk(stage, mode="deflect")
    stage.earn()
    ticket = desk.ask()
    (case,) = desk.recalls()
    desk.vendor.closes(ticket)
    desk.asks(case.entry, errands.RECALL, case.recall, "r1")
    desk.work()
    assert desk.outcomes() == [("nothing", "the ticket is closed for good: write to the customer anew")]


def test_what_never_was_written_is_not_taken_back_from_a_person(desk: Desk) -> None:
    desk.vendor.faults.append("refused")
    ticket = desk.ask()
    (entry,) = desk.entries()
    desk.vendor.tickets[ticket].tags.add(TAG)
    desk.undo(entry)
    desk.work()
    assert TAG in desk.vendor.tickets[ticket].tags
    assert desk.outcomes() == [("nothing", "nothing of it stands there any more")]


def test_what_a_person_changes_between_the_look_and_the_write_is_left_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.ask()
    (entry,) = desk.entries()
    held, begin = desk.vendor.tickets[ticket], effects.begin

    def while_it_begins(*given: Any) -> None:
        begin(*given)
        held.fields["deskhand_category"] = "billing"

    monkeypatch.setattr(effects, "begin", while_it_begins)
    desk.undo(entry, Undoing(frozenset({"fields", "tags"})))
    desk.work()
    desk.work()
    undone = [change for key, change in held.log if key.startswith("undo-")]
    assert undone
    assert TAG not in held.tags
    assert not any(getattr(one, "name", "") == "deskhand_category" for one in undone)
    assert held.fields["deskhand_category"] == "billing"
    ((state, _),) = desk.outcomes()
    assert state == "planned"
    (one,) = desk.entries()
    states = [(effect.plan.key, effect.state) for effect in one.effects if effect.plan.key.startswith("undo-")]
    assert states == [("undo-e1", effects.DROPPED), ("undo-e1.1", effects.SENT)]


def test_a_ticket_that_somebody_goes_on_changing_is_left_to_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = desk.ask()
    (entry,) = desk.entries()
    held, begin = desk.vendor.tickets[ticket], effects.begin
    ours = iter([name for name in held.fields if name.startswith("deskhand_")])

    def while_it_begins(*given: Any) -> None:
        begin(*given)
        # Every time another field of ours becomes somebody's.
        held.fields[next(ours)] = "theirs"

    monkeypatch.setattr(effects, "begin", while_it_begins)
    desk.undo(entry, Undoing(frozenset({"fields"})))
    for _ in range(5):
        desk.work()
    assert not any(key.startswith("undo-") for key, _ in held.log)
    ((state, outcome),) = desk.outcomes()
    assert state == "nothing"
    assert outcome.startswith("somebody changed the ticket each time")
