"""What is done by the calendar: once per day and week, and nothing that takes a promoted category its proof."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.db import evidence, examples, gaps, lessons, problems, usage
from app.engine.evidence import sign
from app.engine.gaps import Difference, Said
from app.engine.lessons import Learned, Lesson
from app.engine.training import Taught, name
from app.nlp.generations import Order
from jobs import upkeep
from tests.builders import a_record
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


def test_nothing_is_taken_from_a_promoted_category_by_the_calendar(stage: Stage, orders: list[Order]) -> None:
    stage.earn()
    teach(stage, 150)
    upkeep.run(stage.account.id)
    assert orders == []
    with stage.database.reading() as session:
        told = [problem for problem in problems.newest(session) if problem.kind == "training"]
    assert "150 new examples" in told[0].text


def test_nor_from_one_that_another_writer_of_it_has_fallen_in_since(stage: Stage, orders: list[Order]) -> None:
    stage.earn()
    with stage.database.session() as session:
        [held] = evidence.in_force(session, stage.account.id, "order-status")
        fallen = replace(held, digest="another writer", judged=1, errors=1, issued_at=stage.time)
        evidence.save(session, stage.account.id, sign(fallen, stage.services.evidence_key))
    teach(stage, 150)
    upkeep.run(stage.account.id)
    assert orders == []


def test_nor_from_one_whose_effects_alone_were_promoted(stage: Stage, orders: list[Order]) -> None:
    record = a_record(account=stage.account.id, category="order-status", action="refund")
    taught = Learned(
        "d1", "t1", record.account, record.category, "refund", record.digest, Lesson.KEPT, "ada", stage.time
    )
    with stage.database.session() as session:
        evidence.save(session, stage.account.id, sign(record, stage.services.evidence_key))
        lessons.save(session, taught)
    teach(stage, 150)
    upkeep.run(stage.account.id)
    assert orders == []


def test_every_account_is_seen_to(stage: Stage) -> None:
    seen: list[str] = []
    stage.bells.upkeep = seen.append  # type: ignore[method-assign]
    upkeep.sweep(stage.services)
    assert seen == [stage.account.id]


def test_an_account_without_a_configuration_stops_nothing(stage: Stage) -> None:
    upkeep.run("nobody")
