"""What people answer teaches, as a ticket's turn sees it; and every look tells the ticket's story."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.db import evidence, ids, judgements, lessons, problems, stories, usage
from app.engine.evidence import Claim, sign
from app.engine.lessons import Lesson
from app.engine.pricing import Use
from app.metering import metered
from connectors.types import Click, EventKind, Note, Reply, Status
from tests.builders import NOON
from tests.flows.played import AGENT, Vendor
from tests.flows.stage import CONFIGURATION, QUESTION, Stage


class Desk:
    """Questions at one played desk, drafted for and answered by people."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.connection_id, self.vendor = stage.connect("desk")

    def ask(self) -> str:
        ticket = self.vendor.customer_writes(QUESTION)
        self.work()
        return ticket

    def answer(self, ticket: str, text: str) -> None:
        self.stage.pass_time(60)
        self.vendor.agent_writes(ticket, text)
        self.work()

    def work(self) -> None:
        self.stage.deliver(self.connection_id, self.vendor)
        self.stage.work()

    def draft(self, ticket: str) -> str:
        with self.stage.database.reading() as session:
            name = ids.ticket(self.connection_id, ticket)
            return judgements.find(session, name, judgements.latest(session, name).id).draft.text

    def learned(self) -> list[Lesson]:
        with self.stage.database.reading() as session:
            newest = lessons.latest(session, self.stage.account.id, "order-status", "reply")
            if newest is None:
                return []
            claim = Claim(newest.account, newest.category, newest.action, newest.digest)
            return [one.lesson for one in lessons.about(session, claim)]

    def story(self, ticket: str) -> stories.Story | None:
        with self.stage.database.reading() as session:
            return stories.find(session, ids.ticket(self.connection_id, ticket))


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def test_a_draft_that_a_person_sent_was_kept(desk: Desk) -> None:
    ticket = desk.ask()
    assert isinstance(desk.vendor, Vendor)
    assert any(isinstance(change, Note) for _, change in desk.vendor.tickets[ticket].log)
    desk.answer(ticket, desk.draft(ticket))
    assert desk.learned() == [Lesson.KEPT]
    desk.answer(ticket, "One more thing: something else entirely.")
    assert desk.learned() == [Lesson.KEPT]


def test_another_answer_says_that_it_was_wrong(desk: Desk) -> None:
    desk.answer(desk.ask(), "We are closed on Mondays, sorry.")
    assert desk.learned() == [Lesson.WRONG]


def pressed(desk: Desk, ticket: str, words: str = "") -> None:
    """A person of the team sends the draft from the sidebar."""
    with desk.stage.database.reading() as session:
        decision = judgements.latest(session, ids.ticket(desk.connection_id, ticket)).id
    desk.vendor.knock(ticket, EventKind.CLICK, click=Click("share", decision, AGENT, text=words))
    desk.work()


def test_a_draft_that_was_sent_in_a_persons_words_teaches_and_is_billed(desk: Desk) -> None:
    ticket = desk.ask()
    pressed(desk, ticket, "We are closed on Mondays, sorry: nothing of that was right.")
    assert desk.learned() == [Lesson.WRONG]
    told = desk.story(ticket)
    assert (told.edited, told.kept, told.touched) == (True, False, False)
    other = desk.ask()
    pressed(desk, other, desk.draft(other))
    assert desk.learned().count(Lesson.KEPT) == 1
    assert desk.story(other).kept


def test_a_ticket_that_became_a_part_of_another_one_is_billed_no_more(desk: Desk) -> None:
    ticket = desk.ask()
    desk.answer(ticket, desk.draft(ticket))
    account, end = desk.stage.account.id, timedelta(days=90)
    with desk.stage.database.session() as session:
        metered(session, account, desk.stage.time)
    desk.vendor.tickets[ticket].tags.add("closed_by_merge")
    desk.vendor.knock(ticket, EventKind.CHANGED)
    desk.work()
    assert desk.story(ticket).merged
    with desk.stage.database.session() as session:
        for _ in range(2):
            metered(session, account, desk.stage.time)
        lines = usage.between(session, account, NOON - end, NOON + end)
    assert {line.entry.use for line in lines if line.dispute is None} == {Use.SEAT}
    assert [line.dispute.by for line in lines if line.dispute] == ["deskhand"]


def test_a_person_who_answered_another_question_teaches_nothing(desk: Desk) -> None:
    ticket = desk.ask()
    desk.vendor.customer_writes("And are you open on Sunday?", ticket)
    desk.answer(ticket, "No.")
    assert desk.learned() in ([], [Lesson.WRONG])


def test_a_promoted_category_falls_back_when_people_correct_what_is_drawn_for_them(desk: Desk) -> None:
    desk.stage.coin = 0.0
    desk.stage.earn()
    desk.answer(desk.ask(), "No, we do not do that.")
    assert desk.learned() == [Lesson.WRONG]
    with desk.stage.database.reading() as session:
        [held] = evidence.in_force(session, desk.stage.account.id, "order-status")
        steps = lessons.history(session, desk.stage.account.id)
        told = [problem.kind for problem in problems.newest(session)]
    assert (held.judged, held.errors) == (1, 1)
    assert [step.kind for step in steps] == [lessons.DEMOTED]
    assert "demoted" in told
    desk.stage.coin = 0.5
    ticket = desk.ask()
    assert not any(isinstance(change, Reply) for _, change in desk.vendor.tickets[ticket].log)


def test_a_fall_stands_though_the_clock_was_ahead_at_the_promotion(desk: Desk) -> None:
    desk.stage.coin = 0.0
    desk.stage.pass_time(60)
    desk.stage.earn()
    with desk.stage.database.session() as session:
        [held] = evidence.in_force(session, desk.stage.account.id, "order-status")
        ahead = replace(held, issued_at=desk.stage.time + timedelta(minutes=5))
        evidence.save(session, desk.stage.account.id, sign(ahead, desk.stage.services.evidence_key))
    desk.answer(desk.ask(), "No, we do not do that.")
    desk.stage.coin = 0.5
    desk.stage.pass_time(600)
    ticket = desk.ask()
    assert not any(isinstance(change, Reply) for _, change in desk.vendor.tickets[ticket].log)


def test_the_story_of_a_ticket_is_told(desk: Desk) -> None:
    ticket = desk.ask()
    told = desk.story(ticket)
    assert told is not None
    assert (told.category, told.drafted, told.touched, told.answered_at) == ("order-status", True, False, None)
    assert told.person
    desk.answer(ticket, desk.draft(ticket))
    after = desk.story(ticket)
    assert after is not None
    assert (after.touched, after.ours, after.answered_at is not None) == (True, False, True)


@pytest.mark.parametrize(
    ("mode", "released", "billed"),
    [("shadow", False, []), ("assist", False, [Use.ASSISTED]), ("assist", True, [Use.ASSISTED])],
)
def test_who_answered_with_a_draft_is_billed_and_who_never_saw_one_is_not(
    stage: Stage, mode: str, released: bool, billed: list[Use]
) -> None:
    stage.configure(CONFIGURATION.replace("default: deflect", f"default: {mode}"))
    desk = Desk(stage)
    ticket = desk.ask()
    if released:
        with stage.database.reading() as session:
            decision = judgements.latest(session, ids.ticket(desk.connection_id, ticket)).id
        desk.vendor.knock(ticket, EventKind.CLICK, click=Click("share", decision, AGENT))
        desk.work()
    else:
        desk.answer(ticket, desk.draft(ticket))
    desk.vendor.tickets[ticket].status = Status.SOLVED
    desk.vendor.knock(ticket)
    desk.work()
    stage.pass_time(8 * 86_400)
    with stage.database.session() as session:
        metered(session, stage.account.id, stage.time)
        lines = usage.between(session, stage.account.id, NOON, stage.time)
    assert [one.entry.use for one in lines if one.entry.use in (Use.ASSISTED, Use.AUTOMATIC)] == billed
