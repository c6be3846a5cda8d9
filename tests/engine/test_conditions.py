"""One comparison of one fact: what is read, what is not, and what holds."""

from typing import Any

import pytest

from app.engine.conditions import Comparison, comparison


@pytest.mark.parametrize(
    ("text", "name", "operator", "value"),
    [
        ("category == 'payment-issues'", "category", "==", "payment-issues"),
        ('accountPlan != "starter"', "accountPlan", "!=", "starter"),
        ("vip == true", "vip", "==", True),
        ("vip==false", "vip", "==", False),
        ("sentiment < -0.6", "sentiment", "<", -0.6),
        (" attempts >= 3 ", "attempts", ">=", 3.0),
    ],
)
def test_one_comparison_is_read(text: str, name: str, operator: str, value: Any) -> None:
    assert comparison(text) == Comparison(name, operator, value)


@pytest.mark.parametrize(
    "text",
    [
        "sentiment < -0.7 || churnRisk > 0.8",
        "timeOnPage > 30 && !chatStarted",
        "responseTime > 2h",
        "vip",
        "!vip",
        "",
        "__import__('os').system('true') == 0",
        "category == 'a' or 'b'",
        "category = 'a'",
    ],
)
def test_anything_else_is_not_guessed(text: str) -> None:
    assert comparison(text) is None


@pytest.mark.parametrize(
    ("text", "facts", "holds"),
    [
        ("category == 'returns'", {"category": "Returns"}, True),
        ("category == 'returns'", {"category": "order-status"}, False),
        ("category != 'returns'", {"category": "order-status"}, True),
        ("sentiment < -0.6", {"sentiment": -0.7}, True),
        ("sentiment < -0.6", {"sentiment": -0.6}, False),
        ("sentiment <= -0.6", {"sentiment": -0.6}, True),
        ("attempts > 3", {"attempts": 4}, True),
        ("attempts >= 3", {"attempts": 3}, True),
        ("vip == true", {"vip": True}, True),
        ("vip == true", {"vip": 1}, False),
        ("attempts > 0", {"attempts": True}, False),
        ("attempts > 3", {"attempts": "many"}, False),
        ("category == 'returns'", {"category": 3}, False),
        ("sentiment < -0.6", {}, False),
        ("sentiment < -0.6", {"sentiment": None}, False),
    ],
)
def test_what_holds(text: str, facts: dict[str, Any], holds: bool) -> None:
    read = comparison(text)
    assert read
    assert read.holds(facts) is holds
