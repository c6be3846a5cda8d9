"""What a configuration says of teams' hours, of its agents, and of giving them tickets."""

from datetime import UTC, datetime

import pytest

from app.engine.configuration import ConfigurationError, load
from app.engine.configuration.rules import Assigning, Own
from tests.engine.desk import SHOP

MORE = (
    SHOP.replace(
        "escalation:\n",
        """escalation:
  warnShare: 0.5
  teams: {Returns-Desk: {timezone: Asia/Tokyo, schedule: {daily: '9:00-17:00'}, holidays: [2026-03-03]}}
  assignment: {to: agent, capacity: 3, weights: {returns: 2}, skills: {returns: [Refunds]}, sticky: false}
""",
        1,
    )
    + """agents:
  Ana@Shop.example: {skills: [Refunds], languages: [ES], teams: [VIP-desk], capacity: 8, level: 2}
  '77': {takes: false, hours: {timezone: UTC, schedule: {monday: '0:00-1:00'}}}
"""
)


def test_without_a_word_on_it_tickets_go_to_teams() -> None:
    rules = load(SHOP, name="shop.yaml").rules
    assert rules.assigning == Assigning()
    assert not rules.assigning.agents
    assert rules.warn_share == 0.25
    assert rules.hours_of("returns-desk") is rules.hours


def test_what_is_said_is_what_the_engine_is_told() -> None:
    rules = load(MORE, name="shop.yaml").rules
    assert rules.assigning == Assigning(True, 3.0, False, {"returns": 2.0}, {"returns": frozenset({"refunds"})})
    assert rules.people["ana@shop.example"] == Own(
        frozenset({"refunds"}), frozenset({"es"}), frozenset({"vip-desk"}), 8.0, 2
    )
    assert not rules.people["77"].takes
    assert rules.warn_share == 0.5


def test_a_team_has_its_own_hours_zone_and_days_off() -> None:
    hours = load(MORE, name="shop.yaml").rules.hours_of("returns-desk")
    assert hours.is_open(datetime(2026, 3, 2, 1, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 3, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Asia/Tokyo", "Asia/Tokio", "escalation.teams.Returns-Desk.timezone: 'Asia/Tokio' is no time zone"),
        ("daily: '9:00-17:00'", "daily: '17:00-9:00'", "escalation.teams.Returns-Desk.schedule.daily: '17:00-9:00'"),
        ("daily: '9:00-17:00'", "daily: '9:00-9:00'", "has no length"),
        ("daily: '9:00-17:00'", "daily: closed", "escalation.teams.Returns-Desk.schedule: never opens"),
        ("monday: '0:00-1:00'", "munday: '0:00-1:00'", "agents.77.hours.schedule.munday: 'munday' is no day"),
        ("weights: {returns: 2}", "weights: {retuns: 2}", "escalation.assignment.weights.retuns: is no category"),
        ("weights: {returns: 2}", "weights: {returns: 0}", "is out of bounds"),
        ("capacity: 3,", "capacity: 0,", "is out of bounds"),
        ("skills: {returns: [Refunds]}", "skills: {nothing: [x]}", "escalation.assignment.skills.nothing"),
        ("to: agent", "to: agents", "'agents' is not known here"),
        ("level: 2", "level: 9", "is out of bounds"),
        ("warnShare: 0.5", "warnShare: 1", "escalation.warnShare: is out of bounds"),
        ("2026-03-03", "2026-02-30", "escalation.teams.Returns-Desk.holidays[0]: '2026-02-30' is no date"),
    ],
)
def test_a_mistake_is_said_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(MORE.replace(old, new), name="shop.yaml")
    assert said in str(refused.value)
