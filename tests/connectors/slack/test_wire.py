"""The connector and the played Slack together: what one sends the other reads, and a whole exchange comes round once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, request

from app.sandbox.deliveries import statuses
from app.sandbox.server import Served
from app.sandbox.slack.state import HOME_ORGANISATION, INTERNAL, SHARED
from app.sandbox.world import Fault
from connectors.errors import NotFound, Rejected
from connectors.slack import Slack
from connectors.types import Event, EventKind, Inbound, Note, Ref, Reply, Role, Whisper
from tests.connectors.slack.stage import SECRET, SlackStage, open


@dataclass
class Door:
    """A webhook door that keeps every event by its delivery, and answers as Slack's connector says."""

    stage: SlackStage
    events: dict[str, Event] = field(default_factory=dict)
    requests: int = 0
    came: threading.Condition = field(default_factory=threading.Condition)

    def take(self) -> Response:
        headers = {name.lower(): value for name, value in request.headers}
        inbound = Inbound(headers, request.get_data(), self.stage.world.clock.now())
        with self.came:
            self.requests += 1
            self.came.notify_all()
            try:
                for event in self.stage.connector.receive(inbound):
                    self.events.setdefault(event.delivery, event)
            except Rejected:
                return Response(status=Slack.answers.unreadable.status)
            word = self.stage.connector.greeting(inbound)
            return Response(word.body if word else "", 200)

    def waits_for(self, number: int) -> list[Event]:
        """The events, once so many requests have come."""
        with self.came:
            assert self.came.wait_for(lambda: self.requests >= number, 5), self.requests
            return list(self.events.values())


@contextmanager
def wired(*, grid: bool = False, org: bool = False, **settings: str) -> Iterator[tuple[SlackStage, Door]]:
    with open(grid=grid, org=org, **settings) as stage:
        door = Door(stage)
        app = Flask("door")
        app.add_url_rule("/hook", view_func=door.take, methods=["POST"])
        with Served(app) as there:
            stage.host.hook(f"{there}/hook", SECRET)
            yield stage, door
            assert stage.host.sending.deliveries.idle()


def test_the_address_is_verified() -> None:
    with wired() as (stage, _):
        assert stage.host.sending.verify()


def test_a_mention_in_two_events_is_one_event() -> None:
    with wired() as (stage, door):
        ticket = stage.host.customer_writes("casey@example.com", "@Deskhand where is it?")
        (event,) = door.waits_for(2)
        assert event.ref is not None
        assert (event.kind, event.ref.id) == (EventKind.CREATED, ticket)
        assert stage.connector.ticket(event.ref).messages[0].text == "where is it?"


def test_a_doubled_delivery_is_one_event() -> None:
    with wired() as (stage, door):
        stage.world.faults.order(Fault("double"))
        stage.host.customer_writes("casey@example.com", "Hello")
        assert len(door.waits_for(2)) == 1


def test_what_we_write_wakes_nobody() -> None:
    with wired() as (stage, door):
        stage.connector.apply(stage.ref, [Reply("Hello."), Note("For us.")], key="k")
        assert door.waits_for(2) == []


def test_another_bot_wakes_nobody() -> None:
    with wired() as (stage, door):
        stage.host.bot_writes("build passed", stage.ref.id)
        assert door.waits_for(1) == []


@pytest.mark.parametrize("grid", [False, True])
def test_a_customers_press_is_a_customers(grid: bool) -> None:
    with wired(grid=grid) as (stage, door):
        stage.connector.apply(stage.ref, [Reply("Did it come?", ("human", "helped"))], key="decision-1")
        stage.host.press("casey@example.com", stage.ref.id, "human", "decision-1")
        (event,) = door.waits_for(2)
        assert event.click is not None
        assert (event.ref, event.click.action, event.click.value) == (stage.ref, "human", "decision-1")
        assert event.click.person.external is True
        stage.connector.answer(event.click.answer_url, "Somebody will look.")
        assert stage.host.views()[0].messages[-1]["kind"] == "whisper"


def test_an_installation_for_the_whole_organisation_works_without_a_workspace() -> None:
    with wired(org=True, enterprise_id=HOME_ORGANISATION) as (stage, door):
        assert stage.connector.check()["enterprise_id"] == HOME_ORGANISATION
        asked = stage.host.colleague_asks("Jo", "How?")
        stage.connector.apply(Ref(asked), [Reply("Like this.", ("helped",))], key="decision-1")
        stage.host.press("Jo", asked, "helped", "decision-1")
        message, press = door.waits_for(3)
        assert press.click is not None
        assert [event.ref for event in (message, press)] == [Ref(asked)] * 2
        assert press.click.person.external is False


def test_edits_deletions_and_joins_wake_nobody() -> None:
    with wired() as (stage, door):
        stage.host.edits(stage.ref.id, "Where is my parcel, please?")
        stage.host.joins("Robin", SHARED)
        stage.host.agent_writes("Robin", "I look.", ticket=stage.ref.id)
        stage.host.deletes(stage.ref.id)
        (event,) = door.waits_for(5)
        assert event.kind is EventKind.MESSAGE
        roles = [one.author.role for one in stage.connector.ticket(stage.ref).messages]
        assert roles == [Role.MACHINE, Role.AGENT]


def test_a_deleted_question_is_gone() -> None:
    with wired() as (stage, door):
        stage.host.deletes(stage.ref.id)
        assert door.waits_for(1) == []
        with pytest.raises(NotFound):
            stage.connector.ticket(stage.ref)


def test_a_colleagues_share_below_a_whisper_comes_back_with_the_thread() -> None:
    with wired() as (stage, door):
        stage.connector.apply(stage.ref, [Whisper(stage.agent(), "A draft", ("share",))], key="decision-1")
        stage.host.press("Robin", stage.ref.id, "share", "decision-1")
        (event,) = door.waits_for(1)
        assert event.click is not None
        assert (event.ref, event.click.action, event.click.person.external) == (stage.ref, "share", False)


def test_a_press_under_a_note_comes_back_with_the_customers_thread() -> None:
    with wired() as (stage, door):
        stage.connector.apply(stage.ref, [Note("Yours again?", ("resume",))], key="decision-1")
        stage.host.press("Robin", stage.ref.id, "resume", "decision-1")
        (event,) = door.waits_for(2)
        assert event.click is not None
        assert (event.ref, event.click.action) == (stage.ref, "resume")


def test_what_webhooks_lost_the_question_finds_under_the_same_name() -> None:
    with wired() as (stage, door):
        started = stage.world.clock.now()
        stage.host.colleague_asks("Jo", "One?")
        stage.world.faults.order(Fault("lose"))
        lost = stage.host.colleague_asks("Jo", "Two?")
        (came,) = door.waits_for(1)
        found = {event.delivery: event for event in stage.connector.changed(started)}
        assert came.delivery in found
        (missing,) = (event for name, event in found.items() if name != came.delivery)
        assert missing.ref is not None
        assert missing.ref.id == lost
        assert lost.startswith(INTERNAL)


@pytest.mark.parametrize("tokens_first", [False, True])
def test_the_end_of_the_installation_arrives(tokens_first: bool) -> None:
    with wired() as (stage, door):
        stage.host.uninstall(tokens_first=tokens_first)
        assert {event.kind for event in door.waits_for(2)} == {EventKind.DISCONNECTED}


def test_slack_telling_of_too_many_events_is_taken_in_silence() -> None:
    with wired() as (stage, door):
        stage.host.overload()
        assert door.waits_for(1) == []
        assert stage.host.sending.deliveries.idle()
        assert statuses(stage.host.sending.deliveries.log) == [200]
