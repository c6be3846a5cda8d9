"""Routing: hard demands, ties, fairness over ten thousand tickets, and a queue in which nobody starves."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.hours import Calendar
from app.engine.routing import Agent, Need, Waiting, choose, queue
from connectors.types import Priority

NOW = datetime(2025, 11, 3, 10, tzinfo=UTC)
NIGHT = Calendar(ZoneInfo("UTC"), {0: ((0, 60),)})
RETURNS = frozenset({"returns"})
ANA = Agent("ana", RETURNS, frozenset({"refunds"}), frozenset({"es", "en"}))
BO = Agent("bo", RETURNS, frozenset(), frozenset({"en"}), load=2)


@pytest.mark.parametrize(
    ("need", "agents", "code"),
    [
        (Need("vip"), [ANA, BO], "no_team"),
        (Need("returns", frozenset({"legal"})), [ANA, BO], "no_skill"),
        (Need("returns", frozenset({"legal"}), level=3), [ANA, BO], "no_skill"),
        (Need("returns"), [replace(ANA, available=False)], "away"),
        (Need("returns"), [replace(ANA, calendar=NIGHT)], "closed"),
        (Need("returns", weight=4), [replace(BO, capacity=5)], "full"),
        (Need("returns"), [], "no_team"),
    ],
)
def test_when_nobody_can_take_it_the_reason_is_said(need: Need, agents: list[Agent], code: str) -> None:
    choice = choose(need, agents, NOW)
    assert choice.agent == ""
    assert [reason.code for reason in choice.reasons] == [code]


@pytest.mark.parametrize(
    ("need", "agent"),
    [
        (Need("returns"), "ana"),
        (Need("returns", last_agent="bo"), "bo"),
        (Need("returns", language="es", last_agent="bo"), "ana"),
        (Need("returns", language="fi"), "ana"),
        (Need(), "ana"),
    ],
)
def test_the_right_one_is_chosen(need: Need, agent: str) -> None:
    assert choose(need, [BO, ANA], NOW).agent == agent


def test_a_busy_last_agent_is_spared() -> None:
    assert choose(Need("returns", last_agent="bo"), [ANA, replace(BO, load=4)], NOW).agent == "ana"


@pytest.mark.parametrize(
    ("need", "agents", "agent", "codes"),
    [
        (Need("returns", level=2), [ANA, replace(BO, level=2)], "bo", ["level", "most_room"]),
        (Need("returns", level=2), [ANA, replace(BO, level=2, available=False)], "ana", ["no_senior", "most_room"]),
        (Need("RETURNS", frozenset({"refunds"}), "es"), [ANA, BO], "ana", ["skills", "language", "most_room"]),
        (Need("returns", language="fi"), [ANA], "ana", ["no_speaker", "most_room"]),
        (Need("returns"), [Agent("cy")], "cy", ["most_room"]),
        (Need("returns", last_agent="bo"), [ANA, BO], "bo", ["same_agent"]),
    ],
)
def test_the_choice_is_explained(need: Need, agents: list[Agent], agent: str, codes: list[str]) -> None:
    choice = choose(need, agents, NOW)
    assert (choice.agent, [reason.code for reason in choice.reasons]) == (agent, codes)


def test_among_equals_the_longest_waiting_is_next() -> None:
    late, early = replace(ANA, last_assigned=NOW), replace(ANA, id="al", last_assigned=NOW - timedelta(hours=1))
    assert choose(Need(), [late, early], NOW).agent == "al"


def test_ten_thousand_tickets_are_shared_within_five_percent() -> None:
    luck = random.Random(7)
    team = {f"a{n}": Agent(f"a{n}", frozenset({"t"}), languages=frozenset({"en"}), capacity=8.0) for n in range(10)}
    given_out = dict.fromkeys(team, 0.0)
    open_tickets: list[tuple[datetime, str, float]] = []
    now = NOW
    for _ in range(10_000):
        now += timedelta(seconds=luck.expovariate(1 / 90))
        for done in [one for one in open_tickets if one[0] <= now]:
            open_tickets.remove(done)
            team[done[1]] = replace(team[done[1]], load=team[done[1]].load - done[2])
        weight = luck.choice([0.5, 1.0, 2.0])
        chosen = choose(Need("t", weight=weight), list(team.values()), now).agent
        assert chosen
        team[chosen] = replace(team[chosen], load=team[chosen].load + weight, taken=given_out[chosen] + weight)
        assert team[chosen].load <= team[chosen].capacity
        given_out[chosen] += weight
        open_tickets.append((now + timedelta(minutes=luck.uniform(5, 12)), chosen, weight))
    mean = sum(given_out.values()) / len(given_out)
    assert max(abs(share - mean) for share in given_out.values()) <= 0.05 * mean


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Priority)), st.integers(0, 500), st.one_of(st.none(), st.integers(-100, 500)))
    )
)
def test_the_queue_holds_everybody_and_earlier_of_one_kind_first(rows: list[tuple[Priority, int, int | None]]) -> None:
    waiting = [
        Waiting(
            str(n), priority, NOW + timedelta(minutes=arrived), None if due is None else NOW + timedelta(minutes=due)
        )
        for n, (priority, arrived, due) in enumerate(rows)
    ]
    ordered = queue(waiting)
    assert sorted(one.ticket for one in ordered) == sorted(one.ticket for one in waiting)
    for priority in Priority:
        dues = [one.due for one in ordered if one.priority is priority and one.due]
        assert dues == sorted(dues)


def test_an_urgent_ticket_goes_first_and_an_old_low_one_still_comes_up() -> None:
    urgent = Waiting("u", Priority.URGENT, NOW, NOW + timedelta(hours=1))
    low = Waiting("l", Priority.LOW, NOW, NOW + timedelta(hours=1))
    assert [one.ticket for one in queue([low, urgent])] == ["u", "l"]
    later = replace(urgent, arrived=NOW + timedelta(days=3), due=NOW + timedelta(days=3, hours=1))
    assert [one.ticket for one in queue([low, later])] == ["l", "u"]
