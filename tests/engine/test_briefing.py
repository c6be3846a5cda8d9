"""The briefing: one line to act on, then who, what, how they feel, what was tried, what belongs together, and the next steps."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.engine.history import Cluster, History, Related
from connectors.types import LinkTo, Merge, Note, Reply
from tests.builders import NOON, a_classification, a_person, a_ticket
from tests.engine.desk import Desk, made
from tests.engine.test_escalation import GUARDED

PAST = (
    Related("t2", "https://shop.example/t/2", "returns", NOON - timedelta(days=3), -0.2),
    Related("t1", "https://shop.example/t/1", "order-status", NOON - timedelta(days=9), 0.4),
)
TWIN = Related("t2", "https://shop.example/t/2", "order-status", NOON - timedelta(hours=3))
CLUSTER = Cluster("i1", TWIN, 7, 6, NOON - timedelta(minutes=40))
NOTHING = History()
UPSET = a_classification(
    "returns", sentiment=-0.9, emotion="angry", entities={"order": ("20417",), "email": ("a@b.c",)}
)


def note(history: History = NOTHING, **parts: Any) -> Note:
    values = {"classification": UPSET, "configuration": GUARDED} | parts
    known = {"history": history, **values.pop("standing", {})}
    return made(Desk(standing=known, **values).decide(), Note)[0]


def test_the_first_line_says_how_soon_who_what_and_by_when() -> None:
    first = note().text.split("\n")[0]
    assert first == (
        "**Take it now · returns-desk · returns · first reply by Monday, 02 March, 14:00 (Europe/Berlin) (1h)**"
    )


def test_the_mood_has_a_trend_over_the_ticket_and_the_tickets_before() -> None:
    text = note(History(moods=(0.1, -0.3), earlier=PAST)).text
    assert (
        "**Mood:** -0.90 (angry), falling in this ticket: 0.10 → -0.30 → -0.90; earlier tickets ended at 0.40, -0.20"
        in text
    )
    assert "steady in this ticket: -0.85 → -0.90" in note(History(moods=(-0.85,))).text
    assert "in this ticket" not in note(History(moods=(-0.9, -0.9))).text, "one message, looked at again and again"


def test_the_customer_is_described_by_what_the_host_knows_and_by_earlier_tickets() -> None:
    who = a_person(
        facts={
            "loyaltyTier": "platinum",
            "lifetimeValue": 12000,
            "user.shoe": 42,
            "since_year": 2019,
            "notes": "x" * 31,
        }
    )
    text = note(History(earlier=PAST), ticket=a_ticket(requester=who)).text
    assert "**Who:** Ana Silva, VIP, loyalty tier platinum, lifetime value 12000, wrote before: " in text
    assert "[returns (27 Feb)](https://shop.example/t/2), [order-status (21 Feb)](https://shop.example/t/1)" in text
    assert "**Facts:** the helpdesk says shoe 42, since year 2019; the customer names an order: not checked" in text
    assert "20417" not in text
    assert "xxx" not in text


def test_a_repeated_question_is_linked_and_merging_is_offered_only_where_it_can_be_done() -> None:
    twin = History(twin=TWIN, mergeable=True)
    there = note(twin)
    assert "**Repeats:** [order-status (02 Mar)](https://shop.example/t/2), of the same person" in there.text
    assert "the button, or the tag **deskhand_merge**" in there.text
    assert "merge" in there.buttons
    elsewhere = note(replace(twin, mergeable=False))
    assert "linked here, not merged" in elsewhere.text
    assert "merge" not in elsewhere.buttons
    poor = note(twin, standing={"supports": frozenset({Note, Reply, LinkTo})})
    assert "linked here, not merged" in poor.text
    assert Merge not in {Note, Reply, LinkTo}


def test_what_belongs_together_is_said_of_an_ordinary_ticket_too() -> None:
    text = note(History(twin=TWIN, mergeable=True), classification=a_classification(), standing={"evidence": ()}).text
    assert text.startswith("**Repeats:** [order-status")
    assert "Do next" not in text


def test_an_incident_is_offered_until_somebody_has_confirmed_it() -> None:
    found = note(History(cluster=CLUSTER))
    assert "**One incident:** 7 tickets by 6 people since Monday, 02 March, 12:20" in found.text
    assert "the tag **deskhand_status_update**" in found.text
    assert "incident" in found.buttons
    known = note(History(cluster=replace(CLUSTER, confirmed=True)))
    assert "has confirmed it" in known.text
    assert "incident" not in known.buttons


def test_a_reason_stands_in_the_briefing_or_below_it_and_not_twice() -> None:
    text = note().text
    assert text.count("The customer is upset (-0.90).") == 1


def test_a_promise_that_is_over_is_said_to_be_over() -> None:
    text = note(standing={"now": NOON + timedelta(days=3)}).text
    assert "the first reply was due Monday, 02 March, 14:00 (Europe/Berlin)" in text.split("\n")[0]


def test_ten_seconds_are_enough_to_read_it() -> None:
    """At 250 words a minute ten seconds are 42 words: the headline, why, who and how they feel fit."""
    head = note(History(moods=(0.1,), earlier=PAST)).text.split("**Tried:**")[0]
    assert len(head.split()) < 90, head
    assert len(head.split("\n")[0].split()) < 25


def test_facts_that_a_channel_asks_for_by_name_are_shown_where_the_host_says_them() -> None:
    asking = replace(GUARDED, shown=("userRole", "accountPlan", "featureUsage", "recentActions"))
    told = {
        "user_role": "admin",
        "plan": "Enterprise",
        "recent_actions": ["export", "invite"],
        "feature_usage": "x" * 200,
    }
    known = a_ticket(requester=a_person(facts=told))
    line = (
        "**Context:** user role admin; plan Enterprise; feature usage "
        + "x" * 117
        + "...; recent actions export, invite"
    )
    assert line in note(configuration=asking, ticket=known).text
    calm = a_classification("order-status")
    assert line in note(configuration=asking, ticket=known, classification=calm, standing={"evidence": ()}).text
    assert "**Context:**" not in note(configuration=asking).text
    assert "**Context:**" not in note(ticket=known).text
