"""What compliance releases: which categories, who may, and that neither a reply nor an effect passes the gate without it."""

from dataclasses import replace
from typing import Any

import pytest

from app.engine import permission, policy, reviewing
from app.engine.configuration import Configuration, load
from app.engine.permission import NotApproved, Withheld
from app.engine.policy import NotReleased, release
from app.engine.reviewing import REVIEW, awaits, releases, reviewed
from app.engine.types import Decision, Mode
from connectors.types import Level, Person, Reply, Role
from tests.builders import a_classification, a_draft, a_person, a_ticket, an_agent, an_approval
from tests.engine.desk import SETTLED, Desk, standing
from tests.engine.test_permission import the_case, wanted
from tests.engine.test_policy_mutants import loaded, mutants

BANK = """
service: bank
classification:
  categories: [{name: fraud-report}, {name: disputes, complianceReview: true}, {name: dispute-old}, {name: balance}]
escalation:
  dispute: {complianceReview: DEMAND}
"""
HELD = replace(SETTLED, rules=replace(SETTLED.rules, reviews=frozenset({"order-status"})))


def named(*who: str, configuration: Configuration = HELD) -> Configuration:
    return replace(configuration, rules=replace(configuration.rules, reviewers=frozenset(who)))


@pytest.mark.parametrize(
    ("demand", "held"),
    [
        ("required", {"disputes", "dispute-old"}),
        ("true", {"disputes", "dispute-old"}),
        ("conditional", {"disputes"}),
        ("none", {"disputes"}),
        ("false", {"disputes"}),
    ],
)
def test_a_category_asks_for_it_itself_or_its_topic_does(demand: str, held: set[str]) -> None:
    assert load(BANK.replace("DEMAND", demand), name="b.yaml").rules.reviews == held


def test_nothing_leaves_by_itself_whatever_was_proven() -> None:
    assert Desk().decide().mode is Mode.DEFLECT
    decision = Desk(configuration=HELD).decide()
    assert decision.mode is Mode.ASSIST
    assert not [change for change in decision.changes if isinstance(change, Reply)]
    assert awaits(decision)
    (note,) = [change.text for change in decision.changes if hasattr(change, "buttons")]
    assert "Compliance reviews order-status: nothing leaves before a lead or an admin has released it" in note


def test_however_unsure_the_category_is_it_waits_for_compliance() -> None:
    assert awaits(Desk(configuration=HELD, classification=a_classification(p=0.2)).decide())


def test_an_effect_waits_for_compliance_too() -> None:
    case = the_case()
    about = case.classification.category
    held = replace(case.configuration, rules=replace(case.configuration.rules, reviews=frozenset({about})))
    assert not isinstance(permission.permit(wanted(), case), Withheld)
    leave = permission.permit(wanted(), replace(case, configuration=held))
    assert isinstance(leave, Withheld) and leave.proposed
    with pytest.raises(NotApproved) as refused:
        permission.approved(wanted(), an_approval("k"), an_agent(), held, about)
    assert refused.value.reason.code == REVIEW
    assert permission.approved(wanted(), an_approval("k"), an_agent(), held, about, reviewer=True).effect == "k"
    assert permission.approved(wanted(), an_approval("k"), an_agent(), held, "another").effect == "k"


def clicked(decision: Decision, *, reviewer: bool, module: Any = policy) -> str:
    given = (decision, a_draft(), an_approval(decision.id), an_agent(), a_ticket(), standing(reviewer=reviewer))
    try:
        return type(module.release(*given).changes[0]).__name__
    except module.NotReleased as refused:
        return str(refused.reason.code)


def test_only_who_releases_for_compliance_sends_the_draft() -> None:
    held = Desk(configuration=HELD).decide()
    assert clicked(held, reviewer=False) == REVIEW
    assert clicked(held, reviewer=True) == "Reply"
    assert clicked(Desk(standing={"evidence": ()}).decide(), reviewer=False) == "Reply"
    with pytest.raises(NotReleased):
        release(held, a_draft(), an_approval(held.id), an_agent(), a_ticket(), standing())


ANN = Person("a1", Role.AGENT, email="Ann@Bank.example", external=False)
WHO: tuple[tuple[Person, Level | None, Configuration, bool], ...] = (
    (ANN, Level.LEAD, HELD, True),
    (ANN, Level.ADMIN, HELD, True),
    (ANN, Level.AGENT, HELD, False),
    (ANN, Level.VIEWER, HELD, False),
    (ANN, None, HELD, False),
    (ANN, None, named("a1"), True),
    (ANN, None, named("ann@bank.example"), True),
    (ANN, Level.ADMIN, named("a2"), False),
    (replace(ANN, email=""), Level.ADMIN, named("bob@bank.example"), False),
    (replace(ANN, claimed=True), Level.LEAD, HELD, False),
    (replace(ANN, claimed=True), Level.LEAD, named("a1"), False),
    (replace(ANN, external=True), Level.LEAD, HELD, False),
    (replace(ANN, role=Role.MACHINE), Level.LEAD, HELD, False),
    (replace(ANN, id=""), Level.LEAD, HELD, False),
    (replace(ANN, id=""), Level.LEAD, named("ann@bank.example"), False),
    (a_person("a1"), Level.LEAD, HELD, False),
)


@pytest.mark.parametrize(("person", "level", "configuration", "may"), WHO, ids=str)
def test_who_releases_is_proven_and_has_the_role_or_is_named(
    person: Person, level: Level | None, configuration: Configuration, *, may: bool
) -> None:
    assert releases(person, level, configuration) is may


def test_the_reason_says_who_may() -> None:
    assert "a lead or an admin" in getattr(reviewed("order-status", HELD), "text", "")
    assert "`compliance.reviewers`" in getattr(reviewed("order-status", named("a1")), "text", "")
    assert reviewed("order-status", SETTLED) is None


def outcomes(module: Any) -> list[object]:
    """What a module that stands in for the real one says, on both sides of everything it draws."""
    decisions = [Desk(configuration=one).decide() for one in (HELD, SETTLED)]
    found = [module.reviewed(name, one) for name in ("order-status", "x") for one in (HELD, named("a1"), SETTLED)]
    told = [reason and (reason.code, reason.text) for reason in found]
    return [*told, *(module.awaits(one) for one in decisions), *(module.releases(*given[:3]) for given in WHO)]


@pytest.mark.slow
def test_every_condition_of_the_review_turned_round_is_noticed() -> None:
    truth, survived, made = outcomes(reviewing), [], 0
    for one in mutants(reviewing, {"reviewed", "awaits", "releases"}):
        made += 1
        try:
            same = outcomes(loaded(reviewing, one.tree)) == truth
        except (AttributeError, LookupError, TypeError, ValueError):
            same = False
        survived += [one.where] if same else []
    assert made >= 8
    assert survived == []
