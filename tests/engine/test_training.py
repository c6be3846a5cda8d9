"""Who is believed, and when a new model replaces the old one."""

from dataclasses import replace
from datetime import timedelta
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.training import (
    ALWAYS,
    GIVEN,
    LEAST_HELD,
    SPLIT,
    TEAM,
    Exam,
    Taught,
    at_least,
    name,
    plain,
    screened,
    verdict,
)
from tests.builders import NOON

KNOWN = {"billing", "shipping"}


def taught(text: str, label: str = "billing", by: str = "ada", minute: int = 0) -> Taught:
    return Taught(name("shop", text, label, by), text, label, by, NOON + timedelta(minutes=minute))


def reasons(*every: Taught, expected=lambda _text: "") -> dict[str, int]:
    return dict(screened(every, KNOWN, expected).reasons)


def test_one_person_corrects_themselves() -> None:
    found = screened([taught("My bill"), taught("my BILL!", "shipping", minute=5)], KNOWN)
    assert [(one.label, why) for one, why in found.aside] == [("billing", "corrected since")]
    assert [one.label for one in found.kept] == ["shipping"]


def test_who_contradict_each_other_are_both_set_aside() -> None:
    assert reasons(taught("My bill"), taught("My bill", "shipping", by="bob"), taught("Other")) == {"contradicted": 2}


def test_a_category_that_there_is_not_teaches_nothing_and_no_category_does() -> None:
    found = screened([taught("My bill", "moon"), taught("Buy my pills", "")], KNOWN)
    assert [(one.label, why) for one, why in found.aside] == [("moon", "unknown category")]
    assert [one.label for one in found.kept] == [""]


def test_nobody_counts_for_more_than_a_share() -> None:
    many = [taught(f"text {n}", by="eve") for n in range(500)]
    others = [taught(f"other {n}", by=("ada", "bob")[n % 2]) for n in range(120)]
    kept = screened([*many, *others], KNOWN).kept
    assert sum(one.by == "eve" for one in kept) == 60
    assert sum(one.by != "eve" for one in kept) == 120


def test_a_few_by_one_person_always_count_and_so_does_who_is_alone() -> None:
    assert reasons(*(taught(f"text {n}", by="eve") for n in range(ALWAYS)), taught("other", by="ada")) == {}
    assert reasons(*(taught(f"text {n}", by="eve") for n in range(300))) == {}


def test_who_is_alone_in_teaching_is_not_alone_in_a_team() -> None:
    lone = [taught(f"text {n}", by="eve") for n in range(300)]
    assert screened(lone, {"billing"}, team=TEAM - 1).aside == ()
    assert screened(lone, {"billing"}, team=TEAM).reasons == {"too many by one person": 300 - ALWAYS}
    assert int(ALWAYS * SPLIT) < LEAST_HELD, "what is left of theirs can never be enough for another model"
    handed_in = [replace(one, feedback=GIVEN) for one in lone]
    assert screened(handed_in, {"billing"}, team=TEAM).aside == ()


def test_who_disagrees_with_what_is_well_known_far_more_than_others_is_set_aside_whole() -> None:
    def expected(text: str) -> str:
        return "shipping" if "parcel" in text else ""

    poison = [taught(f"parcel number {n}", "billing", by="eve") for n in range(20)]
    honest = [taught(f"parcel of {n}", "shipping", by="ada") for n in range(30)] + [taught("parcel bill", by="bob")]
    found = screened([*poison, taught("something else", by="eve"), *honest], KNOWN, expected)
    assert {one.by for one, why in found.aside if why == "unlike all others"} == {"eve"}
    assert len(found.aside) == 21
    assert {one.by for one in found.kept} == {"ada", "bob"}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["billing", "shipping"]), st.sampled_from("xyz"))))
def test_what_is_kept_never_contradicts_itself_and_nothing_is_lost(given: list[tuple[str, str, str]]) -> None:
    every = {one.id: one for one in (taught(text, label, by, n) for n, (text, label, by) in enumerate(given))}
    found = screened(every.values(), KNOWN)
    labels = {}
    for one in found.kept:
        assert labels.setdefault(plain(one.text), one.label) == one.label
    assert {one.id for one in found.kept} | {one.id for one, _ in found.aside} == every.keys()
    assert len(found.kept) + len(found.aside) == len(every)


def exams(gained: int, lost: int, same: int, label: str = "billing") -> list[Exam]:
    return (
        [Exam(label, "shipping" if label == "billing" else "billing", label)] * gained
        + [Exam(label, label, "moon")] * lost
        + [Exam(label, label, label)] * same
    )


@pytest.mark.parametrize(
    ("held", "replaces", "why"),
    [
        (exams(5, 0, 20), True, "right on 25 instead of 20 of 25"),
        (exams(4, 0, 20), False, "within what chance does"),
        (exams(0, 0, 30), False, "within what chance does"),
        (exams(5, 0, 10), False, "only 15 examples"),
        (exams(30, 0, 20) + exams(0, 5, 20, "shipping"), False, "worse at shipping"),
        (exams(30, 0, 20) + exams(0, 4, 20, "shipping"), True, "right on"),
        (exams(0, 9, 30), False, "within what chance does"),
    ],
)  # fmt: skip
def test_better_on_all_and_worse_nowhere(held: list[Exam], replaces: bool, why: str) -> None:
    found = verdict(held)
    assert (found.replaces, why in found.why) == (replaces, True), found.why


def test_a_model_that_is_sure_of_wrong_answers_replaces_none() -> None:
    unsure = [Exam("billing", "shipping", "shipping", old_sure=False, new_sure=True)] * 6
    better = [Exam("billing", "shipping", "billing", old_sure=False)] * 9 + exams(0, 0, 20)
    assert not verdict([*better, *unsure]).replaces
    assert verdict([*better, *unsure[:4]]).replaces


@given(st.integers(0, 30), st.integers(0, 30))
def test_the_sign_test_is_exact(gained: int, lost: int) -> None:
    total = gained + lost
    by_hand = sum(comb(total, k) for k in range(gained, total + 1)) / 2**total
    assert at_least(gained, total, 0.5) == pytest.approx(by_hand, rel=1e-9)
