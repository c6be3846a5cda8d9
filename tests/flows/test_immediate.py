"""From a webhook to whoever has to know: within a minute on the virtual clock, by the schedule alone, once, also at night."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from app.db import accounts
from connectors.types import Note, SetPriority
from jobs import notify, schedule
from tests.flows.played import VENDORS
from tests.flows.stage import CONFIGURATION, Stage
from tests.jobs.test_ticket import Story
from tests.notices.sinks import Sink, web

MINUTE = 60
RULES = """
escalation:
  triggers:
    - {condition: "category == 'order-status' && attempts >= 0", action: ACTION, notify: [lead]}
  businessHours:
    timezone: Europe/Berlin
    schedule: {monday-friday: '9:00-12:00, 13:00-17:00'}
    outsideHours: {action: auto-respond, message: We answer in the morning., escalateUrgent: true}
contacts: {lead: {webhook: WEBHOOK}, on-call: {webhook: WEBHOOK}}
"""
SWEEPS = tuple(line for line in schedule.TABLE if line.name in ("sweep", "promises", "notices"))
"""The lines of the real table that a notice goes through."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    with web() as found:
        yield found


@pytest.fixture
def tells(sink: Sink) -> Iterator[Callable[..., Story]]:
    """A story of an account that tells the sink, begun at some moment."""
    stage = Stage()
    object.__setattr__(stage.services.settings, "private_webhooks", True)

    def begin(at: datetime, action: str = "immediate-escalation") -> Story:
        stage.time = at
        text = CONFIGURATION + RULES.replace("ACTION", action).replace("WEBHOOK", sink.url)
        with stage.database.session() as session:
            accounts.configure(session, stage.account.id, "shop.yaml", text, stage.time)
        return Story(stage, earned=False)

    yield begin
    stage.database.dispose()
    VENDORS.clear()


def seconds_until_told(story: Story, sink: Sink, *, lost: bool = False) -> int:
    """Let the clock beat each second, and nobody else do anything: how long it takes until somebody is told."""
    stage = story.stage
    stage.deliver(story.connection_id, story.vendor)
    if lost:
        stage.bells.lose()
    for second in range(MINUTE + 1):
        schedule.tick(stage.services, SWEEPS)
        stage.work()
        asked, stage.bells.asked = stage.bells.asked, []
        for _ in [name for name, _ in asked if name == "notices"]:
            notify.run(stage.account.id)
        if sink.got:
            return second
        stage.pass_time(1)
    raise AssertionError("nobody was told within a minute")


def test_immediate_means_within_a_minute_and_once(tells: Callable[..., Story], sink: Sink) -> None:
    story = tells(datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert seconds_until_told(story, sink) <= 10
    sent = len(sink.got)
    for _ in range(3):
        story.go_on(5)
        notify.run(story.stage.account.id)
    assert len(sink.got) == sent == 1
    assert sink.got[0]["body"]["subject"].startswith("Deskhand: order-status, urgent")


def test_also_when_the_queue_forgot_everything(tells: Callable[..., Story], sink: Sink) -> None:
    assert seconds_until_told(tells(datetime(2026, 3, 2, 10, tzinfo=UTC)), sink, lost=True) <= MINUTE


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        (datetime(2026, 3, 2, 10, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 11, 30, tzinfo=UTC), True),  # between the shifts, 12:30 in Berlin
        (datetime(2026, 3, 2, 22, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), True),  # a minute before the clocks change
        (datetime(2026, 3, 30, 7, 0, tzinfo=UTC), False),  # 9:00, the first summer morning
    ],
)
def test_out_of_hours_what_is_urgent_is_brought_to_who_is_on_call(
    tells: Callable[..., Story], sink: Sink, at: datetime, closed: bool
) -> None:
    story = tells(at)
    assert seconds_until_told(story, sink) <= 10
    assert len(sink.got) == (2 if closed else 1)
    (note, *_) = story.said(Note)
    assert ("Outside hours" in note) is closed
    assert ("We answer in the morning." in note) is closed


def test_out_of_hours_nothing_is_sent_to_the_customer_without_leave(tells: Callable[..., Story], sink: Sink) -> None:
    story = tells(datetime(2026, 3, 2, 22, tzinfo=UTC))
    seconds_until_told(story, sink)
    assert story.said() == []
    assert any(isinstance(change, SetPriority) for _, change in story.vendor.tickets[story.ticket].log)
