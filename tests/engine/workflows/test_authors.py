"""Evidence is its author's alone: what one workflow earned, or the quotation of a page, sends nothing that another one wrote."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.db.codec import decode, encode
from app.engine import draft as quoting
from app.engine import evidence
from app.engine.configuration import load
from app.engine.configuration.steps import Step, Workflow
from app.engine.handoff import ENGINE as NEXT_STEP
from app.engine.types import EvidenceRecord, Mode, Work
from app.engine.workflows.choosing import candidates
from app.engine.workflows.limits import author
from connectors.types import Reply
from tests.builders import NOON, a_classification, a_draft
from tests.engine.desk import Desk, made, proof
from tests.jobs.workflows import CONFIGURATION

SHOP = load(CONFIGURATION.replace("MODE", "deflect"), name="shop.yaml")
FLOW = SHOP.workflows["order-status"]
AUTHORS = tuple(author(flow) for flow in candidates("order-status", SHOP))
WRITERS = (*AUTHORS, "workflow/1", quoting.ENGINE, "model/m/draft.v1", NEXT_STEP)
DRAFTS = {writer: a_draft(engine=writer, work=Work("w") if writer in AUTHORS else None) for writer in WRITERS}


def record(writer: str, **changes: Any) -> EvidenceRecord:
    """Signed proof for what this writer writes."""
    knowledge = "" if DRAFTS[writer].work else "k1"
    digest = evidence.digest("keywords/1", writer, knowledge, Desk().configuration.digest)
    return proof(a_classification(), DRAFTS[writer], digest=digest, **changes)


def sent(writer: str, records: tuple[EvidenceRecord, ...]) -> bool:
    decision = Desk(draft=DRAFTS[writer], standing={"evidence": records}).decide()
    assert bool(made(decision, Reply)) == (decision.mode is Mode.DEFLECT)
    return decision.mode is Mode.DEFLECT


def test_every_workflow_that_may_speak_in_a_category_is_an_author_of_its_own() -> None:
    assert [flow.name for flow in candidates("order-status", SHOP)] == [
        "orderStatus",
        "update-address",
        "cancel-order",
        "refund",
    ]
    assert len(set(WRITERS)) == len(WRITERS)
    assert AUTHORS[1:] == tuple(author(flow) for flow in candidates("payment-issues", SHOP))


@pytest.mark.parametrize("proven", WRITERS)
@pytest.mark.parametrize("writer", WRITERS)
def test_what_was_proven_of_one_sends_nothing_of_another(writer: str, proven: str) -> None:
    assert sent(writer, (record(proven),)) is (writer == proven)


@pytest.mark.parametrize("writer", WRITERS)
def test_all_the_others_together_prove_nothing(writer: str) -> None:
    every = tuple(record(one) for one in WRITERS)
    assert sent(writer, every)
    assert sent(writer, every[::-1])
    assert not sent(writer, tuple(record(one) for one in WRITERS if one != writer))


@pytest.mark.parametrize("fallen", WRITERS)
def test_who_fell_back_is_alone_in_it(fallen: str) -> None:
    lowered = record(fallen, judged=60, errors=9, issued_at=NOON)
    before = [record(one, issued_at=NOON - timedelta(days=1)) for one in WRITERS]
    for records in ((lowered, *before), (*before, lowered)):
        assert [one for one in WRITERS if not sent(one, records)] == [fallen]


EDITS = (
    replace(FLOW, name="returns"),
    replace(FLOW, steps=FLOW.steps[:-1]),
    replace(FLOW, steps=FLOW.steps[::-1]),
    replace(FLOW, steps=(replace(FLOW.steps[0], condition="vip == true"), *FLOW.steps[1:])),
    replace(FLOW, steps=(replace(FLOW.steps[0], settings={"source": ["chat"]}), *FLOW.steps[1:])),
)


@pytest.mark.parametrize("edited", EDITS)
def test_an_edited_workflow_is_another_author(edited: Workflow) -> None:
    assert author(edited) != author(FLOW)


def test_a_run_that_was_saved_has_the_same_author() -> None:
    nested = Step("a", "b", {"checks": ({"within": "30 days"}, {"z": 1, "y": None}), "on": NOON.date()})
    for flow in (*candidates("returns", SHOP), Workflow("w", "c", (nested,))):
        assert author(decode(Workflow, encode(flow))) == author(flow)
