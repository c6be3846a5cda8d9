"""Promises watched: counted at each look, warned of once and in time, over restarts, late clocks and two of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import accounts, connections, deadlines, effects, hostclocks, notices
from app.db.models.deadline import NoticeRow
from connectors.types import HostClock, Note, Priority, SetPriority, Status, Tag
from jobs import notify, sla
from tests.builders import NOON
from tests.flows.stage import CONFIGURATION, Stage
from tests.jobs.test_ticket import Story
from tests.notices.sinks import web

RULES = (
    CONFIGURATION.replace("autoResolve: true", "autoResolve: true, assignTo: desk")
    + """
escalation:
  sla: {normal: "4h, resolve-within-24h"}
  triggers: [{condition: attempts >= 0 && category == 'order-status', action: escalate, notify: [lead, nobody]}]
contacts:
  lead: {webhook: WEBHOOK}
  on-call: {webhook: WEBHOOK}
"""
)


@pytest.fixture
def promised(stage: Stage) -> Story:
    configure(stage, "https://hooks.example/x")
    return Story(stage, earned=False)


def configure(stage: Stage, webhook: str) -> None:
    with stage.database.session() as session:
        accounts.configure(session, stage.account.id, "shop.yaml", RULES.replace("WEBHOOK", webhook), stage.time)


def look(story: Story, seconds: float = 0) -> None:
    """Time passes, the clock sweeps, and whoever was rung works."""
    story.stage.pass_time(seconds)
    sla.sweep(story.stage.services)
    story.go_on()


def lines(story: Story) -> dict[str, tuple[int, int]]:
    with story.stage.database.reading() as session:
        now = story.stage.database.now(session)
        found = deadlines.report(session, story.stage.account.id, NOON - timedelta(days=1), now)
    return {line.metric: (line.clocks, line.breached) for line in found}


def warnings(story: Story) -> list[str]:
    return [text for text in story.said(Note) if "Little time left" in text]


def test_nothing_is_said_while_there_is_time(promised: Story) -> None:
    promised.go_on()
    look(promised, 2.9 * 3600)
    assert warnings(promised) == []
    assert lines(promised) == {}


def test_little_time_left_raises_the_priority_marks_and_says_so_once(promised: Story) -> None:
    promised.go_on()
    before = len(promised.vendor.tickets[promised.ticket].log)
    look(promised, 3.1 * 3600)
    changes = [change for _, change in promised.vendor.tickets[promised.ticket].log[before:]]
    assert Tag(("deskhand", "deskhand_escalated")) in changes
    assert SetPriority(Priority.URGENT) in changes
    assert len(warnings(promised)) == 1
    assert "the promised time for the first reply ends at 2026-03-02 16:00 UTC (4 h)" in warnings(promised)[0]
    for _ in range(3):
        look(promised, 600)
    assert len(warnings(promised)) == 1


def test_a_clock_that_was_away_warns_late_and_says_that_it_is_over(promised: Story) -> None:
    promised.go_on()
    look(promised, 9 * 3600)
    assert len(warnings(promised)) == 1
    assert "is over since 2026-03-02 16:00 UTC" in warnings(promised)[0]
    assert lines(promised) == {"first_reply": (1, 1)}


def test_a_reply_in_time_stops_the_clock_and_counts_as_kept(promised: Story) -> None:
    promised.go_on()
    promised.stage.pass_time(3600)
    promised.vendor.agent_writes(promised.ticket, "It is on its way.")
    promised.go_on()
    look(promised, 3 * 3600)
    assert warnings(promised) == []
    assert lines(promised) == {"first_reply": (1, 0)}


def test_a_reply_between_the_sweep_and_the_run_makes_the_warning_pointless(promised: Story) -> None:
    promised.go_on()
    promised.stage.pass_time(3.1 * 3600)
    sla.sweep(promised.stage.services)
    promised.vendor.agent_writes(promised.ticket, "It is on its way.")
    promised.go_on()
    assert warnings(promised) == []


def test_a_solved_ticket_is_not_warned_of(promised: Story) -> None:
    promised.go_on()
    promised.stage.pass_time(60)
    promised.vendor.agent_writes(promised.ticket, "Done.")
    promised.vendor.tickets[promised.ticket].status = Status.SOLVED
    promised.go_on()
    look(promised, 30 * 3600)
    assert warnings(promised) == []
    assert lines(promised)["resolution"] == (1, 0)


def test_of_two_clocks_at_once_one_acts(promised: Story) -> None:
    promised.go_on()
    promised.stage.pass_time(3.1 * 3600)
    for _ in range(2):
        sla.sweep(promised.stage.services)
    promised.go_on()
    assert len(warnings(promised)) == 1
    with promised.stage.database.reading() as session:
        assert deadlines.late(session, promised.stage.time) == []
        keys = [one.plan.key for one in effects.of_ticket(session, promised.id)]
    assert len([key for key in keys if key.startswith("late-")]) == 1


def test_a_claim_is_given_once(promised: Story) -> None:
    promised.go_on()
    promised.stage.pass_time(3.5 * 3600)
    with promised.stage.database.session() as session:
        (late,) = deadlines.late(session, promised.stage.time)
        assert [deadlines.claim(session, late, promised.stage.time) for _ in range(2)] == [True, False]


def test_nothing_is_owed_at_a_connection_that_was_removed_and_what_is_paused_waits(promised: Story) -> None:
    promised.go_on()
    stage = promised.stage
    with stage.database.session() as session:
        connections.pause(session, promised.connection_id, "test")
    stage.pass_time(3.1 * 3600)
    sla.sweep(stage.services)
    assert warnings(promised) == []
    with stage.database.session() as session:
        connections.resume(session, promised.connection_id)
    look(promised)
    assert len(warnings(promised)) == 1
    other = Story(stage, earned=False)
    other.go_on()
    with stage.database.session() as session:
        connections.remove(session, other.connection_id)
    stage.pass_time(3.1 * 3600)
    with stage.database.reading() as session:
        assert deadlines.late(session, stage.time) == []
    sla.sweep(stage.services)


def test_the_helpdesks_own_clocks_are_kept_and_counted_beside_ours(promised: Story) -> None:
    promised.go_on()
    stage, now = promised.stage, promised.stage.time
    found = [
        HostClock("first_reply_time", "active", now + timedelta(hours=1)),
        HostClock("next_reply_time", "missed", policy="Gold"),
        HostClock("agent_work_time", "active", now - timedelta(minutes=1)),
    ]
    for clocks in ([HostClock("gone", "met")], found):
        with stage.database.session() as session:
            hostclocks.keep(session, promised.id, clocks, now)
    with stage.database.reading() as session:
        told = hostclocks.report(session, stage.account.id, now - timedelta(days=1), now)
        assert hostclocks.report(session, stage.account.id, now + timedelta(days=1), now) == []
    assert [(one.metric, one.policy, one.clocks, one.missed) for one in told] == [
        ("agent_work_time", "", 1, 1),
        ("first_reply_time", "", 1, 0),
        ("next_reply_time", "Gold", 1, 1),
    ]


def test_a_run_that_vanished_after_the_sweep_loses_no_warning(promised: Story) -> None:
    promised.go_on()
    promised.stage.pass_time(3.1 * 3600)
    sla.sweep(promised.stage.services)
    promised.stage.bells.lose()  # the queue is empty: a restart, or Redis gone
    promised.go_on(60)
    assert len(warnings(promised)) == 1


# --- who is told ---------------------------------------------------------------------------------------------


def told(stage: Stage) -> dict[str, int]:
    with stage.database.reading() as session:
        return dict(session.execute(select(NoticeRow.state, func.count()).group_by(NoticeRow.state)).all())  # type: ignore[arg-type]


@pytest.fixture
def open_stage(stage: Stage) -> Stage:
    object.__setattr__(stage.services.settings, "private_webhooks", True)
    return stage


def test_an_escalation_is_told_once_and_names_no_word_of_the_customer(open_stage: Stage) -> None:
    with web() as sink:
        configure(open_stage, sink.url)
        story = Story(open_stage, earned=False)
        for _ in range(3):
            story.go_on(1)
            notify.run(open_stage.account.id)
        assert len(sink.got) == 1
        said = sink.got[0]["body"]["subject"]
    assert said.startswith("Deskhand: order-status, high, desk, due 2026-03-02 16:00 UTC: ")
    assert "parcel" not in said
    assert told(open_stage) == {"sent": 1}


def test_what_nobody_takes_is_brought_to_who_is_on_call_once(open_stage: Stage) -> None:
    with web() as sink:
        configure(open_stage, sink.url)
        story = Story(open_stage, earned=False)
        story.go_on()
        notify.run(open_stage.account.id)
        for _ in range(4):
            open_stage.pass_time(301)
            notify.sweep(open_stage.services)
            notify.run(open_stage.account.id)
        subjects = [one["body"]["subject"] for one in sink.got]
    assert len(subjects) == 2
    assert subjects[1].startswith("Deskhand: Nobody took it: order-status")


def test_what_a_person_takes_is_not_brought_further_up(open_stage: Stage) -> None:
    with web() as sink:
        configure(open_stage, sink.url)
        story = Story(open_stage, earned=False)
        story.go_on()
        notify.run(open_stage.account.id)
        story.vendor.agent_writes(story.ticket, "I have it.")
        story.go_on(60)
        for _ in range(3):
            open_stage.pass_time(301)
            notify.sweep(open_stage.services)
            notify.run(open_stage.account.id)
        assert len(sink.got) == 1


def test_an_outage_is_waited_out_under_the_same_key(open_stage: Stage) -> None:
    with web() as sink:
        sink.answers = [503, 429]
        configure(open_stage, sink.url)
        Story(open_stage, earned=False).go_on()
        for _ in range(6):
            notify.run(open_stage.account.id)
            open_stage.pass_time(20)
        assert len({one["body"]["key"] for one in sink.got}) == 1
        assert len(sink.got) == 3
    assert told(open_stage) == {"sent": 1}


@pytest.mark.parametrize(
    "break_it",
    [lambda stage, sink: sink.answers.append(400), lambda stage, sink: configure(stage, "https://127.0.0.1/x")],
)
def test_what_cannot_be_told_is_on_the_doctors_list(stage: Stage, break_it: Callable[..., None]) -> None:
    with web() as sink:
        configure(stage, sink.url)
        story = Story(stage, earned=False)
        break_it(stage, sink)
        story.go_on()
        notify.run(stage.account.id)
    assert told(stage) == {"review": 1}
    assert "notice_refused" in story.problems()


def flood(stage: Stage, count: int) -> None:
    """That many escalations of different tickets at one moment."""
    story = Story(stage, earned=False)
    story.go_on()
    with stage.database.session() as session:
        for n in range(count):
            notice = notices.Notice(
                stage.account.id, story.id, "lead", "webhook", f"card-fraud, urgent: t{n}", "card-fraud"
            )
            notices.plan(session, f"flood-{n}", notice, stage.time)


@pytest.mark.slow
def test_ten_thousand_escalations_at_once_are_a_handful_of_messages(open_stage: Stage) -> None:
    with web() as sink:
        configure(open_stage, sink.url)
        flood(open_stage, 9_999)
        for _ in range(3):
            notify.run(open_stage.account.id)
            open_stage.pass_time(20)
        assert len(sink.got) == notify.SINGLE + 1
        digest = sink.got[-1]["body"]
    assert digest["subject"] == "Deskhand: 9995 more tickets need you"
    assert digest["text"].startswith("9995 more tickets: 9995 card-fraud.")
    assert len(digest["text"].splitlines()) == notify.NAMED + 2
    assert told(open_stage) == {"sent": 5, "digested": 9_995}


def test_of_two_workers_at_once_one_tells(open_stage: Stage) -> None:
    with web() as sink:
        configure(open_stage, sink.url)
        Story(open_stage, earned=False).go_on()
        with open_stage.database.session() as session:
            due = [one.id for one in notices.due(session, open_stage.account.id, open_stage.time)]
            until = open_stage.time + notify.ANSWER
            assert [notices.claim(session, due, open_stage.time, until) for _ in range(2)] == [True, False]
        notify.run(open_stage.account.id)
        assert sink.got == []
