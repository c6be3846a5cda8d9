"""What is done by the calendar: once per day and week, and nothing that takes a promoted category its proof."""

from datetime import timedelta
from typing import Any

import pytest

from app.carrying import Move
from app.db import examples, gaps, problems, usage
from app.db.examples import Generation
from app.engine.gaps import Difference, Said
from app.engine.training import Taught, name
from app.nlp.generations import Order
from jobs import upkeep
from tests.builders import NOON
from tests.flows.stage import Stage
from tests.jobs.test_learn import Desk


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """Trainings that were ordered, none of which is done."""
    given: list[Order] = []
    monkeypatch.setattr(upkeep, "retrain", lambda _database, order, *_: given.append(order))
    monkeypatch.setattr("tests.flows.stage.Settled.school", lambda *_: (None, None))
    return given


def teach(stage: Stage, number: int) -> None:
    texts = [f"where is parcel {n}" for n in range(number)]
    account = stage.account.id
    taught = [Taught(name(account, t, "order-status", "ada"), t, "order-status", "ada", stage.time) for t in texts]
    with stage.database.session() as session:
        examples.add(session, account, taught)


def test_usage_is_written_down_once_a_day(stage: Stage) -> None:
    desk = Desk(stage)
    stage.earn()

    def used() -> list[str]:
        upkeep.run(stage.account.id)
        with stage.database.reading() as session:
            lines = usage.between(session, stage.account.id, stage.time - timedelta(days=9), stage.time)
        return sorted(str(line.entry.use) for line in lines)

    desk.answer(desk.ask(), "Solved on the phone.")
    assert used() == ["conversation", "seat"]
    desk.answer(desk.ask(), "Solved on the phone.")
    stage.pass_time(3_600)
    assert used() == ["conversation", "seat"]
    stage.pass_time(86_400)
    assert used() == ["conversation", "conversation", "seat"]


def test_gaps_are_found_by_the_week(stage: Stage) -> None:
    with stage.database.session() as session:
        for n in range(3):
            one = Difference(
                f"d{n}", f"t{n}", "order-status", "ada", (Said("Parcels to the islands take one week longer"),)
            )
            gaps.observe(session, stage.account.id, one, stage.time)
    upkeep.run(stage.account.id)
    with stage.database.reading() as session:
        assert len(gaps.every(session, stage.account.id)) == 1


def test_a_training_is_ordered_weekly_when_enough_was_taught(stage: Stage, orders: list[Order]) -> None:
    teach(stage, 99)
    upkeep.run(stage.account.id)
    assert orders == []
    teach(stage, 100)
    stage.pass_time(6 * 86_400)
    upkeep.run(stage.account.id)
    assert orders == []
    stage.pass_time(86_400)
    upkeep.run(stage.account.id)
    upkeep.run(stage.account.id)
    assert orders == [Order(stage.account.id, "calendar", 100)]


class Better:
    """A training whose model is better, and what became of it: the generation that was asked for, and what was carried."""

    version = "better"

    def __init__(self, monkeypatch: pytest.MonkeyPatch, falls: list[str]) -> None:
        self.carried: list[Move] = []
        self.current = self
        monkeypatch.setattr(upkeep, "retrain", self.retrain)
        monkeypatch.setattr(upkeep, "falling", lambda _services, _move: falls)
        monkeypatch.setattr(upkeep, "carry", lambda _services, moved: self.carried.append(moved))
        monkeypatch.setattr("tests.flows.stage.Settled.school", lambda *_: (self, None))

    def retrain(self, _database: object, order: Order, _school: object, _store: object, held: Any) -> Generation:
        why = held(self)
        return Generation(1, examples.KEPT if why else examples.TRAINED, "", (), {}, order.by, NOON)


def test_nothing_is_taken_from_a_promoted_category_by_the_calendar(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    better = Better(monkeypatch, falls=["order-status"])
    teach(stage, 150)
    upkeep.run(stage.account.id)
    assert better.carried == []
    with stage.database.reading() as session:
        (told,) = [problem for problem in problems.newest(session) if problem.kind == "training"]
    assert "order-status would have to be judged anew" in told.text
    assert "--anyway" in told.remedy


def test_a_better_model_that_costs_nobody_their_proof_counts_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    better = Better(monkeypatch, falls=[])
    teach(stage, 150)
    upkeep.run(stage.account.id)
    assert [(one.before, one.after) for one in better.carried] == [("keywords/1", ":better")]
    with stage.database.reading() as session:
        assert not [problem for problem in problems.newest(session) if problem.kind == "training"]


def test_every_account_is_seen_to(stage: Stage) -> None:
    seen: list[str] = []
    stage.bells.upkeep = seen.append  # type: ignore[method-assign]
    upkeep.sweep(stage.services)
    assert seen == [stage.account.id]


def test_an_account_without_a_configuration_stops_nothing(stage: Stage) -> None:
    upkeep.run("nobody")
