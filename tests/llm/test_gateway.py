"""Budgets, repeats, rest and the account book around a question."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.db import problems, spending
from app.db.database import Database
from app.db.spending import Limits, Payer, Planned, Spent
from app.llm.breaker import Breaker
from app.llm.client import Question
from app.llm.errors import BudgetSpent, Busy, Denied, Late, ModelError, Resting, Unreachable
from app.llm.gateway import Gateway
from app.llm.models import Model
from tests.doubles.model import Play, Stage
from tests.llm.conftest import LIMITS, NOON, Hands

QUESTION = Question("draft", "draft.v1-abc", [{"role": "user", "content": "| words"}], {"type": "object"})
DOWN = Play(status=503)


@pytest.fixture
def ask(gateway: Gateway, model: Model, payer: Payer, hands: Hands) -> Callable[..., Any]:
    def asked(seconds: float = 20.0, **changes: Any) -> Any:
        return gateway.ask(model, replace(QUESTION, **changes), payer, hands.at + seconds)

    return asked


def test_what_passes_is_tried_again(stage: Stage, ask: Callable[..., Any], hands: Hands) -> None:
    stage.play(DOWN, Play("half", cut=True), Play("whole"))
    assert ask().text == "whole"
    assert len(stage.asked) == 3
    assert [round(s) for s in hands.slept] == [0, 1]


def test_three_tries_are_enough(stage: Stage, ask: Callable[..., Any]) -> None:
    stage.play(DOWN)
    with pytest.raises(Unreachable):
        ask()
    assert len(stage.asked) == 3


def test_what_is_wrong_is_not_asked_again(stage: Stage, ask: Callable[..., Any]) -> None:
    stage.play(Play(status=401))
    with pytest.raises(Denied):
        ask()
    assert len(stage.asked) == 1


def test_the_providers_wait_is_kept_when_there_is_time(stage: Stage, ask: Callable[..., Any], hands: Hands) -> None:
    stage.play(Play(status=429, headers={"retry-after": "7"}), Play("x"))
    assert ask().text == "x"
    assert hands.slept == [7.0]


def test_a_wait_beyond_the_time_is_not_begun(stage: Stage, ask: Callable[..., Any], hands: Hands) -> None:
    stage.play(Play(status=429, headers={"retry-after": "60"}), Play("x"))
    with pytest.raises(Busy):
        ask()
    assert (hands.slept, len(stage.asked)) == ([], 1)


def test_nothing_is_asked_when_no_time_is_left(stage: Stage, ask: Callable[..., Any]) -> None:
    with pytest.raises(Late):
        ask(0.5)
    assert stage.asked == []


def test_an_endpoint_that_fails_is_left_alone_and_tried_again_later(
    stage: Stage, ask: Callable[..., Any], hands: Hands
) -> None:
    stage.play(DOWN)
    with pytest.raises(Unreachable):
        ask()
    with pytest.raises(Resting):
        ask()
    assert len(stage.asked) == 3
    hands.at += 61
    stage.play(Play("well again"))
    assert ask().text == "well again"
    assert ask().text == "well again"


def test_another_endpoint_is_not_concerned(
    stage: Stage, ask: Callable[..., Any], gateway: Gateway, payer: Payer
) -> None:
    stage.play(DOWN)
    with pytest.raises(Unreachable):
        ask()
    stage.play(Play("x"))
    other = Model(stage.url.replace("127.0.0.1", "localhost"), "m")
    assert gateway.ask(other, QUESTION, payer, gateway.clock.now() + 20).text == "x"


def test_of_those_who_wait_one_tries() -> None:
    at = [0.0]
    breaker = Breaker(lambda: at[0], failures=1, rest=60)
    breaker.record(well=False)
    assert not breaker.admits()
    at[0] = 61
    assert [breaker.admits(), breaker.admits()] == [True, False]
    breaker.record(well=True)
    assert [breaker.admits(), breaker.admits()] == [True, True]


def test_everything_spent_is_written_down(
    stage: Stage, ask: Callable[..., Any], database: Database, payer: Payer
) -> None:
    stage.play(Play("x"))
    ask()
    with database.reading() as session:
        taken = spending.used(session, payer.account_id, NOON - timedelta(days=1))
    assert (taken.tokens_in, taken.tokens_out, taken.micros) == (100, 20, 100 * 2 + 20 * 8)


def test_a_failure_costs_nothing_and_is_written_down(
    stage: Stage, ask: Callable[..., Any], database: Database, payer: Payer
) -> None:
    stage.play(Play(status=401))
    with pytest.raises(Denied):
        ask()
    with database.reading() as session:
        assert spending.used(session, payer.account_id, NOON - timedelta(days=1)).tokens_in == 0
        assert session.scalars(spending.select(spending.ModelCallRow.outcome)).all() == ["denied"]


@pytest.mark.parametrize(
    "play", [Play("x", finish="length"), Play(refusal="no"), Play(hang=True), Play("xy", cut=True)]
)
def test_a_failure_that_the_provider_may_count_costs_what_was_set_aside(
    stage: Stage, ask: Callable[..., Any], database: Database, payer: Payer, play: Play
) -> None:
    stage.play(play)
    with pytest.raises(ModelError):
        ask(1.5)
    with database.reading() as session:
        taken = spending.used(session, payer.account_id, NOON - timedelta(days=1))
    assert taken.tokens_out == QUESTION.most_tokens
    assert taken.micros >= QUESTION.most_tokens * 8


@pytest.mark.parametrize("budget", ["ticket", "requester", "day"])
def test_a_spent_budget_stops_the_question_before_it_is_asked(
    stage: Stage, database: Database, model: Model, payer: Payer, hands: Hands, budget: str
) -> None:
    stage.play(Play("x"))
    gateway = Gateway(database, replace(LIMITS, **{budget: 1300}), hands.clock)
    gateway.ask(model, QUESTION, payer, hands.at + 20)
    with pytest.raises(BudgetSpent) as caught:
        gateway.ask(model, QUESTION, payer, hands.at + 20)
    assert budget in caught.value.reason.text
    assert len(stage.asked) == 1


def test_an_admin_reads_once_of_what_only_an_admin_can_mend(
    stage: Stage, ask: Callable[..., Any], database: Database
) -> None:
    stage.play(Play(status=401), Play(status=401), Play(status=500))
    for _ in range(3):
        with pytest.raises(ModelError):
            ask()
    with database.reading() as session:
        told = problems.newest(session)
    assert [(p.kind, p.times) for p in told] == [("model_denied", 2)]
    assert "DESKHAND_MODEL_URL" in told[0].remedy


def test_and_of_a_day_that_is_spent(stage: Stage, database: Database, model: Model, payer: Payer, hands: Hands) -> None:
    for limits, kinds in ((replace(LIMITS, ticket=1), []), (replace(LIMITS, day=1), ["model_budget"])):
        with pytest.raises(BudgetSpent):
            Gateway(database, limits, hands.clock).ask(model, QUESTION, payer, hands.at + 20)
        with database.reading() as session:
            assert [p.kind for p in problems.newest(session)] == kinds


PLANNED = Planned("draft", "m", "p", 400, 600)


@pytest.mark.parametrize(
    ("other", "limits", "fits"),
    [
        ({"ticket_id": "t2"}, Limits(1000, 5000, 5000), True),
        ({"ticket_id": "t2"}, Limits(1000, 1000, 5000), False),
        ({"ticket_id": "t2", "requester": "bo"}, Limits(1000, 1000, 5000), True),
        ({"ticket_id": "t2", "requester": "bo"}, Limits(1000, 1000, 1000), False),
        ({}, Limits(1000, 5000, 5000), False),
    ],
)
def test_who_shares_a_budget(database: Database, payer: Payer, other: Any, limits: Limits, fits: bool) -> None:
    with database.session() as session:
        spending.reserve(session, payer, PLANNED, LIMITS, NOON)
    with database.session() as session:
        if fits:
            spending.reserve(session, replace(payer, **other), PLANNED, limits, NOON)
            return
        with pytest.raises(Spent):
            spending.reserve(session, replace(payer, **other), PLANNED, limits, NOON)


def test_a_day_ends_and_a_ticket_does_not(database: Database, payer: Payer) -> None:
    with database.session() as session:
        spending.reserve(session, payer, PLANNED, LIMITS, NOON)
    tomorrow = NOON + timedelta(days=1)
    with database.session() as session:
        spending.reserve(session, replace(payer, ticket_id="t2"), PLANNED, Limits(1000, 1000, 1000), tomorrow)
        with pytest.raises(Spent):
            spending.reserve(session, payer, PLANNED, Limits(1000, 9000, 9000), tomorrow)


def test_two_at_a_time_do_not_both_take_the_last(
    stage: Stage, database: Database, model: Model, payer: Payer, hands: Hands
) -> None:
    stage.play(Play("x" * 20, pieces=20, pause=0.02))
    gateway = Gateway(database, Limits(1300, 1300, 1300), hands.clock)
    ends: list[str] = []

    def ask() -> None:
        try:
            gateway.ask(model, QUESTION, payer, hands.at + 20)
            ends.append("asked")
        except ModelError as error:
            ends.append(error.code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["asked", "model_budget"]
    assert len(stage.asked) == 1
