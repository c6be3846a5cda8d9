"""A small desk's quarter: promotion on evidence alone, demotion within one window, everybody found who was told wrong, and the invoice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.db import lessons, usage
from app.engine.pricing import Use
from app.engine.proving import WINDOW
from app.reports.recalls import Source, told
from tests.builders import NOON
from tests.flows.quarter import DAYS, DRIFTS, EDITED, NOTICED, PAGES, WRONG, Quarter, lasting

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def quarter() -> Iterator[Quarter]:
    played = Quarter(2_000)
    for _ in played.play():
        pass
    yield played
    played.stage.database.dispose()


def days(quarter: Quarter, category: str, what: str) -> list[int]:
    return [day for day, name, kind in quarter.steps if (name, kind) == (category, what)]


def test_every_category_is_promoted_on_evidence_and_nobody_is_answered_before(quarter: Quarter) -> None:
    for category in PAGES:
        first = days(quarter, category, lessons.PROMOTED)[0]
        assert 6 <= first < DRIFTS
        alone = [one for one in quarter.owed if one.ours and one.category == category]
        assert alone
        assert min(one.opened for one in alone) > NOON + timedelta(days=first)


def test_what_drifts_is_demoted_within_one_window_and_not_promoted_again(quarter: Quarter) -> None:
    fallen = [day for day in days(quarter, "fees", lessons.DEMOTED) if day >= DRIFTS]
    assert fallen
    since = [one for one in quarter.owed if one.category == "fees" and NOON + timedelta(days=DRIFTS) <= one.opened]
    judged = [one for one in since if not one.ours and one.opened <= NOON + timedelta(days=fallen[0] + 1)]
    assert len(judged) <= WINDOW
    assert all(day < DRIFTS for day in days(quarter, "fees", lessons.PROMOTED))
    assert not any(one.ours for one in since if one.opened > NOON + timedelta(days=fallen[0] + 1))


def test_a_page_that_changes_stops_every_answer_from_it_at_once(quarter: Quarter) -> None:
    edited = NOON + timedelta(days=EDITED)
    again = days(quarter, "returns", lessons.PROMOTED)[-1]
    between = [one for one in quarter.owed if edited <= one.opened <= NOON + timedelta(days=again)]
    assert between
    assert not any(one.ours for one in between if one.category == "returns")


def test_an_error_that_was_promoted_falls_when_people_notice_it(quarter: Quarter) -> None:
    (fallen,) = [day for day in days(quarter, "returns", lessons.DEMOTED) if day >= EDITED]
    assert fallen >= NOTICED
    after = [
        one for one in quarter.owed if one.category == "returns" and one.opened > NOON + timedelta(days=fallen + 1)
    ]
    assert after
    assert not any(one.ours for one in after)


def test_recall_finds_every_customer_who_was_told_wrong_and_nobody_else(quarter: Quarter) -> None:
    wrong = {one.name for one in quarter.owed if WRONG in one.told and (one.ours or one.kept)}
    assert any(one.ours for one in quarter.owed if one.name in wrong)
    assert any(one.kept for one in quarter.owed if one.name in wrong)
    with quarter.stage.database.reading() as session:
        source = Source("returns", containing="90 days")
        found = told(session, quarter.account, source, NOON - timedelta(days=1), NOON + timedelta(days=DAYS + 9))
    assert {case.entry.judged.ticket_id for case in found} == wrong


def test_the_invoice_is_what_a_brute_force_count_says(quarter: Quarter) -> None:
    with quarter.stage.database.reading() as session:
        end = NOON + timedelta(days=DAYS + 9)
        lines = [line.entry for line in usage.between(session, quarter.account, NOON, end)]
    billed = {one.ref: one.use is Use.AUTOMATIC for one in lines if one.use in (Use.AUTOMATIC, Use.ASSISTED)}
    assert billed == lasting(quarter)
    assert {True, False} <= set(billed.values())
    assert len([one for one in lines if one.use is Use.CONVERSATION]) == len(quarter.owed)
    seats = {(one.by, f"{one.opened + timedelta(minutes=1):%Y-%m}") for one in quarter.owed if one.by}
    assert len([one for one in lines if one.use is Use.SEAT]) == len(seats)
