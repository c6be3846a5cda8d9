"""No effect without its permit: a table in which every single doubt withholds it, and a property over all of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import evidence, permission
from app.engine.configuration import load
from app.engine.permission import NotApproved, Withheld
from app.engine.standing import Case, Standing
from app.engine.types import Draft, EvidenceRecord, Mandate, Permit
from app.engine.workflows.limits import Spent, Wanted
from app.engine.workflows.types import Identity
from connectors.operations import OPERATIONS
from connectors.types import Role, Status
from tests.builders import NOON, a_classification, a_person, a_record, a_ticket, an_agent, an_approval
from tests.engine.workflows.scenes import ANA

TEXT = """
service: shop
classification: {categories: [{name: order-status, keywords: [order], confidence: 0.8}]}
limits: {refund: {currency: USD, perAction: 500, perTicket: 800, perDay: 1000}}
modes: {default: resolve}
"""
KEY = b"key"
RETURNS = "workflow/1:returns:1"


def the_case(text: str = TEXT, **changes: Any) -> Case:
    configuration = load(text, name="x")
    standing = Standing(NOON, "shop", key=KEY, coin=0.5)
    standing = replace(standing, **changes.pop("standing", {}))
    values = {"ticket": a_ticket(), "classification": a_classification(), **changes}
    return Case(draft=Draft("", (), (), "workflow/1"), configuration=configuration, standing=standing, **values)


def wanted(name: str = "create_label", **changes: Any) -> Wanted:
    return replace(Wanted("k", name, OPERATIONS[name], {}, ANA, RETURNS, (proof(name),)), **changes)


def proof(name: str, asker: str = RETURNS) -> EvidenceRecord:
    """Signed evidence for this effect, as this workflow asks for it."""
    digest = evidence.digest("keywords/1", asker, "", load(TEXT, name="x").digest)
    return evidence.sign(a_record(action=name, digest=digest), KEY)


def test_with_everything_in_order_a_reversible_effect_is_permitted() -> None:
    leave = permission.permit(wanted(), the_case())
    assert isinstance(leave, Permit)
    assert (leave.effect, leave.operation) == ("k", "create_label")


DOUBTS = [
    ("not_resolve", {"text": TEXT.replace("resolve", "deflect")}, {}),
    ("limitation", {"text": f"{TEXT}chatbot: {{limitations: [no-account-changes]}}"}, {}),
    ("unproven", {}, {"identity": Identity(user="p1")}),
    ("irreversible", {}, {"name": "cancel_order", "operation": OPERATIONS["cancel_order"]}),
    ("no_evidence", {}, {"evidence": ()}),
    ("evidence_outdated", {}, {"author": "workflow/1:exchanges:2"}),
    ("evidence_outdated", {}, {"author": ""}),
    ("evidence_foreign", {}, {"name": "open_return", "operation": OPERATIONS["open_return"]}),
    ("evidence_forged", {"standing": {"key": b"other"}}, {}),
    ("evidence_expired", {"standing": {"now": NOON + timedelta(days=400)}}, {}),
    ("audit_sample", {"standing": {"coin": 0.01}}, {}),
    ("stopped", {"standing": {"stopped": True}}, {}),
    ("human_here", {"standing": {"human_took_over": True}}, {}),
    ("closed", {"ticket": a_ticket(status=Status.CLOSED)}, {}),
    ("low_confidence", {"classification": a_classification(p=0.6)}, {}),
    ("flag_human", {"classification": a_classification(flags=frozenset({"human"}))}, {}),
    ("angry", {"classification": a_classification(sentiment=-0.9)}, {}),
]


@pytest.mark.parametrize(("code", "case", "change"), DOUBTS, ids=[code for code, _, _ in DOUBTS])
def test_any_single_doubt_leaves_it_to_a_person(code: str, case: dict[str, Any], change: dict[str, Any]) -> None:
    leave = permission.permit(replace(wanted(), **change), the_case(**dict(case)))
    assert isinstance(leave, Withheld)
    assert (leave.reason.code, leave.proposed) == (code, True)


@given(st.sets(st.sampled_from(range(len(DOUBTS))), min_size=1), st.sampled_from(sorted(OPERATIONS)))
def test_no_number_of_doubts_makes_a_permission(chosen: set[int], name: str) -> None:
    case: dict[str, Any] = {}
    change: dict[str, Any] = {}
    for _, of_case, of_wanted in (DOUBTS[n] for n in sorted(chosen)):
        case = {**case, **of_case, "standing": {**case.get("standing", {}), **of_case.get("standing", {})}}
        change = {**change, **of_wanted}
    asked = replace(wanted(), **({"name": name, "operation": OPERATIONS[name]} | change))
    assert isinstance(permission.permit(asked, the_case(**case)), Withheld)


@pytest.mark.parametrize(
    ("inputs", "spent"),
    [
        ({"amount": 501, "currency": "USD"}, Spent()),
        ({"amount": 500, "currency": "USD"}, Spent(ticket=301)),
        ({"amount": 500, "currency": "USD"}, Spent(day=501)),
        ({"amount": 5, "currency": "EUR"}, Spent()),
        ({"amount": "5", "currency": "USD"}, Spent()),
        ({"amount": -5, "currency": "USD"}, Spent()),
        ({"amount": True, "currency": "USD"}, Spent()),
        ({"currency": "USD"}, Spent()),
    ],
)
def test_above_a_limit_nobody_approves(inputs: dict[str, Any], spent: Spent) -> None:
    asked = replace(wanted("refund"), inputs=inputs, spent=spent)
    leave = permission.permit(asked, the_case())
    assert isinstance(leave, Withheld) and not leave.proposed
    with pytest.raises(NotApproved):
        permission.approved(asked, an_approval("k"), an_agent(), load(TEXT, name="x"))


@pytest.mark.parametrize(
    ("amount", "spent", "said"),
    [
        (501, Spent(), "at most 5.00 USD at once."),
        (400, Spent(ticket=401), "at most 8.00 USD in one ticket."),
        (400, Spent(day=700), "at most 10.00 USD in a day."),
    ],
)
def test_a_limit_is_said_as_people_write_money(amount: int, spent: Spent, said: str) -> None:
    asked = replace(wanted("refund"), inputs={"amount": amount, "currency": "USD"}, spent=spent)
    leave = permission.permit(asked, the_case())
    assert isinstance(leave, Withheld)
    assert leave.reason.text.endswith(said)


def test_below_its_limit_money_is_still_a_persons_to_approve() -> None:
    asked = replace(wanted("refund"), inputs={"amount": 500, "currency": "USD"})
    leave = permission.permit(asked, the_case())
    assert isinstance(leave, Withheld) and leave.proposed
    assert permission.approved(asked, an_approval("k"), an_agent(), load(TEXT, name="x")).effect == "k"


@pytest.mark.parametrize(
    "person", [a_person("a1"), an_agent("a2"), an_agent("a1", external=True), a_person("a1", Role.MACHINE)]
)
def test_strangers_approve_nothing(person: Any) -> None:
    with pytest.raises(NotApproved):
        permission.approved(wanted(), an_approval("k", by="a1"), person, load(TEXT, name="x"))


STEP = "integrations: {jira: {syncStatus: true, closeSolved: true}, github: {syncStatus: true}}"


@given(st.sampled_from(sorted(OPERATIONS)), st.sampled_from(["jira", "github", "store", ""]))
def test_a_setting_alone_permits_nothing_but_keeping_an_issue_in_step(name: str, system: str) -> None:
    asked = Wanted("k", name, OPERATIONS[name], {})
    wanted = {("comment_issue", "jira"), ("close_issue", "jira"), ("comment_issue", "github")}
    leave = permission.synced(asked, system, load(f"{TEXT}{STEP}", name="x"))
    assert (leave is not None) == ((name, system) in wanted)
    assert permission.synced(asked, system, load(TEXT, name="x")) is None
    if leave:
        assert leave.permission == Mandate(f"integrations.{system}.{permission.SYNCED[name]}")
        assert (leave.effect, leave.operation) == ("k", name)
