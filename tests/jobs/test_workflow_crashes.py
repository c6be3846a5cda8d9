"""Killed at every moment of the longest workflow, and at every two of them: each effect once, and the run comes to its end."""

import logging
import random
from collections.abc import Callable, Iterator

import pytest

from app.db import deeds, runs
from jobs import base
from tests.builders import NOON
from tests.flows.interference import Interference, Shaky
from tests.flows.played import VENDORS
from tests.flows.stage import Stage
from tests.flows.store import LABEL, SHOPS, delivered
from tests.jobs.workflows import RETURN, Play
from tests.tables import laid

EFFECTS = ("create_label", "open_return")
MOST = 48
"""More moments than the workflow has."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
    VENDORS.clear()
    SHOPS.clear()


class Ordeal:
    """One return, disturbed by ``plan``: at which moments of its runs what happens."""

    def __init__(self, faults: dict[str, list[str]] | None = None) -> None:
        self.time = NOON
        self.database = Shaky(lambda: self.stage.time if hasattr(self, "stage") else NOON)
        laid(self.database)
        self.stage = Stage(database=self.database)
        self.play = Play(self.stage, delivered(), mode="resolve")
        self.play.prove(*EFFECTS)
        self.play.shop.faults = faults or {}
        self.interference = Interference()
        self.interference.acts = {"oversleep": self._oversleep}
        self.database.at = self.interference
        self.play.vendor.at = self.interference
        self.play.shop.at = self.interference

    def _oversleep(self) -> None:
        """This run sleeps so long that another takes the ticket over, and then goes on."""
        self.stage.pass_time(130)
        self.play.go_on()

    def run(self, plan: dict[int, str]) -> int:
        """Play it; gives how many moments the disturbed run had."""
        random.seed(1)
        base.use(self.stage.services)
        self.play.ticket = self.play.vendor.customer_writes(RETURN)
        self.stage.deliver(self.play.connection_id, self.play.vendor)
        with self.interference.during(plan):
            self.stage.work()
        count = self.interference.count
        for _ in range(12):
            self.play.go_on(140)
        return count

    def held(self) -> None:
        """Raises AssertionError for the first promise that was broken."""
        counts = self.play.shop.counts()
        assert all(times == 1 for times in counts.values()), counts
        assert [name for _, name, _ in self.play.shop.log] == list(EFFECTS)
        assert self.play.ends == ["done"]
        assert [reply.files for reply in self.play.replies] == [(LABEL,)]
        with self.stage.database.reading() as session:
            [record] = runs.of_ticket(session, self.play.id)
            assert all(one.state == deeds.DONE and one.permit for one in deeds.of_run(session, record.id))


def endured(plan: dict[int, str], faults: dict[str, list[str]] | None = None) -> int:
    ordeal = Ordeal(faults)
    try:
        count = ordeal.run(plan)
        ordeal.held()
    except AssertionError as error:
        error.add_note(f"{plan} {faults}")
        raise
    finally:
        ordeal.database.dispose()
    return count


def test_nothing_is_disturbed() -> None:
    assert 30 < endured({}) < MOST


@pytest.mark.parametrize("what", ["kill", pytest.param("oversleep", marks=pytest.mark.slow)])
@pytest.mark.parametrize("moment", range(1, MOST))
def test_at_every_moment(what: str, moment: int) -> None:
    endured({moment: what})


@pytest.mark.slow
@pytest.mark.parametrize("operation", EFFECTS)
@pytest.mark.parametrize("moment", range(1, MOST, 2))
def test_at_every_moment_while_answers_get_lost(operation: str, moment: int) -> None:
    endured({moment: "kill"}, {operation: ["lost", "down"]})


@pytest.mark.parametrize("seed", range(12))
def test_at_two_moments(seed: int) -> None:
    dice: Callable[[], int] = lambda: random.Random(seed).randint(1, MOST)  # noqa: E731
    first = dice()
    endured({first: "oversleep", first + 1 + seed: "kill"})
