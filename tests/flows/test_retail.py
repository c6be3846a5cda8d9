"""A public benchmark's shop: whatever its customers say, nothing that its policy forbids is written."""

import json
from typing import Any

import pytest

from app.engine.classify import KeywordClassifier
from tests.flows.retail.play import DATA, Played, every
from tests.flows.retail.policy import broken
from tests.flows.retail.shop import Shop, Write

pytestmark = pytest.mark.skipif(not (DATA / "tasks.json").exists(), reason="the benchmark is no part of the project")


@pytest.fixture(scope="module")
def played() -> list[Played]:
    return list(every(KeywordClassifier))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_write_breaks_the_policy(played: list[Played]) -> None:
    assert [(one.case, one.violations) for one in played if one.violations] == []


@pytest.mark.slow
def test_something_was_written_and_cases_end_as_they_should(played: list[Played]) -> None:
    assert sum(one.writes for one in played) >= 15
    assert sum(one.completed and one.writes > 0 for one in played) >= 8


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return json.loads((DATA / "db.json").read_text(encoding="utf-8"))


def test_the_oracle_sees_what_is_wrong(data: dict[str, Any]) -> None:
    shop = Shop.opened(data)
    pending = next(order for order in shop.data["orders"].values() if order["status"] == "pending")
    number, user = pending["order_id"], pending["user_id"]
    good = Write("cancel_pending_order", {"order_id": number, "reason": "no longer needed"})
    question = f"Shall I cancel your order {number}?"
    assert broken(good, shop.data, user, [question], []) == []
    assert broken(good, shop.data, user, [], []) == ["not confirmed by the customer"]
    other = next(one for one in shop.data["users"] if one != user)
    assert broken(good, shop.data, other, [question], []) == ["somebody else's order"]
    dear = Write("cancel_pending_order", {"order_id": number, "reason": "too dear"})
    assert broken(dear, shop.data, user, [question], []) == ["no acceptable reason"]
    pending["status"] = "processed"
    assert broken(good, shop.data, user, [question], []) == ["only pending orders are cancelled"]
