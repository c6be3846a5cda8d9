"""What a decision writes: marks, priority, target, team, note and reply, and what is left out where it cannot go."""

from dataclasses import replace
from typing import Any

import pytest

from app.engine import fields
from app.engine.policy import EVERY_CHANGE, INTERNAL
from app.engine.types import Decision
from connectors.types import Assign, Note, Priority, Reply, SetField, SetPriority, Tag, Untag
from tests.builders import a_classification, a_draft, a_person, a_ticket
from tests.engine.desk import Desk, made, shop

NO_EVIDENCE: dict[str, Any] = {"evidence": ()}


def assisted(**parts: Any) -> Decision:
    return Desk(standing=NO_EVIDENCE | parts.pop("standing", {}), **parts).decide()


def written(decision: Decision) -> dict[str, Any]:
    return {change.name: change.value for change in made(decision, SetField)}


def priority(decision: Decision) -> Priority | None:
    return next((change.priority for change in made(decision, SetPriority)), None)


def team(decision: Decision) -> str:
    return next((change.team for change in made(decision, Assign)), "")


def test_tags_and_fields_say_what_we_think() -> None:
    decision = assisted(classification=a_classification(p=0.912, language="en", sentiment=0.256))
    assert made(decision, Tag) == [Tag(("deskhand", "deskhand_order-status"))]
    assert written(decision) == {
        fields.CATEGORY: "order-status",
        fields.CONFIDENCE: 0.91,
        fields.MODE: "assist",
        fields.DECISION: decision.id,
        fields.LANGUAGE: "en",
        fields.SENTIMENT: 0.26,
        fields.SLA_TARGET: "24h",
        fields.DUE: "2026-03-03T12:00:00Z",
    }


def test_every_field_that_is_written_has_a_title() -> None:
    decision = assisted(classification=a_classification(language="en", sentiment=0.2))
    assert set(written(decision)) == set(fields.TITLES)


@pytest.mark.parametrize("classification", [a_classification(""), a_classification(p=0.49)])
def test_a_guess_is_not_written_where_triggers_would_act_on_it(classification: Any) -> None:
    decision = assisted(classification=classification)
    assert made(decision, Tag) == [Tag(("deskhand",))]
    assert set(written(decision)) == {fields.MODE, fields.DECISION}
    assert not made(decision, SetPriority)
    assert not made(decision, Assign)


def test_the_tag_of_another_category_goes() -> None:
    tags = {"deskhand", "deskhand_returns", "gold", "deskhand_order-status", "deskhand_own"}
    ticket = a_ticket(tags=frozenset(tags))
    assert made(assisted(ticket=ticket), Untag) == [Untag(("deskhand_returns",))]


def test_a_hand_back_that_was_heard_is_taken_off() -> None:
    ticket = a_ticket(tags=frozenset({fields.RESUME_TAG}))
    assert made(assisted(ticket=ticket), Untag) == [Untag((fields.RESUME_TAG,))]


def test_a_tag_has_no_spaces_and_no_capitals() -> None:
    assert fields.category_tag("Order  Status") == "deskhand_order_status"


@pytest.mark.parametrize(
    ("classification", "ticket", "expected"),
    [
        (a_classification("payment-issues"), a_ticket(), Priority.URGENT),
        (a_classification("returns"), a_ticket(), Priority.HIGH),
        (a_classification(), a_ticket(), Priority.NORMAL),
        (a_classification(), a_ticket(tags=frozenset({"vip"})), Priority.HIGH),
        (a_classification(), a_ticket(priority=Priority.LOW), None),
        (a_classification("returns"), a_ticket(priority=Priority.NORMAL), Priority.HIGH),
        (a_classification("returns"), a_ticket(priority=Priority.URGENT), None),
    ],
    ids=["urgent category", "route", "none said", "vip", "a human's low stays", "raised", "never lowered"],
)
def test_priority(classification: Any, ticket: Any, expected: Priority | None) -> None:
    assert priority(assisted(classification=classification, ticket=ticket)) is expected


@pytest.mark.parametrize(
    ("category", "facts", "target"),
    [
        ("order-status", {}, "24h"),
        ("payment-issues", {}, "1h"),
        ("payment-issues", {"accountPlan": "Enterprise"}, "30m"),
        ("order-status", {"plan": "enterprise"}, "8h"),
        ("returns", {"tier": "enterprise"}, "4h"),
        ("order-status", {"plan": "starter"}, "24h"),
    ],
)
def test_the_sla_target_follows_category_priority_and_tier(category: str, facts: dict[str, Any], target: str) -> None:
    decision = assisted(classification=a_classification(category), ticket=a_ticket(requester=a_person(facts=facts)))
    assert written(decision)[fields.SLA_TARGET] == target


def test_the_target_fits_the_priority_that_the_ticket_has() -> None:
    assert written(assisted(ticket=a_ticket(priority=Priority.URGENT)))[fields.SLA_TARGET] == "1h"


@pytest.mark.parametrize(
    ("classification", "ticket", "expected"),
    [
        (a_classification("payment-issues"), a_ticket(), "cashiers"),
        (a_classification("returns"), a_ticket(), "returns-desk"),
        (a_classification(), a_ticket(), ""),
        (a_classification(), a_ticket(tags=frozenset({"vip"})), "vip-desk"),
        (a_classification("payment-issues"), a_ticket(assignee="a1"), ""),
        (a_classification("payment-issues"), a_ticket(group="g1"), ""),
        (a_classification("payment-issues", p=0.6), a_ticket(), ""),
    ],
    ids=["category", "route", "nobody", "vip", "has somebody", "has a team", "unsure"],
)
def test_teams(classification: Any, ticket: Any, expected: str) -> None:
    assert team(assisted(classification=classification, ticket=ticket)) == expected


def test_a_route_counts_before_the_categorys_own_team() -> None:
    ticket = a_ticket(tags=frozenset({"vip"}))
    assert team(assisted(classification=a_classification("payment-issues"), ticket=ticket)) == "vip-desk"


def test_a_reply_quotes_its_draft_says_that_it_is_automated_and_offers_a_person() -> None:
    reply = made(Desk().decide(), Reply)[0]
    assert reply.text.startswith(a_draft().text)
    assert "This is an automated answer." in reply.text
    assert "human" in reply.text
    assert reply.buttons == ("human", "helped")


def test_the_configuration_words_the_disclosure() -> None:
    configuration = shop("templates: {disclosure: Ein Automat schreibt., human: 'Ein Mensch?'}\n")
    assert made(Desk(configuration=configuration).decide(), Reply)[0].text.endswith("Ein Automat schreibt. Ein Mensch?")


def test_a_reply_comes_with_marks_and_note_in_the_same_decision() -> None:
    decision = Desk().decide()
    assert {type(c) for c in decision.changes} == {Tag, SetField, SetPriority, Note, Reply}
    assert written(decision)[fields.MODE] == "deflect"


def test_a_note_offers_to_share_its_draft() -> None:
    assert made(assisted(), Note)[0].buttons == ("share",)
    assert made(assisted(draft=a_draft("", passages=())), Note)[0].buttons == ()
    assert made(Desk().decide(), Note)[0].buttons == ()


def test_on_a_shared_thread_nothing_internal_is_written_without_a_linked_ticket() -> None:
    decision = assisted(ticket=a_ticket(shared=True))
    assert not [c for c in decision.changes if type(c) in INTERNAL]
    assert "shared" in {r.code for r in decision.reasons}


def test_on_a_shared_thread_internal_changes_are_for_the_linked_ticket() -> None:
    decision = assisted(ticket=a_ticket(shared=True), standing={"linked": True})
    assert made(decision, Note)
    assert "shared" not in {r.code for r in decision.reasons}


def test_a_note_on_a_shared_thread_goes_where_the_vendor_keeps_notes_apart() -> None:
    decision = assisted(ticket=a_ticket(shared=True), standing={"notes_apart": True})
    assert [type(c) for c in decision.changes] == [Note]
    assert "shared" in {r.code for r in decision.reasons}, "tags and fields are left out all the same"


def test_a_reply_on_a_shared_thread_goes_out_alone() -> None:
    assert [type(c) for c in Desk(ticket=a_ticket(shared=True)).decide().changes] == [Reply]


def test_what_the_vendor_cannot_do_is_left_out_and_said() -> None:
    decision = assisted(standing={"supports": EVERY_CHANGE - {Tag, SetPriority}})
    assert not made(decision, Tag)
    assert not made(decision, SetPriority)
    assert made(decision, Note)
    assert {r.code: r.text for r in decision.reasons}["unsupported"] == "Left out, not possible here: Tag, SetPriority."


def test_a_reply_without_permission_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="permission"):
        replace(Desk().decide(), permission=None)
