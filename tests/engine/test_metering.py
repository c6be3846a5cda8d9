"""The ledger against a brute-force count, whatever the tickets did; and that it may be kept day by day."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.metering import blended, entries
from app.engine.outcomes import Story
from app.engine.plans import plan
from app.engine.pricing import MICRO, Usage, Use, invoice, total
from tests.builders import NOON
from tests.cli.test_invoice import PLANS

DAY = timedelta(days=1)
moments = st.one_of(st.none(), st.integers(0, 40 * 24))


@st.composite
def a_story(draw, number: int) -> Story:
    """Any ticket of a few customers with a few problems, within a month and a half."""
    opened = NOON + timedelta(hours=draw(st.integers(0, 30 * 24)))

    def later(at: datetime | None) -> datetime | None:
        hours = draw(moments)
        return None if at is None or hours is None else at + timedelta(hours=hours)

    answered = later(opened)
    solved = later(answered)
    return Story(
        ticket=f"t{number}",
        person=draw(st.sampled_from(("ana", "bo", ""))),
        problem=draw(st.sampled_from(("billing", "shipping"))),
        category="billing",
        opened_at=opened,
        channel=draw(st.sampled_from(("chat", "email"))),
        answered_at=answered,
        ours=draw(st.booleans()),
        drafted=draw(st.booleans()),
        touched=draw(st.booleans()),
        touched_at=later(answered),
        kept=draw(st.booleans()),
        edited=draw(st.booleans()),
        merged=draw(st.integers(0, 9)) == 0,
        solved_at=solved,
        reopened_at=later(solved),
        helped=draw(st.booleans()),
        agent=draw(st.sampled_from(("", "ada", "bob"))),
        test=draw(st.booleans()),
    )


@st.composite
def a_desk(draw) -> list[Story]:
    return [draw(a_story(number)) for number in range(draw(st.integers(0, 12)))]


def brute_force(stories: list[Story], now: datetime) -> dict[str, set[str]]:
    """What is owed, counted ticket by ticket as the contract says it, sharing no code with the ledger."""
    real = [one for one in stories if not one.test and not one.merged]
    # A customer's ticket that became a part of another one is still a customer who came back.
    wrote = [one for one in stories if not one.test]
    seen = [(one, one.answered_at or one.opened_at) for one in real if one.agent]
    held = [one for one in real if lasted(one, wrote, now)]
    return {
        "conversation": {one.ticket for one in real if one.answered_at and one.answered_at <= now},
        "seat": {f"{one.agent} {at:%Y-%m}" for one, at in seen if at <= now},
        "automatic": {one.ticket for one in held if alone(one)},
        "assisted": {
            one.ticket
            for one in held
            if not alone(one) and one.drafted and one.answered_at
            if one.touched or one.kept or one.edited
        },
    }


def alone(one: Story) -> bool:
    """We answered, and no person had written in it when its week was over."""
    if one.touched and (one.touched_at is None or one.solved_at is None or one.touched_at - one.solved_at <= 7 * DAY):
        return False
    return one.ours


def lasted(one: Story, others: list[Story], now: datetime) -> bool:
    """A week has passed since it was solved, and its customer did not come back about it meanwhile."""
    if one.solved_at is None or one.solved_at + 7 * DAY > now:
        return False
    week = one.solved_at + 7 * DAY
    again = [
        at.opened_at
        for at in others
        if at is not one and one.person and at.person == one.person and at.problem == one.problem
    ]
    again += [one.reopened_at] if one.reopened_at else []
    return not any(one.solved_at < at <= week or at == one.reopened_at <= week for at in again)


def counted(stories: list[Story], now: datetime) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {str(use): set() for use in Use}
    for one in entries("shop", stories, now):
        found[one.use].add(f"{one.ref} {one.at:%Y-%m}" if one.use is Use.SEAT else one.ref)
    return found


@given(a_desk(), st.integers(0, 80))
@settings(deadline=None, max_examples=50)
def test_the_ledger_is_what_a_brute_force_count_says(stories: list[Story], days: int) -> None:
    now = NOON + days * DAY
    assert counted(stories, now) == brute_force(stories, now)


@given(a_desk())
@settings(deadline=None, max_examples=12)
def test_kept_day_by_day_it_is_the_same_as_worked_out_at_the_end(stories: list[Story]) -> None:
    kept = {}
    for day in range(130):
        for one in entries("shop", stories, NOON + day * DAY):
            kept.setdefault(one.id, one)
    assert kept == {one.id: one for one in entries("shop", stories, NOON + 129 * DAY)}
    assert all(one.at <= NOON + 129 * DAY for one in kept.values())


SOLVED = Story(
    "t1",
    "ana",
    "billing",
    "billing",
    NOON,
    "chat",
    answered_at=NOON + DAY,
    ours=True,
    drafted=True,
    solved_at=NOON + DAY,
)
LATER = NOON + 60 * DAY


def billed(*stories: Story) -> list[tuple[str, str]]:
    return [
        (one.ref, str(one.use)) for one in entries("shop", stories, LATER) if one.use in (Use.AUTOMATIC, Use.ASSISTED)
    ]


def test_who_came_back_and_was_answered_by_a_person_is_billed_as_nothing_that_lasted() -> None:
    back = replace(SOLVED, reopened_at=NOON + 3 * DAY)
    person = replace(back, touched=True, touched_at=NOON + 4 * DAY, kept=True)
    assert billed(back) == billed(person) == []


def test_what_a_person_wrote_after_it_had_lasted_changes_nothing() -> None:
    after = replace(SOLVED, reopened_at=NOON + 20 * DAY, touched=True, touched_at=NOON + 21 * DAY)
    assert billed(after) == billed(SOLVED) == [("t1", "automatic")]
    within = replace(SOLVED, touched=True, touched_at=NOON + 2 * DAY)
    assert billed(within) == [("t1", "assisted")]
    assert billed(replace(within, touched_at=None)) == [("t1", "assisted")]


def test_a_draft_that_was_sent_in_a_persons_words_is_billed_like_one_that_stood() -> None:
    person = replace(SOLVED, ours=False)
    assert billed(person) == []
    assert billed(replace(person, kept=True)) == billed(replace(person, edited=True)) == [("t1", "assisted")]
    assert billed(replace(person, edited=True, drafted=False)) == []


def test_of_two_tickets_that_became_one_the_other_is_billed() -> None:
    twin = replace(SOLVED, ticket="t2", person="bo", merged=True)
    assert {one.ref for one in entries("shop", [SOLVED, twin], LATER)} == {"t1"}


def used(use: Use, count: int, kind: str = "") -> list[Usage]:
    return [Usage(use, f"{use}{kind}{n}", kind) for n in range(count)]


@pytest.mark.parametrize(
    ("name", "usage", "options", "owed"),
    [
        ("per-ticket", used(Use.AUTOMATIC, 1_000), {}, 500),
        ("per-ticket", used(Use.AUTOMATIC, 10_000), {}, 500 + 9_000 * 0.3),
        ("per-ticket", used(Use.ASSISTED, 1_001), {}, 2_000 + 1.5),
        ("per-conversation", used(Use.CONVERSATION, 10, "chat/automatic"), {}, 0.5),
        ("per-conversation", used(Use.CONVERSATION, 10, "chat/automatic/gpt-4"), {}, 1.5),
        ("per-conversation", used(Use.CONVERSATION, 10, "email/assisted/gpt-4"), {}, 3),
        ("per-conversation", used(Use.CONVERSATION, 10, "sms/automatic"), {}, 0.5),
        ("platform", used(Use.AUTOMATIC, 10_100) + used(Use.ASSISTED, 2_010), {}, 2_000 + 30 + 15),
        ("platform", used(Use.AUTOMATIC, 90_000), {}, 20_000),
        ("add-ons", [], {"chosen": ["Voice bot", "Custom integrations"], "begun": ["Custom integrations"]}, 5_000),
        ("add-ons", [], {"begun": ["Custom training", "Voice bot"]}, 10_500),
        ("seats", used(Use.SEAT, 3) + used(Use.AUTOMATIC, 5_010), {}, 148),
    ],
)  # fmt: skip
def test_the_guides_five_ways_to_pay(name: str, usage: list[Usage], options: dict, owed: float) -> None:
    agreed = plan(yaml.safe_load((PLANS / f"{name}.yaml").read_text()))
    assert total(invoice(agreed, usage, **options)) == round(owed * MICRO)


def test_the_share_without_people_is_told() -> None:
    made = [
        Story("a", "p", "x", "c", NOON, ours=True, answered_at=NOON, solved_at=NOON),
        Story("b", "q", "x", "c", NOON, touched=True, drafted=True, answered_at=NOON, solved_at=NOON, agent="ada"),
    ]
    assert blended(entries("shop", made, NOON + 8 * DAY)) == 0.5
    assert blended([]) is None
