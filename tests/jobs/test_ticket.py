"""One ticket's turn, told as stories: what the vendor shows afterwards, and what an admin reads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.db import accounts, connections, effects, ids, inbox, judgements, problems
from app.engine.types import Mode
from connectors.types import Click, Event, EventKind, Note, Person, Reply, Role, Status, Tag
from jobs import base, schedule
from tests.flows.played import AGENT, Vendor
from tests.flows.stage import QUESTION, Stage

ASSIST = Mode.ASSIST


class Story:
    """A customer's question at one played desk, brought in and worked on."""

    def __init__(self, stage: Stage, *, earned: bool = True) -> None:
        self.stage = stage
        self.connection_id, self.vendor = stage.connect("desk")
        if earned:
            stage.earn()
        self.ticket = self.vendor.customer_writes(QUESTION)
        self.id = ids.ticket(self.connection_id, self.ticket)

    def go_on(self, seconds: float = 0) -> None:
        self.stage.pass_time(seconds)
        self.stage.deliver(self.connection_id, self.vendor)
        schedule.sweep(self.stage.services)
        self.stage.work()

    def said(self, kind: type = Reply) -> list[str]:
        return [change.text for _, change in self.vendor.tickets[self.ticket].log if isinstance(change, kind)]

    def outcomes(self) -> list[str]:
        with self.stage.database.reading() as session:
            return [effect.state for effect in effects.of_ticket(session, self.id)]

    def problems(self) -> list[str]:
        with self.stage.database.reading() as session:
            return [problem.kind for problem in problems.newest(session)]


@pytest.fixture
def assisted(stage: Stage) -> Story:
    return Story(stage, earned=False)


def test_a_question_gets_one_note_and_no_reply_without_evidence(assisted: Story) -> None:
    assisted.go_on()
    assisted.go_on(10)
    assert len(assisted.said(Note)) == 1
    assert assisted.said() == []
    assert assisted.outcomes() == ["sent"]


def test_the_classification_the_draft_and_the_decision_are_kept(assisted: Story) -> None:
    assisted.go_on()
    with assisted.stage.database.reading() as session:
        decision = judgements.latest(session, assisted.id)
        assert decision is not None
        judged = judgements.find(session, assisted.id, decision.id)
    assert judged is not None
    assert (judged.decision.mode, judged.classification.category) == (ASSIST, "order-status")
    assert "Open Your orders" in judged.draft.text


def test_a_burst_is_one_run_and_one_note(assisted: Story) -> None:
    for _ in range(4):
        assisted.vendor.customer_writes(QUESTION, assisted.ticket)
    assisted.go_on()
    assert len(assisted.said(Note)) == 1


def test_a_busy_vendor_is_left_alone_as_long_as_it_says(assisted: Story) -> None:
    assisted.vendor.faults = ["busy"]
    assisted.go_on()
    calls = []
    assisted.vendor.at = calls.append
    assisted.go_on(5)
    assert calls == []
    assisted.go_on(5)
    assert len(assisted.said(Note)) == 1


def test_an_answer_that_got_lost_is_found_and_nothing_is_sent_again(assisted: Story) -> None:
    assisted.go_on(0)
    assisted.vendor.customer_writes(QUESTION, assisted.ticket)
    assisted.vendor.faults = ["reset-after"]
    assisted.go_on()
    assert assisted.outcomes() == ["sent", "pending"]
    assisted.go_on(10)
    assert assisted.outcomes() == ["sent", "pending"], "not before nothing can take effect any more"
    assisted.go_on(60)
    assert assisted.outcomes() == ["sent", "sent"]
    assert len(assisted.said(Note)) == 2
    with assisted.stage.database.reading() as session:
        last = effects.of_ticket(session, assisted.id)[-1]
    assert last.receipt is not None and last.receipt.recovered


def test_what_the_vendor_will_never_take_is_told_to_people(assisted: Story) -> None:
    assisted.vendor.at = _once(assisted.vendor, "refused")
    assisted.go_on()
    assert assisted.outcomes() == ["review", "sent"]
    assert "Nothing of it was sent" in assisted.said(Note)[0]
    assert assisted.problems() == ["effect_refused"]


def _once(vendor: Vendor, fault: str) -> Callable[[str], None]:
    """That fault for the next write."""
    left = [fault]

    def at(moment: str) -> None:
        if moment == "apply" and left:
            vendor.faults = [left.pop()]

    return at


def test_a_ticket_that_closed_meanwhile_is_left_alone(assisted: Story) -> None:
    assisted.vendor.at = _once(assisted.vendor, "closed")
    assisted.go_on()
    assert assisted.outcomes() == ["dropped"]
    assert assisted.problems() == []


def test_a_deleted_ticket_is_dropped(assisted: Story) -> None:
    assisted.vendor.tickets[assisted.ticket].gone = True
    assisted.go_on()
    assert assisted.outcomes() == []
    with assisted.stage.database.reading() as session:
        assert inbox.backlog(session) == 0


def test_a_human_who_writes_just_before_the_send_stops_it(stage: Stage) -> None:
    story = Story(stage)
    story.vendor.at = lambda moment: _agent_first(story, moment)
    story.go_on()
    story.go_on(10)
    assert story.said() == [] and story.said(Note) == []
    assert story.outcomes()[0] == "dropped"


def _agent_first(story: Story, moment: str) -> None:
    if moment == "apply":
        story.vendor.at = lambda moment: None
        story.vendor.agent_writes(story.ticket)


@pytest.mark.parametrize("how", ["tag", "button"])
def test_a_ticket_stays_quiet_until_it_is_handed_back(assisted: Story, how: str) -> None:
    assisted.vendor.agent_writes(assisted.ticket)
    assisted.go_on()
    assisted.vendor.customer_writes(QUESTION, assisted.ticket)
    assisted.go_on(10)
    assert assisted.said(Note) == []
    if how == "tag":
        assisted.vendor.hands_back(assisted.ticket)
    else:
        assisted.vendor.knock(assisted.ticket, EventKind.CLICK, click=Click("resume", "", AGENT))
    assisted.go_on(10)
    assert len(assisted.said(Note)) == 1
    assert "deskhand_resume" not in assisted.vendor.tickets[assisted.ticket].tags


def test_a_stranger_cannot_hand_a_ticket_back(assisted: Story) -> None:
    assisted.vendor.agent_writes(assisted.ticket)
    assisted.vendor.customer_writes(QUESTION, assisted.ticket)
    stranger = Person("x", Role.CUSTOMER)
    assisted.vendor.knock(assisted.ticket, EventKind.CLICK, click=Click("resume", "", stranger))
    assisted.go_on()
    assert assisted.said(Note) == []


def test_a_member_of_the_team_shares_the_draft_once(assisted: Story) -> None:
    assisted.go_on()
    with assisted.stage.database.reading() as session:
        decision = judgements.latest(session, assisted.id)
    assert decision is not None
    for who in (Person("x", Role.CUSTOMER), AGENT, AGENT):
        assisted.vendor.knock(assisted.ticket, EventKind.CLICK, click=Click("share", decision.id, who))
    assisted.go_on()
    assisted.vendor.knock(assisted.ticket, EventKind.CLICK, click=Click("share", decision.id, AGENT))
    assisted.go_on(10)
    assert len(assisted.said()) == 1


def test_an_agent_who_is_assigned_after_the_decision_does_not_get_it_twice(assisted: Story) -> None:
    assisted.go_on()
    assisted.vendor.assigns(assisted.ticket)
    assisted.go_on(10)
    assisted.vendor.assigns(assisted.ticket)
    assisted.go_on(10)
    assert len(assisted.said(Note)) == 1
    assert assisted.outcomes() == ["sent"]


def test_who_writes_after_the_hand_backs_button_has_the_ticket(stage: Stage) -> None:
    story = Story(stage)
    story.vendor.knock(story.ticket, EventKind.CLICK, click=Click("resume", "d1", AGENT))
    story.vendor.agent_writes(story.ticket, public=False)
    story.go_on()
    assert story.said() == []


def test_an_out_of_office_notice_is_tagged_and_nobody_is_bothered(stage: Stage) -> None:
    story = Story(stage)
    held = story.vendor.tickets[story.ticket]
    held.messages[0] = replace(held.messages[0], headers={"auto-submitted": "auto-replied"})
    story.go_on()
    assert (story.said(), story.said(Note)) == ([], [])
    assert "deskhand" in held.tags


def test_the_note_in_a_threads_record_says_that_answers_there_are_not_copied(stage: Stage) -> None:
    desk_id, desk = stage.connect("desk")
    thread_id, chat = stage.connect("thread")
    thread = chat.tickets[chat.customer_writes(QUESTION)]
    for _ in range(2):
        stage.deliver(thread_id, chat)
        schedule.sweep(stage.services)
        stage.work()
    (record,) = desk.tickets.values()
    (note,) = [change.text for _, change in record.log if isinstance(change, Note)]
    assert "answer the customer there" in note
    desk.agent_writes(record.id, "Only for colleagues.")
    stage.deliver(desk_id, desk)
    stage.work()
    assert [m.author.role for m in thread.messages if m.public].count(Role.AGENT) == 0


def test_asking_for_a_human_tags_the_ticket_and_silences_us(assisted: Story) -> None:
    assisted.go_on()
    customer = assisted.vendor.tickets[assisted.ticket].customer
    for _ in range(2):
        assisted.vendor.knock(assisted.ticket, EventKind.CLICK, click=Click("human", "d1", customer))
    assisted.go_on()
    assisted.vendor.customer_writes(QUESTION, assisted.ticket)
    assisted.go_on(10)
    assert len(assisted.said(Note)) == 2, "the decision's, and that a person was asked for"
    assert "deskhand_human" in assisted.vendor.tickets[assisted.ticket].tags


def test_that_helped_is_kept_once_per_person(assisted: Story) -> None:
    assisted.go_on()
    with assisted.stage.database.reading() as session:
        decision = judgements.latest(session, assisted.id)
    assert decision is not None
    customer = assisted.vendor.tickets[assisted.ticket].customer
    for _ in range(2):
        assisted.vendor.knock(assisted.ticket, EventKind.CLICK, click=Click("helped", decision.id, customer))
    assisted.go_on()
    with assisted.stage.database.reading() as session:
        assert [outcome.by for outcome in judgements.outcomes(session, assisted.id)] == [customer.id]


def test_an_uninstalled_vendor_pauses_its_connection_and_work_waits(assisted: Story) -> None:
    with assisted.stage.database.session() as session:
        gone = Event("e-gone", EventKind.DISCONNECTED, None, assisted.stage.time)
        rung = inbox.accept(session, assisted.connection_id, [gone], assisted.stage.time)
    assert rung == [ids.ticket(assisted.connection_id, "")]
    for ticket_id in rung:
        assisted.stage.bells.ring(ticket_id)
    assisted.stage.work()
    assisted.go_on()
    assert assisted.said(Note) == []
    assert assisted.problems() == ["disconnected"]
    with assisted.stage.database.session() as session:
        connections.resume(session, assisted.connection_id)
    assisted.go_on()
    assert len(assisted.said(Note)) == 1


def test_the_switch_that_stops_everything_stops_what_is_planned_too(assisted: Story) -> None:
    def stop(moment: str) -> None:
        if moment == "read":
            with assisted.stage.database.session() as session:
                accounts.stop(session, assisted.stage.account.id)

    assisted.vendor.at = stop
    assisted.go_on()
    assert assisted.vendor.tickets[assisted.ticket].log == []


def test_a_mistake_of_ours_is_tried_a_few_times_and_then_parked(assisted: Story) -> None:
    def broken(moment: str) -> None:
        raise ZeroDivisionError

    assisted.vendor.at = broken
    for _ in range(base.PATIENCE.mistakes + 1):
        assisted.go_on(60)
    assert assisted.problems() == ["ticket_parked"]
    with assisted.stage.database.reading() as session:
        assert inbox.backlog(session) == 0
        told = problems.newest(session)[0]
    assert "ZeroDivisionError" in told.text and QUESTION not in told.text


def test_an_outage_is_waited_out_longer_and_longer(assisted: Story) -> None:
    def down(moment: str) -> None:
        assisted.vendor.faults = ["broken"]

    assisted.vendor.at = down
    for _ in range(8):
        assisted.go_on(1)
    with assisted.stage.database.reading() as session:
        assert inbox.backlog(session) == 1
    assisted.vendor.at, assisted.vendor.faults = lambda moment: None, []
    assisted.go_on(base.PATIENCE.longest / timedelta(seconds=1))
    assert len(assisted.said(Note)) == 1


def test_a_closed_ticket_is_not_even_thought_about(assisted: Story) -> None:
    assisted.vendor.tickets[assisted.ticket].status = Status.CLOSED
    assisted.go_on()
    with assisted.stage.database.reading() as session:
        assert judgements.latest(session, assisted.id) is None


def test_a_solved_ticket_is_owed_nothing_until_its_customer_writes_again(assisted: Story) -> None:
    assisted.vendor.tickets[assisted.ticket].status = Status.SOLVED
    assisted.go_on()
    assert assisted.vendor.tickets[assisted.ticket].log == []
    assisted.vendor.customer_writes(QUESTION, assisted.ticket)
    assisted.go_on(10)
    assert len(assisted.said(Note)) == 1


def test_a_solved_ticket_that_is_handed_back_is_worked_on(assisted: Story) -> None:
    assisted.vendor.agent_writes(assisted.ticket)
    assisted.vendor.customer_writes(QUESTION, assisted.ticket)
    assisted.go_on()
    assisted.vendor.tickets[assisted.ticket].status = Status.SOLVED
    assisted.vendor.hands_back(assisted.ticket)
    assisted.go_on(10)
    assert len(assisted.said(Note)) == 1


def test_a_thread_is_recorded_once_and_its_record_is_not_answered(stage: Stage) -> None:
    desk_id, desk = stage.connect("desk")
    chat_id, chat = stage.connect("thread")
    stage.earn()
    thread = chat.customer_writes(QUESTION)
    for _ in range(4):
        for connection_id, played in ((chat_id, chat), (desk_id, desk)):
            stage.deliver(connection_id, played)
        stage.work()
        stage.pass_time(10)
        schedule.sweep(stage.services)
    chat.customer_writes(QUESTION, thread)
    stage.deliver(chat_id, chat)
    stage.work()
    assert len(desk.tickets) == 1
    record = next(iter(desk.tickets.values()))
    customers = [m.text for m in record.messages if m.author.role is Role.CUSTOMER]
    assert customers == [m.text for m in chat.tickets[thread].messages if m.author.role is Role.CUSTOMER]
    assert any(isinstance(change, Tag) for _, change in record.log)
    with stage.database.reading() as session:
        assert judgements.of_ticket(session, ids.ticket(desk_id, record.id)) == []
    assert all(isinstance(change, Reply) for _, change in chat.tickets[thread].log)


def test_who_writes_in_the_record_has_taken_the_thread_over(stage: Stage) -> None:
    desk_id, desk = stage.connect("desk")
    chat_id, chat = stage.connect("thread")
    thread = chat.customer_writes(QUESTION)
    stage.deliver(chat_id, chat)
    stage.work()
    record = next(iter(desk.tickets.values()))
    before = len(record.log)
    desk.agent_writes(record.id)
    stage.deliver(desk_id, desk)
    stage.work()
    chat.customer_writes(QUESTION, thread)
    stage.deliver(chat_id, chat)
    stage.work()
    assert [type(change).__name__ for _, change in record.log[before:]] == ["AddMessage"]
