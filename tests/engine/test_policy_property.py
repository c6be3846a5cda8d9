"""Whatever the gate is given: no reply without a permission that holds, and never in a mode that writes none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from app.engine import evidence
from app.engine.holds import HOLDS, SILENT
from app.engine.policy import AUDIT_SHARE, EVERY_CHANGE, REPLY, Case, Counts, Standing, gate
from app.engine.types import EvidenceRecord, Mode
from connectors.types import Priority, Reply, Role, Status
from tests.builders import NOON, a_classification, a_draft, a_message, a_passage, a_person, a_ticket
from tests.engine.desk import KEY, SETTLED, proof, shop

FACTS = st.dictionaries(
    st.sampled_from(["vip", "loyaltyTier", "plan", "lifetimeValue"]), st.sampled_from([True, "platinum", 1])
)
PASSAGES = st.lists(st.builds(lambda r: a_passage(restricted=r), st.booleans()), max_size=3).map(tuple)
CLASSIFICATIONS = st.builds(
    lambda category, p, flags, mood: a_classification(category, p, flags=flags, sentiment=mood),
    st.sampled_from(["order-status", "returns", "payment-issues", "chatter", "unknown", ""]),
    st.floats(0, 1),
    st.frozensets(st.sampled_from(["human", "legal", "machine", "odd"]), max_size=1),
    st.none() | st.floats(-1, 1),
)


@st.composite
def tickets(draw: st.DrawFn) -> Any:
    requester = a_person(facts=draw(FACTS), email=draw(st.sampled_from(["", "ana@b.example", "noreply@b.example"])))
    roles = draw(st.lists(st.sampled_from(list(Role)), max_size=3))
    headers = draw(st.sampled_from([{}, {"auto-submitted": "auto-replied"}]))
    messages = tuple(
        a_message(id=f"m{n}", author=a_person(role=role), headers=headers, public=draw(st.booleans()))
        for n, role in enumerate([*roles, Role.CUSTOMER])
    )
    return a_ticket(
        messages=messages,
        requester=requester,
        status=draw(st.sampled_from(list(Status))),
        priority=draw(st.none() | st.sampled_from(list(Priority))),
        tags=draw(st.frozensets(st.sampled_from(["vip", "deskhand_returns"]))),
    )


PARTS: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "ticket": (a_ticket(), tickets() | st.builds(lambda: a_ticket(shared=True))),
    "classification": (a_classification(), CLASSIFICATIONS),
    "draft": (a_draft(), st.builds(lambda t, p: a_draft(t, passages=p), st.sampled_from(["", "Answer."]), PASSAGES)),
    "configuration": (
        SETTLED,
        st.sampled_from([shop(f"  default: {mode}\n") for mode in ("off", "shadow", "assist", "resolve")]),
    ),
    "record": (
        {},
        st.sampled_from([{"errors": 1}, {"account": "bank"}, {"action": "refund"}, {"category": "returns"}, None]),
    ),
    "others": ((), st.sets(st.sampled_from(["extract/2", "workflow/1:returns:1", "model/m"]))),
    "digest": ("k1", st.sampled_from(["k2", ""])),
    "now": (NOON, st.sampled_from([NOON + timedelta(days=500), NOON - timedelta(days=500)])),
    "key": (KEY, st.sampled_from([b"", b"other"])),
    "coin": (0.5, st.floats(0, 1, exclude_max=True)),
    "sent": (Counts(), st.builds(Counts, st.integers(0, 4), st.integers(0, 6), st.integers(0, 30))),
    "supports": (EVERY_CHANGE, st.frozensets(st.sampled_from(sorted(EVERY_CHANGE, key=repr)))),
    "linked": (False, st.just(True)),
    "stopped": (False, st.just(True)),
    "human_took_over": (False, st.just(True)),
    "attempts": (0, st.integers(0, 9)),
}
"""What lets a reply through, and what may come instead."""


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """The case that is let through, with up to three of its parts replaced at random."""
    odd = draw(st.sets(st.sampled_from(sorted(PARTS)), max_size=3))
    part = {name: draw(other) if name in odd else good for name, (good, other) in PARTS.items()}
    record = part.pop("record")
    digest, configuration = part.pop("digest"), part.pop("configuration")
    ticket, classification, draft = part.pop("ticket"), part.pop("classification"), part.pop("draft")
    others = (proof(classification, replace(draft, engine=writer), configuration) for writer in part.pop("others"))
    own = () if record is None else (proof(classification, draft, configuration, **record),)
    standing = Standing(account="shop", knowledge=digest, evidence=(*others, *own), **part)
    return Case(ticket, classification, draft, configuration, standing)


@settings(deadline=None, max_examples=200)
@given(cases())
def test_no_reply_without_a_permission_that_holds(case: Case) -> None:
    permitted(case)


@pytest.mark.slow
@settings(deadline=None, max_examples=1500)
@given(cases())
def test_nor_in_any_of_very_many_cases(case: Case) -> None:
    permitted(case)


def permitted(case: Case) -> None:
    """A reply is there where its permission holds, and nowhere else."""
    decision = gate(case.ticket, case.classification, case.draft, case.configuration, case.standing)
    replies = [change for change in decision.changes if isinstance(change, Reply)]
    assert bool(replies) == (decision.mode is Mode.DEFLECT)
    assert bool(decision.permission) == bool(replies)
    assert len(replies) <= 1
    assert decision.mode.rank <= decision.requested.rank
    assert all(type(change) in case.standing.supports for change in decision.changes)
    if replies:
        allowed(case, decision.permission)


def test_the_cases_above_reach_a_reply() -> None:
    find(cases(), lambda c: gate(c.ticket, c.classification, c.draft, c.configuration, c.standing).mode is Mode.DEFLECT)


def allowed(case: Case, permission: Any) -> None:
    """Judge the permission again, apart from the gate."""
    assert isinstance(permission, EvidenceRecord)
    judged = case.classification
    digest = evidence.digest(judged.engine, case.draft.engine, case.standing.knowledge, case.configuration.digest)
    claim = evidence.Claim("shop", judged.category, REPLY, digest)
    refusal = evidence.allows(permission, claim, now=case.standing.now, key=KEY)
    assert refusal is None
    assert case.standing.key == KEY
    assert case.standing.coin >= AUDIT_SHARE
    assert not any(condition(case) for condition in (*SILENT, *HOLDS))
