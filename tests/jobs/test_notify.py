"""Notices go up the levels until somebody has the ticket; who said so is kept, and an escalation is told within a minute."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.db import accounts, ids, notices
from connectors.types import Click, EventKind, Note, Person, Role
from jobs import notify, schedule, sla
from tests.flows.stage import CONFIGURATION, Stage
from tests.jobs.test_ticket import Story
from tests.notices.sinks import Sink, web

SAM = Person("a1", Role.AGENT, "Sam Agent", external=False)
RULES = (
    CONFIGURATION
    + """
escalation:
  sla: {urgent: 48h, normal: 48h}
  triggers: [{condition: category == 'order-status', action: immediate-escalation, notify: [desk]}]
contacts:
  desk: {webhook: "URL/desk", acknowledgeMinutes: 3, then: lead}
  lead: {webhook: "URL/lead", acknowledgeMinutes: 5}
  on-call: {webhook: "URL/on-call"}
"""
)


class Desk:
    """An escalated ticket, its contacts' hooks, and a clock that ticks as the real one does."""

    def __init__(self, stage: Stage, sink: Sink) -> None:
        self.stage, self.sink = stage, sink
        object.__setattr__(stage.services.settings, "private_webhooks", True)
        with stage.database.session() as session:
            text = RULES.replace("URL", sink.url.rstrip("/"))
            accounts.configure(session, stage.account.id, "shop.yaml", text, stage.time)
        self.story = Story(stage, earned=False)

    def tick(self, seconds: int) -> None:
        """The clock's own table every five seconds, and a worker for what it rings."""
        table = tuple(line for line in schedule.TABLE if line.name in ("sweep", "promises", "notices"))
        for _ in range(0, seconds, 5):
            self.stage.pass_time(5)
            self.stage.deliver(self.story.connection_id, self.story.vendor)
            schedule.tick(self.stage.services, table)
            self.stage.work()
            asked, self.stage.bells.asked = self.stage.bells.asked, []
            for job, subject in asked:
                if job == "notices":
                    notify.run(subject)

    def told(self) -> list[str]:
        return [one["path"].rpartition("/")[2] for one in self.sink.got]

    def press(self, who: Person = SAM) -> None:
        self.story.vendor.knock(self.story.ticket, EventKind.CLICK, click=Click("acknowledge", "v", who))

    def acknowledged(self) -> tuple[datetime, str] | None:
        with self.stage.database.reading() as session:
            return notices.acknowledged(session, self.story.id)


@pytest.fixture
def desk(stage: Stage) -> Any:
    with web() as sink:
        yield Desk(stage, sink)


def test_an_immediate_escalation_is_told_within_a_minute_of_the_event(desk: Desk) -> None:
    desk.tick(15)
    assert desk.told() == ["desk"]


def test_each_level_has_its_own_time_and_is_told_once(desk: Desk) -> None:
    desk.tick(10)
    desk.tick(170)
    assert desk.told() == ["desk"]
    desk.tick(20)
    assert desk.told() == ["desk", "lead"]
    desk.tick(260)
    assert desk.told() == ["desk", "lead"]
    desk.tick(60)
    assert desk.told() == ["desk", "lead", "on-call"]
    desk.tick(700)
    assert sorted(set(desk.told())) == ["desk", "lead", "on-call"]
    assert desk.told().count("lead") == desk.told().count("desk") == 1
    assert desk.sink.got[1]["body"]["subject"].startswith("Deskhand: Nobody took it: order-status")
    assert "Nobody took it: Nobody" not in desk.sink.got[2]["body"]["subject"]


def test_who_says_that_they_have_it_is_kept_and_nobody_further_up_is_told(desk: Desk) -> None:
    desk.tick(60)
    desk.press()
    desk.tick(900)
    assert desk.told() == ["desk"]
    found = desk.acknowledged()
    assert found is not None
    assert found[1] == "Sam Agent"
    assert any("**Taken:** Sam Agent said so at 2026-03-02 12:0" in text for text in desk.story.said(Note))


def test_the_first_word_counts(desk: Desk) -> None:
    desk.tick(60)
    desk.press()
    desk.tick(5)
    desk.press(Person("a2", Role.AGENT, "Kim", external=False))
    desk.tick(5)
    found = desk.acknowledged()
    assert found is not None
    assert found[1] == "Sam Agent"


def test_a_customer_takes_nothing(desk: Desk) -> None:
    desk.tick(60)
    desk.press(Person("p1", Role.CUSTOMER, "Ana"))
    desk.tick(200)
    assert desk.acknowledged() is None
    assert desk.told() == ["desk", "lead"]


def test_a_word_that_comes_before_the_message_spares_it(desk: Desk) -> None:
    desk.story.go_on()
    desk.press()
    desk.story.go_on(0.1)
    desk.tick(60)
    assert desk.told() == []


def test_a_tag_says_the_same_where_there_are_no_buttons(desk: Desk) -> None:
    desk.tick(60)
    held = desk.story.vendor.tickets[desk.story.ticket]
    held.tags.add("deskhand_acknowledge")
    held.assignee = "a7"
    desk.story.vendor.knock(desk.story.ticket)
    desk.tick(300)
    found = desk.acknowledged()
    assert found is not None
    assert found[1] == "the agent a7"
    assert "deskhand_acknowledge" not in held.tags
    assert desk.told() == ["desk"]


def test_a_button_under_the_message_is_heard_at_the_ticket_that_it_is_about(desk: Desk) -> None:
    desk.tick(60)
    other = Story(desk.stage, earned=False)
    desk.stage.deliver(other.connection_id, other.vendor)
    desk.stage.work()
    with desk.stage.database.reading() as session:
        key = desk.sink.got[0]["body"]["key"]
        assert notices.about(session, desk.stage.account.id, key) == desk.story.id
        assert notices.about(session, "another account", key) is None
    other.vendor.knock(other.ticket, EventKind.CLICK, click=Click("acknowledge", key, SAM))
    other.go_on()
    desk.tick(5)
    assert desk.acknowledged() is not None


def test_a_clock_that_was_away_for_an_hour_goes_up_one_level_at_a_time(desk: Desk) -> None:
    desk.tick(10)
    desk.stage.pass_time(3600)
    desk.tick(15)
    assert desk.told() == ["desk", "lead"]


def minutes(value: Any) -> Callable[[Stage], None]:
    def configure(stage: Stage) -> None:
        with stage.database.session() as session:
            text = RULES.replace("acknowledgeMinutes: 3", f"acknowledgeMinutes: {value}")
            accounts.configure(session, stage.account.id, "shop.yaml", text, stage.time)
        stage.services.configuration(stage.account.id)

    return configure


@pytest.mark.parametrize("value", [0, -1, 1441, "soon"])
def test_times_that_are_none_are_refused_when_they_are_saved(stage: Stage, value: Any) -> None:
    with pytest.raises(Exception, match="acknowledgeMinutes"):
        minutes(value)(stage)


def test_the_sweep_of_promises_and_notices_can_be_late_by_a_day(desk: Desk) -> None:
    desk.tick(10)
    desk.stage.pass_time(timedelta(days=1).total_seconds())
    sla.sweep(desk.stage.services)
    desk.tick(15)
    assert len(desk.told()) == len(set(desk.told()))
    assert ids.ticket(desk.story.connection_id, desk.story.ticket) == desk.story.id
