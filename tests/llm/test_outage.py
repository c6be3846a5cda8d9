"""A language model that is away for a day: nobody's ticket waits for it, it is left alone, and nothing is asked again when it is back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.db.spending import Limits
from app.engine import draft as quoting
from app.llm.client import Question
from app.llm.gateway import TRIES, Clock, Gateway
from app.llm.models import Model
from connectors.types import Note, Person, Role
from jobs import schedule
from tests.chaos.servers import free_port
from tests.doubles.model import Play
from tests.doubles.model import Stage as Provider
from tests.flows.played import VENDORS
from tests.llm.test_job import ENGINE, GOOD, QUESTION, Modelled, Scene

DAY, HOUR, VISIBLE = 86_400, 3600, 60
"""Seconds."""
EVERY = 3600
"""Seconds between two customers."""


class Watched(Gateway):
    """Goes by the played time, also where it waits; notes when it was asked."""

    def __init__(self, scene: Scene) -> None:
        def now() -> float:
            return scene.time.timestamp()

        super().__init__(scene.database, Limits(10**9, 10**9, 10**9), Clock(now, scene.pass_time))
        self.times: list[float] = []

    def ask(self, model: Model, question: Question, *more: object) -> object:  # type: ignore[override]
        self.times.append(self.clock.now())
        return super().ask(model, question, *more)  # type: ignore[arg-type]


@pytest.fixture(params=["it says 500", "nobody listens"])
def scene(request: pytest.FixtureRequest, stage: Provider, tmp_path: Path) -> Iterator[Scene]:
    stage.play(Play(status=500))
    url = stage.url if request.param == "it says 500" else f"http://127.0.0.1:{free_port()}/v1"
    scene = Scene(f"sqlite:///{tmp_path / 'deskhand.db'}", services=type("Here", (Modelled,), {"url": url}))
    scene.services._gateway = Watched(scene)
    yield scene
    scene.database.dispose()
    VENDORS.clear()


def writes(scene: Scene, number: int) -> str:
    """A customer of their own; the webhook comes and a worker works. The writer of the draft."""
    who = Person(f"c{number}", Role.CUSTOMER, f"c{number}", f"c{number}@c{number}.example")
    scene.vendor.customer_writes(f"{QUESTION} Order {number}.", who=who)
    begun = scene.time
    scene.deliver(scene.connection_id, scene.vendor)
    scene.work()
    scene.ref = next(reversed(scene.vendor.tickets))
    assert len(scene.told(Note)) == 1
    assert scene.time - begun < timedelta(seconds=VISIBLE), "people see the ticket within a minute"
    return scene.told(Note)[0]


@pytest.mark.slow
def test_without_the_model_each_ticket_has_the_page_within_a_minute_and_nothing_is_asked_again(
    scene: Scene, stage: Provider
) -> None:
    gateway = scene.services._gateway
    assert isinstance(gateway, Watched)
    for number in range(DAY // EVERY):
        said = writes(scene, number)
        assert "Open the app. A parcel takes 3 days." in said, "the page is quoted, by the local engine"
        scene.pass_time(EVERY)
    assert len(stage.asked) <= TRIES * DAY // EVERY
    asked = len(gateway.times)
    stage.play(Play(GOOD))
    for _ in range(HOUR // 10):
        scene.pass_time(10)
        schedule.sweep(scene.services)
        scene.work()
    assert len(gateway.times) == asked, "what was answered without it is not asked again"


def test_while_it_is_away_many_tickets_at_once_ask_it_a_few_times_a_minute(scene: Scene, stage: Provider) -> None:
    begun = scene.time
    for number in range(10):
        writes(scene, number)
    assert len(stage.asked) <= TRIES * (1 + (scene.time - begun).total_seconds() / 60)


def test_when_it_is_back_the_next_ticket_is_written_by_it(stage: Provider, tmp_path: Path) -> None:
    stage.play(Play(status=500))
    scene = Scene(f"sqlite:///{tmp_path / 'deskhand.db'}", services=type("Here", (Modelled,), {"url": stage.url}))
    scene.services._gateway = Watched(scene)
    try:
        for number in range(3):
            writes(scene, number)
        stage.play(Play(GOOD))
        stage.asked.clear()
        scene.pass_time(HOUR)
        said = writes(scene, 4)
        assert "A parcel takes 3 days." in said
        assert "Open the app." not in said
        assert len(stage.asked) == 1
        assert ENGINE != quoting.ENGINE
    finally:
        scene.database.dispose()
        VENDORS.clear()
