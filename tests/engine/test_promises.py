"""Which promise a ticket falls under, and the reasons that are given for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.engine.configuration import Configuration, load
from app.engine.promises import Promise, promised
from app.engine.sla import Metric, Term, Unit, terms
from connectors.types import Priority
from tests.engine.seeds import seed, seeds

RULES = """service: shop
channels:
  - {type: email, responseTime: < 1 hour}
  - {type: chat, responseTime: 20h}
classification:
  categories:
    - {name: plain}
    - {name: own, sla: "15m, resolve-within-2-business-days"}
    - {name: card-fraud}
    - {name: dispute}
autoResponse:
  dispute: {workflow: [{action: acknowledge-receipt, sla: provide-update-within-10-business-days}]}
escalation:
  sla: {urgent: 1h, normal: 24h, Gold: {critical: 15m, high: 2h}, silver: {normal: 4-business-hours}}
  frauds: {sla: 10-business-days}
  triggers:
    - {condition: severity == 'critical' && vip, action: escalate, sla: 5m}
  businessHours: {timezone: Europe/Berlin, schedule: {monday-friday: '9:00-17:00'}}
"""
SHOP = load(RULES, name="shop.yaml")
FRIDAY = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)  # 16:30 in Berlin


def told(
    category: str = "plain", priority: Priority = Priority.NORMAL, configuration: Configuration = SHOP, **facts: Any
) -> Promise:
    return promised(configuration, category, priority, facts)


@pytest.mark.parametrize(
    ("category", "priority", "facts", "name", "text"),
    [
        ("plain", Priority.URGENT, {}, "escalation.sla.urgent", "1h"),
        ("plain", Priority.NORMAL, {}, "escalation.sla.normal", "24h"),
        ("plain", Priority.URGENT, {"tier": "gold"}, "escalation.sla.Gold.critical", "15m"),
        ("plain", Priority.URGENT, {"accountPlan": "GOLD"}, "escalation.sla.Gold.critical", "15m"),
        ("plain", Priority.HIGH, {"plan": "gold"}, "escalation.sla.Gold.high", "2h"),
        ("plain", Priority.NORMAL, {"tier": "gold"}, "escalation.sla.normal", "24h"),
        ("plain", Priority.HIGH, {"tier": "silver"}, "escalation.sla.silver.normal", "4-business-hours"),
        ("plain", Priority.HIGH, {}, "escalation.sla.normal", "24h"),
        ("plain", Priority.HIGH, {"tier": "bronze"}, "escalation.sla.normal", "24h"),
        (
            "own",
            Priority.NORMAL,
            {"tier": "gold"},
            "classification.categories[1].sla",
            "15m, resolve-within-2-business-days",
        ),
        ("card-fraud", Priority.URGENT, {}, "escalation.frauds.sla", "10-business-days"),
        ("own", Priority.NORMAL, {"severity": "critical", "vip": True}, "escalation.triggers[0].sla", "5m"),
        (
            "own",
            Priority.URGENT,
            {"severity": "critical"},
            "classification.categories[1].sla",
            "15m, resolve-within-2-business-days",
        ),
        ("plain", Priority.NORMAL, {"channel": "email"}, "channels[0].responseTime", "< 1 hour"),
        ("plain", Priority.URGENT, {"channel": "chat"}, "escalation.sla.urgent", "1h"),
        ("plain", Priority.LOW, {"channel": "chat"}, "channels[1].responseTime", "20h"),
        ("plain", Priority.NORMAL, {"channel": "web"}, "escalation.sla.normal", "24h"),
    ],
)
def test_what_is_most_particular_counts(
    category: str, priority: Priority, facts: dict[str, Any], name: str, text: str
) -> None:
    promise = told(category, priority, **facts)
    assert (promise.name, promise.text) == (name, text)


def test_an_hour_of_working_time_is_not_sooner_than_an_hour() -> None:
    assert told("plain", tier="silver", channel="email").text == "< 1 hour"
    assert told("plain", tier="silver", channel="chat").text == "4-business-hours"


def test_where_nothing_is_promised_nothing_is_due() -> None:
    promise = told(priority=Priority.LOW)
    assert (promise.policy, promise.name, promise.due(Metric.FIRST_REPLY, FRIDAY)) == (None, "", None)
    assert promise.trace[-1] == "nothing is promised: see escalation.sla"


def test_metrics_that_are_named_are_promised_besides_the_first_reply() -> None:
    promise = told("own")
    assert promise.due(Metric.FIRST_REPLY, FRIDAY) == datetime(2026, 3, 6, 15, 45, tzinfo=UTC)
    assert promise.due(Metric.RESOLUTION, FRIDAY) == datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
    assert promise.due(Metric.UPDATE, FRIDAY) is None


def test_a_workflows_update_comes_on_top_of_the_table() -> None:
    promise = told("dispute")
    assert promise.name == "escalation.sla.normal"
    assert promise.due(Metric.UPDATE, FRIDAY) == datetime(2026, 3, 20, 15, 30, tzinfo=UTC)
    assert promise.due(Metric.FIRST_REPLY, FRIDAY) == datetime(2026, 3, 7, 15, 30, tzinfo=UTC)


def test_an_update_alone_is_a_promise() -> None:
    promise = told("dispute", Priority.LOW)
    assert promise.name == "autoResponse.dispute.workflow[0].sla"
    assert promise.due(Metric.FIRST_REPLY, FRIDAY) is None


def test_the_trace_says_where_each_step_stands_and_how_it_is_counted() -> None:
    assert told("dispute", tier="silver").trace == (
        "priority normal",
        "escalation.sla.silver.normal (shop.yaml:14) promises 4-business-hours",
        "autoResponse.dispute.workflow[0].sla (shop.yaml:12) promises provide-update-within-10-business-days",
        "counted in business hours, monday-friday 9:00-17:00 Europe/Berlin",
    )
    assert told("plain", Priority.HIGH).trace[1:] == (
        "escalation.sla.normal (shop.yaml:14) promises 24h: nothing is given for high",
        "counted around the clock",
    )
    assert (
        "for severity == 'critical' && vip (severity critical, vip true)"
        in told(severity="critical", vip=True).trace[1]
    )


def test_business_terms_without_business_hours_are_counted_in_the_usual_ones() -> None:
    bare = load("service: a\nclassification: {categories: [{name: own, sla: 4h-business-hours}]}", name="a")
    promise = told("own", configuration=bare)
    assert promise.due(Metric.FIRST_REPLY, FRIDAY) == datetime(2026, 3, 9, 11, 30, tzinfo=UTC)
    assert promise.trace[-1].endswith("monday-friday 9:00-17:00 UTC, as escalation.businessHours is not given")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4h", {Metric.FIRST_REPLY: Term(240, Unit.MINUTES)}),
        ("provide-update-within-10-business-days", {Metric.UPDATE: Term(10, Unit.BUSINESS_DAYS)}),
        (
            "1h, next-reply-within 2h",
            {Metric.FIRST_REPLY: Term(60, Unit.MINUTES), Metric.NEXT_REPLY: Term(120, Unit.MINUTES)},
        ),
        ("Resolve-within-3-days", {Metric.RESOLUTION: Term(3 * 1440, Unit.MINUTES)}),
    ],
)
def test_targets_and_the_metrics_that_they_name(text: str, found: dict[Metric, Term]) -> None:
    assert terms(text) == found


@pytest.mark.parametrize(
    "text", ["", "1h, 2h", "1h,", "provide-update-within", "provide-update-within-soon", "within 2h"]
)
def test_what_is_no_target(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        terms(text)


@seeds
@pytest.mark.parametrize(
    ("name", "category", "priority", "facts", "text"),
    [
        ("ecommerce.yaml", "payment-issues", Priority.URGENT, {}, "1h"),
        ("ecommerce.yaml", "returns", Priority.LOW, {}, "48h"),
        ("ecommerce.yaml", "returns", Priority.LOW, {"channel": "email"}, "< 1 hour"),
        ("saas.json", "bug-report", Priority.URGENT, {"tier": "enterprise"}, "30m"),
        (
            "saas.json",
            "bug-report",
            Priority.URGENT,
            {"tier": "starter", "severity": "critical", "category": "bug-report"},
            "15m",
        ),
        ("saas.json", "how-to", Priority.NORMAL, {"tier": "professional"}, "24h"),
        ("saas.json", "how-to", Priority.HIGH, {"tier": "starter"}, "48h"),
        ("fintech.yaml", "fraud-report", Priority.URGENT, {}, "15m"),
        ("fintech.yaml", "transaction-dispute", Priority.NORMAL, {}, "10-business-days"),
    ],
)
def test_the_users_own_files(name: str, category: str, priority: Priority, facts: dict[str, Any], text: str) -> None:
    assert promised(load(seed(name), name=name), category, priority, facts).text == text
