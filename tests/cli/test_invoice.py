"""``deskhand invoice`` and ``deskhand dispute``: a month's ledger, what each line rests on, and what is not charged."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.db import ids
from tests.cli.test_metrics import MONTH, PLAN, desk, ours, theirs

DAY = timedelta(days=1)
PLANS = Path(__file__).parents[2] / "docs" / "plans"

__all__ = ["desk"]


@pytest.fixture
def plan(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN)
    return str(file)


@pytest.fixture
def busy(desk):
    """A month with everything in it: what lasted and what did not, people, tests, and the months beside it."""
    return desk(
        ours(MONTH + DAY),
        ours(MONTH + 2 * DAY, reopened_at=MONTH + 3 * DAY),
        ours(MONTH + 3 * DAY, test=True),
        theirs(MONTH + 4 * DAY, "ada"),
        theirs(MONTH + 5 * DAY, "ada"),
        ours(MONTH - DAY),
        ours(MONTH - 20 * DAY),
        ours(MONTH + 32 * DAY),
        ours(MONTH + 26 * DAY),
    )


def test_an_invoice_is_what_lasted(deskhand, busy, plan):
    ran = deskhand("invoice", "--account", busy, "--month", "2026-05", "--plan", plan, "--json")
    assert ran.code == 0, ran.err
    assert [(line["text"], line["count"], line["micros"]) for line in ran.json["lines"]] == [
        ("automatic, from number 1", 2, 1_000_000),
        ("seat, from number 1", 1, 49_000_000),
    ]
    assert ran.json["lines"][0]["tickets"] == [ids.ticket("c1", "5"), ids.ticket("c1", "0")]
    line = next(one for one in ran.json["ledger"] if one["use"] == "automatic")
    assert line["evidence"]["hold"] == "assumed"
    assert line["evidence"]["solved"] < line["at"]
    options = ("--add-on", "Voice bot")
    shown = deskhand("invoice", "--account", busy, "--month", "2026-05", "--plan", plan, *options).out
    assert "Total 2,050.00 USD" in shown


def test_a_month_without_a_ticket_has_no_share_of_any(deskhand, busy, plan):
    asked = ("invoice", "--account", busy, "--month", "2026-02", "--plan", plan)
    assert deskhand(*asked, "--json").json["automation_share"] is None
    assert "no ticket was billed" in deskhand(*asked).out


def test_a_disputed_line_is_not_charged_and_stays(deskhand, busy, plan):
    asked = ("invoice", "--account", busy, "--month", "2026-05", "--plan", plan, "--json")
    before = deskhand(*asked).json
    line = next(one for one in before["ledger"] if one["use"] == "automatic")
    said = ("dispute", "--account", busy, "--line", line["id"], "--by", "ada", "--why", "They called us instead.")
    assert deskhand(*said).code == 0
    after = deskhand(*asked).json
    assert after["total_micros"] == before["total_micros"] - 500_000
    assert next(one for one in after["ledger"] if one["id"] == line["id"])["disputed"]["by"] == "ada"
    again = deskhand(*said)
    assert (again.code, "--line" in again.err) == (2, True)
    assert "Not charged: 1" in deskhand(*asked[:-1]).out


@pytest.mark.parametrize("name", sorted(file.name for file in PLANS.glob("*.yaml")))
def test_each_shipped_plan_bills_the_month(deskhand, busy, name):
    ran = deskhand("invoice", "--account", busy, "--month", "2026-05", "--plan", str(PLANS / name), "--json")
    assert ran.code == 0, ran.err
    assert ran.json["total_micros"] >= 0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [(("--month", "May"), "--month"), (("--month", "2026-05", "--add-on", "Moon"), "--add-on")],
)
def test_what_is_wrong_is_named(deskhand, account, plan, arguments, field):
    ran = deskhand("invoice", "--account", account, "--plan", plan, *arguments)
    assert (ran.code, field in ran.err) == (2, True)


def test_a_plan_that_cannot_be_read_is_named(deskhand, account, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("name: x\ncurrency: euros\n")
    ran = deskhand("invoice", "--account", account, "--month", "2026-05", "--plan", str(plan))
    assert (ran.code, "--plan: currency" in ran.err) == (2, True)
