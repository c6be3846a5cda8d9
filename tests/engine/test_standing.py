"""Who has the ticket, and which facts conditions may ask about."""

from datetime import timedelta

import pytest

from app.engine.fields import RESUME_TAG
from app.engine.standing import Case, Standing, by_plain_names, took_over
from connectors.types import Role
from tests.builders import NOON, a_classification, a_draft, a_message, a_person, a_ticket, an_agent
from tests.engine.desk import KEY, SETTLED, standing

ANSWERED = a_ticket(messages=(a_message(), a_message(author=an_agent(), id="m2", at=NOON + timedelta(minutes=5))))


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.US, Role.MACHINE])
def test_nobody_has_taken_over_where_no_human_of_the_team_has_written(role: Role) -> None:
    assert not took_over(a_ticket(messages=(a_message(author=a_person(role=role)),)))


@pytest.mark.parametrize("public", [True, False])
def test_a_human_who_writes_has_the_ticket(public: bool) -> None:
    note = a_message(author=an_agent(), public=public, id="m0")
    assert took_over(a_ticket(messages=(note, a_message())))


@pytest.mark.parametrize(("minutes", "taken"), [(4, True), (5, False), (6, False)])
def test_a_human_hands_it_back(minutes: int, taken: bool) -> None:
    assert took_over(ANSWERED, NOON + timedelta(minutes=minutes)) is taken


def test_the_resume_tag_hands_it_back_now() -> None:
    assert not took_over(a_ticket(messages=ANSWERED.messages, tags=frozenset({RESUME_TAG})))


def test_what_a_customer_says_about_themselves_does_not_overrule_what_we_know() -> None:
    ticket = a_ticket(requester=a_person(facts={"attempts": 0, "plan": "gold", "category": "returns", "vip": False}))
    case = Case(ticket, a_classification(), a_draft(), SETTLED, standing(attempts=4))
    assert (case.facts["attempts"], case.facts["category"], case.facts["plan"]) == (4, "order-status", "gold")


def test_a_key_is_never_shown() -> None:
    assert KEY.decode() not in repr(Standing(now=NOON, account="shop", key=KEY))


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        ({"user.loyalty_tier": "platinum"}, "platinum"),
        ({"user.loyaltyTier": "platinum"}, "platinum"),
        ({"company.loyalty_tier": "gold", "loyaltyTier": "platinum"}, "platinum"),
        ({"user.loyalty_tier": "platinum", "organization.loyalty_tier": "gold"}, "platinum"),
        ({"user.tier": "platinum"}, None),
    ],
)
def test_what_the_host_knows_is_known_by_the_names_that_configurations_use(
    facts: dict[str, str], known: str | None
) -> None:
    assert by_plain_names(facts).get("loyaltyTier") == known
    ticket = a_ticket(requester=a_person(facts=facts))
    case = Case(ticket, a_classification(), a_draft(), SETTLED, standing())
    assert case.facts.get("loyaltyTier") == known
    assert case.facts[next(iter(facts))] == facts[next(iter(facts))]
