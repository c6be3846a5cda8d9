"""Who is in which arm, what an arm changes, and when an experiment is over."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from app.engine.configuration import ConfigurationError, load
from app.engine.configuration.trials import HUMAN, Metric
from app.engine.experiments import End, applied, concerns, drawn, found
from app.engine.outcomes import Story
from app.engine.types import Mode
from tests.builders import NOON

WRITTEN = """
service: shop
classification: {categories: [{name: billing}, {name: shipping}]}
modes: {default: deflect}
"""
TRIAL = """
experiments:
  - name: voices
    human: 0.2
    categories: [billing]
    duration: 2-weeks
    variants: {A: {}, B: {style: concise, greeting: Hi}}
"""
KEY = b"k"


def the_experiment(text: str = TRIAL):
    return load(WRITTEN + text, name="x").experiments[0]


def test_an_experiment_is_read_with_people_first() -> None:
    one = the_experiment()
    assert [(arm.name, arm.share, arm.human) for arm in one.arms] == [
        (HUMAN, 0.2, True),
        ("A", 0.4, False),
        ("B", 0.4, False),
    ]
    assert (one.days, one.metric, one.categories) == (14, Metric.SATISFACTION, {"billing"})
    assert (concerns(one, "billing"), concerns(one, "shipping")) == (True, False)
    assert concerns(replace(one, categories=frozenset()), "shipping")


def test_a_customer_stays_where_they_were_drawn_and_shares_are_kept() -> None:
    one = the_experiment()
    first = {f"p{n}": drawn(one, f"p{n}", KEY).name for n in range(4_000)}
    assert first == {person: drawn(one, person, KEY).name for person in first}
    counted = Counter(first.values())
    assert 700 < counted[HUMAN] < 900
    assert 1_450 < counted["A"] < 1_750
    assert {drawn(one, "p1", bytes([n])).name for n in range(40)} == {HUMAN, "A", "B"}
    other = replace(one, name="others")
    assert 0.3 < sum(drawn(other, person, KEY).name == arm for person, arm in first.items()) / 4_000 < 0.42


def test_an_arm_changes_what_it_says_and_needs_evidence_of_its_own() -> None:
    usual = load(WRITTEN + TRIAL, name="x")
    people, same, other = usual.experiments[0].arms
    assert applied(usual, same, "billing") is usual
    changed = applied(usual, other, "billing")
    assert (changed.templates.greeting, changed.quotes) == ("Hi", 1)
    assert changed.digest not in {usual.digest, ""}
    assert changed.digest == applied(usual, replace(other, share=0.1), "billing").digest
    alone = applied(usual, people, "billing")
    assert (alone.mode("billing")[0], alone.mode("shipping")[0], alone.digest) == (
        Mode.ASSIST,
        Mode.DEFLECT,
        usual.digest,
    )


def test_trying_something_outdates_no_evidence() -> None:
    assert load(WRITTEN, name="x").digest == load(WRITTEN + TRIAL, name="x").digest


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("categories: [billing]", "categories: [moon]", "is no category"),
        ("human: 0.2\n", "human: 1\n", "leaves nobody"),
        ("{A: {}, B: {style: concise, greeting: Hi}}", "{people: {}}", "is the name of people alone"),
        ("    human: 0.2\n", "", "compares nothing"),
        ("2-weeks", "soon", "duration"),
        ("style: concise", "style: funny", "style"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_named(old: str, new: str, wrong: str) -> None:
    text = TRIAL.replace(old, new)
    if wrong == "compares nothing":
        text = text.replace("A: {}, ", "")
    with pytest.raises(ConfigurationError, match=wrong):
        load(WRITTEN + text, name="x")


def test_two_experiments_never_share_a_ticket() -> None:
    more = TRIAL + "  - {name: more, variants: {A: {}, B: {}}}\n"
    with pytest.raises(ConfigurationError, match="shares a category"):
        load(WRITTEN + more, name="x")


def rated(arm: str, ratings: list[int]) -> dict[str, Story]:
    at = NOON
    return {
        f"{arm}{n}": Story(f"{arm}{n}", f"{arm}p{n}", "x", "billing", at + timedelta(minutes=n), rating=rating)
        for n, rating in enumerate(ratings)
    }


def looked(first: list[int], second: list[int], days: float = 3.0, metric: Metric = Metric.SATISFACTION):
    one = the_experiment(TRIAL.replace("    human: 0.2\n", ""))
    stories = {**rated("A", first), **rated("B", second)}
    arms = {ticket: ticket[0] for ticket in stories}
    return found(replace(one, metric=metric), arms, list(stories.values()), NOON, NOON + timedelta(days=days))


def test_it_ends_when_it_is_clear_and_not_before() -> None:
    assert looked([3, 4, 3, 2] * 3, [5, 4, 5, 5] * 3).end is None
    clear = looked([3, 4, 3, 2] * 60, [5, 4, 5, 5] * 60)
    assert (clear.end, clear.arm) == (End.BETTER, "B")
    assert clear.differences["B"].low > 0
    assert [(one.arm, one.tickets, one.people) for one in clear.measured] == [("A", 240, 240), ("B", 240, 240)]


def test_less_satisfied_customers_end_it_whatever_else_is_gained() -> None:
    harm = looked([5, 4, 5, 5] * 60, [3, 2, 3, 1] * 60, metric=Metric.HANDLE_TIME)
    assert (harm.end, harm.arm) == (End.HARM, "B")


def test_its_time_ends_it() -> None:
    assert looked([4] * 20, [4] * 20, days=13.9).end is None
    assert looked([4] * 20, [4] * 20, days=14).end is End.TIME


def test_tests_and_strangers_are_not_measured() -> None:
    one = the_experiment(TRIAL.replace("    human: 0.2\n", ""))
    stories = {**rated("A", [5, 5]), **rated("C", [1, 1])}
    stories["A1"] = replace(stories["A1"], test=True)
    seen = found(one, {"A0": "A", "A1": "A"}, list(stories.values()), NOON, NOON)
    assert [(m.arm, m.tickets) for m in seen.measured] == [("A", 1), ("B", 0)]


def test_a_resolution_is_measured_when_it_had_time_to_hold() -> None:
    one = replace(the_experiment(TRIAL.replace("    human: 0.2\n", "")), metric=Metric.RESOLUTION)
    solved = Story("t", "p", "x", "billing", NOON, ours=True, solved_at=NOON + timedelta(hours=1))
    early = found(one, {"t": "A"}, [solved], NOON, NOON + timedelta(days=8))
    late = found(one, {"t": "A"}, [solved], NOON, NOON + timedelta(days=15))
    assert [m.metric.count for m in early.measured] == [0, 0]
    assert [(m.metric.count, m.metric.mean) for m in late.measured] == [(1, 1.0), (0, 0.5)]
