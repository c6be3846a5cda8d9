"""Tiers, and what a month pays: by hand, with every assumption named."""

import pytest

from app.engine.returning import AssumptionError, Assumptions, Month, Origin, assuming, returned, tier

PLAIN = Assumptions(
    cost_per_ticket=12.5,
    minutes_per_ticket=10,
    cost_per_answer=0.5,
    platform_per_month=1000,
    setup_once=2400,
    months_to_pay_back=12,
)
MONTH = Month(days=30, tickets=1000, held=300, postponed=20, drafted=400, answers=330)


@pytest.mark.parametrize(
    ("share", "name"),
    [
        (0.51, "best in class"),
        (0.5, "strong"),
        (0.3, "strong"),
        (0.2999, "average"),
        (0.15, "average"),
        (0.1499, "weak"),
        (0.0, "weak"),
        (None, "unknown"),
    ],
)
def test_tiers(share: float | None, name: str) -> None:
    assert tier(share) == name


def test_a_month_by_hand() -> None:
    found = returned(MONTH, PLAIN)
    assert found.deflected == 300 * 12.5
    assert found.assisted == 400 * 12.5 * 0.2
    assert found.corrections == 20 * 15 * 1.25
    assert found.spent == 330 * 0.5 + 1000 + 200
    assert found.net == 3750 + 1000 - 375 - 1365
    assert found.ratio == pytest.approx(found.net / 1365)
    assert found.saving_from is Origin.ASSUMED


def test_the_desks_own_figures_count_before_an_assumption() -> None:
    found = returned(Month(30, 1000, 0, 0, 100, 0, with_draft=60, without_draft=80), PLAIN)
    assert (found.saving_with_draft, found.saving_from) == (0.25, Origin.FACT)


def test_drafts_that_cost_time_save_nothing() -> None:
    assert returned(Month(30, 10, 0, 0, 10, 0, with_draft=90, without_draft=80), PLAIN).assisted == 0


def test_a_week_is_taken_to_a_month() -> None:
    week = Month(days=7, tickets=70, held=7, postponed=0, drafted=0, answers=7)
    assert returned(week, PLAIN).deflected == pytest.approx(7 * 30 / 7 * 12.5)


def test_where_nothing_is_spent_there_is_no_ratio() -> None:
    assert returned(Month(0, 0, 0, 0, 0, 0), Assumptions()).ratio is None


def test_assumptions_are_set_by_name() -> None:
    changed = assuming({"cost-per-ticket": 8, "Setup_Once": 100})
    assert (changed.cost_per_ticket, changed.setup_once, changed.minutes_per_ticket) == (8, 100, 11)


@pytest.mark.parametrize(
    "given", [{"hope": 1}, {"cost-per-ticket": -1}, {"minutes-per-ticket": 0}, {"saved-with-draft": 2}]
)
def test_what_cannot_be_assumed(given: dict[str, float]) -> None:
    with pytest.raises(AssumptionError):
        assuming(given)
