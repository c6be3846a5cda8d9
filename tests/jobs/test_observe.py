"""In shadow nothing is written, and what people do then is held against what we would have done; ratings reach the story."""

from dataclasses import replace
from typing import Any

import pytest

from app.db import agreements, ids, judgements, roster, stories
from app.db.agreements import Kept
from app.engine.lessons import Lesson
from connectors.types import Status, Teammate
from tests.flows.played import Desk as Connector
from tests.flows.stage import CONFIGURATION, QUESTION, Stage

SHADOW = CONFIGURATION.replace("modes: {default: deflect}", "modes: {default: shadow}")


class Watched:
    """An account that only watches, and a person who works."""

    def __init__(self, stage: Stage, configuration: str = SHADOW) -> None:
        self.stage = stage
        stage.configure(configuration)
        self.connection_id, self.vendor = stage.connect("desk")

    def work(self) -> None:
        self.stage.deliver(self.connection_id, self.vendor)
        self.stage.work()

    def ask(self) -> str:
        ticket = self.vendor.customer_writes(QUESTION)
        self.work()
        return ticket

    def does(self, ticket: str, *, text: str = "", tags: set[str] = frozenset(), status: Status | None = None) -> None:  # type: ignore[assignment]
        held = self.vendor.tickets[ticket]
        held.tags |= tags
        if text:
            self.vendor.agent_writes(ticket, text)
        if status:
            held.status = status
        self.vendor.knock(ticket)
        self.work()

    def draft(self, ticket: str) -> str:
        with self.stage.database.reading() as session:
            name = ids.ticket(self.connection_id, ticket)
            last = judgements.latest(session, name)
            judged = judgements.find(session, name, last.id) if last else None
            return judged.draft.text if judged else ""

    def kept(self) -> list[Kept]:
        with self.stage.database.reading() as session:
            now = self.stage.time
            return agreements.between(session, self.stage.account.id, now.replace(year=2000), now.replace(year=2100))


@pytest.fixture
def watched(stage: Stage) -> Watched:
    return Watched(stage)


def test_nothing_is_said_before_anybody_acts(watched: Watched) -> None:
    ticket = watched.ask()
    assert watched.vendor.tickets[ticket].log == []
    watched.does(ticket, tags={"billing"})
    assert watched.kept() == []


def test_who_files_and_answers_it_the_same_way_agrees(watched: Watched) -> None:
    ticket = watched.ask()
    watched.does(ticket, text=watched.draft(ticket), tags={"order_status"})
    (one,) = watched.kept()
    assert (one.said.category.equal, one.said.lesson, one.said.weight) == (True, Lesson.KEPT, 0.0)
    assert one.ticket_id == ids.ticket(watched.connection_id, ticket)


def test_what_is_filed_later_is_seen_later_and_counted_once(watched: Watched) -> None:
    ticket = watched.ask()
    watched.does(ticket, text="We are closed on Mondays.")
    (first,) = watched.kept()
    assert (first.said.category.equal, first.said.lesson) == (None, Lesson.WRONG)
    watched.does(ticket, tags={"order_status"}, status=Status.SOLVED)
    (later,) = watched.kept()
    assert (later.said.category.equal, later.said.decision) == (True, first.said.decision)
    with watched.stage.database.reading() as session:
        now = watched.stage.time
        span = (now.replace(year=2000), now.replace(year=2100))
        assert agreements.counted(session, watched.stage.account.id, *span) == (1, 1)


def test_where_we_had_filed_it_ourselves_only_the_answer_counts(stage: Stage) -> None:
    watched = Watched(stage, CONFIGURATION.replace("modes: {default: deflect}", "modes: {default: assist}"))
    watched.does(watched.ask(), text="We are closed on Mondays.")
    (one,) = watched.kept()
    assert (one.said.category.equal, one.said.priority.equal, one.said.lesson) == (None, None, Lesson.WRONG)


def test_a_rating_and_a_kept_draft_are_in_the_story(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(stage, CONFIGURATION.replace("modes: {default: deflect}", "modes: {default: assist}"))
    ticket = watched.ask()
    read = Connector.ticket

    def rated(self: Connector, ref: Any) -> Any:
        return replace(read(self, ref), rating=4)

    monkeypatch.setattr(Connector, "ticket", rated)
    watched.does(ticket, text=watched.draft(ticket))
    with stage.database.reading() as session:
        told = stories.find(session, ids.ticket(watched.connection_id, ticket))
    assert told is not None
    assert (told.rating, told.kept, told.quoted) == (4, True, True)


@pytest.mark.parametrize(
    ("group", "equal"), [("36001234", None), ("77", True), ("Finance", False), ("DESK", True), ("", None)]
)
def test_a_team_is_compared_by_its_name(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, group: str, equal: bool | None
) -> None:
    watched = Watched(stage, SHADOW.replace("confidence: 0.5,", "confidence: 0.5, assignTo: desk,"))
    with stage.database.session() as session:
        roster.replace(session, watched.connection_id, [Teammate("a1", teams={"77": "desk"})], stage.time)
    ticket = watched.ask()
    read = Connector.ticket

    def grouped(self: Connector, ref: Any) -> Any:
        return replace(read(self, ref), group=group)

    monkeypatch.setattr(Connector, "ticket", grouped)
    watched.does(ticket, text="Let me see.")
    (one,) = watched.kept()
    assert one.said.route.equal is equal
