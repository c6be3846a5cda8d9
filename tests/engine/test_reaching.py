"""Who is written to before they write: by the account's own conditions, not at night, not too often."""

from datetime import UTC, datetime

import pytest

from app.engine import reaching
from app.engine.configuration import load
from app.engine.reaching import Reaction

SHOP = load(
    """
service: shop
channels:
  - type: chat
    widget:
      proactive:
        triggers:
          - {condition: 'timeOnPage > 30 && !chatStarted', message: 'Need help finding something?'}
          - {condition: 'cartValue > 100 && abandonmentRisk > 0.7', message: 'I can help you complete your order!'}
classification: {categories: [{name: orders, keywords: [order]}]}
escalation: {businessHours: {timezone: Europe/Lisbon, schedule: {monday: '9:00-17:00'}, outsideHours: {action: queue}}}
""",
    name="shop.yaml",
)
PLAIN = load("service: s\nclassification: {categories: [{name: a, keywords: [a]}]}", name="s.yaml")
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"timeOnPage": 31, "chatStarted": False}, "Need help finding something?"),
        ({"timeOnPage": 30, "chatStarted": False}, None),
        ({"timeOnPage": 31, "chatStarted": True}, None),
        ({"timeOnPage": 31}, None),
        ({"cartValue": 150.0, "abandonmentRisk": 0.8}, "I can help you complete your order!"),
        ({"timeOnPage": "31; drop", "chatStarted": False}, None),
        ({}, None),
    ],
)
def test_a_trigger_has_to_hold_for_certain(facts: dict, message: str | None) -> None:
    said = reaching.reaction(SHOP, "page", facts)
    assert (said.message if said else None) == message


@pytest.mark.parametrize(("errors", "reached"), [(5, False), (6, True)])
def test_repeated_errors_set_it_off_without_being_configured(errors: int, reached: bool) -> None:
    assert reaching.reaction(PLAIN, "error", {"errors": errors}) == (Reaction("errors > 5") if reached else None)
    assert reaching.reaction(PLAIN, "page", {"errors": errors}) is None


@pytest.mark.parametrize(
    ("hour", "zone", "why"),
    [
        (12, "", ""),
        (20, "", "closed"),
        (12, "Asia/Tokyo", "night"),
        (12, "America/New_York", "night"),
        (14, "America/New_York", ""),
        (12, "Nowhere/Atall", ""),
        (12, "../../etc/passwd", ""),
    ],
)
def test_nobody_is_written_to_at_night_or_when_nobody_works(hour: int, zone: str, why: str) -> None:
    assert reaching.quiet(SHOP, MONDAY.replace(hour=hour), zone) == why


def test_budgets_are_for_a_person_and_for_the_account() -> None:
    assert not reaching.over(0, 49)
    assert reaching.over(1, 1)
    assert reaching.over(0, 50)
