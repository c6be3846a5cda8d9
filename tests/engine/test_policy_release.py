"""A person's click: whom it obeys, what it releases, and what it refuses."""

from dataclasses import replace
from typing import Any

import pytest

from app.engine.policy import EVERY_CHANGE, NotReleased, release
from app.engine.types import Approval, Decision
from connectors.types import Reply, Role, Status
from tests.builders import a_classification, a_draft, a_message, a_passage, a_person, a_ticket, an_agent, an_approval
from tests.engine.desk import Desk, standing


def assisted() -> Decision:
    return Desk(standing={"evidence": ()}).decide()


def released(**changes: Any) -> Decision:
    decision = changes.pop("decision", assisted())
    values: dict[str, Any] = {
        "draft": a_draft(),
        "approval": an_approval(decision.id),
        "person": an_agent(),
        "ticket": a_ticket(),
        "standing": standing(),
    }
    return release(decision, **(values | changes))


def test_a_member_of_the_team_sends_the_draft() -> None:
    decision = released()
    approval = an_approval(assisted().id)
    assert decision.changes == (
        Reply(
            f"{a_draft().text}\n\nPrepared automatically and checked by a member of our team.",
            buttons=("human",),
        ),
    )
    assert decision.permission == approval
    assert decision.at == approval.at
    assert decision.id != assisted().id
    assert "released" in {r.code for r in decision.reasons}


def test_the_same_click_twice_is_the_same_decision() -> None:
    assert released() == released()


INSIDE = a_passage("Refunds above five hundred need a manager", source="inside", restricted=True)

REFUSED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("stopped", {"standing": standing(stopped=True)}),
    ("external", {"person": an_agent(external=True)}),
    ("external", {"person": a_person("a1", external=False)}),
    ("external", {"person": a_person("a1", Role.MACHINE, external=False)}),
    ("mismatch", {"approval": an_approval("another")}),
    ("mismatch", {"person": an_agent("a2")}),
    ("no_source", {"draft": a_draft(" ")}),
    ("restricted_source", {"draft": a_draft("So: refunds above FIVE hundred need a manager!", passages=(INSIDE,))}),
    ("stale", {"ticket": a_ticket(revision="r2")}),
    ("stale", {"ticket": replace(a_ticket(), ref=replace(a_ticket().ref, id="another"))}),
    ("stale", {"ticket": a_ticket(status=Status.CLOSED)}),
    ("stale", {"ticket": a_ticket("Where is my order?", "Never mind")}),
    ("stale", {"ticket": a_ticket(messages=(a_message(), a_message(author=an_agent(), id="m2")))}),
    ("unsupported_reply", {"standing": standing(supports=EVERY_CHANGE - {Reply})}),
)


@pytest.mark.parametrize(("code", "changes"), REFUSED, ids=[f"{n}-{code}" for n, (code, _) in enumerate(REFUSED)])
def test_a_click_that_releases_nothing(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(NotReleased) as refused:
        released(**changes)
    assert refused.value.reason.code == code


@pytest.mark.parametrize(
    "desk", [Desk(), Desk(classification=a_classification("chatter")), Desk(standing={"stopped": True})]
)
def test_only_an_assisted_decision_can_be_released(desk: Desk) -> None:
    decision = desk.decide()
    with pytest.raises(NotReleased) as refused:
        released(decision=decision, approval=an_approval(decision.id))
    assert refused.value.reason.code == "not_assist"


def test_a_released_decision_cannot_be_released_again_under_its_own_name() -> None:
    once = released()
    with pytest.raises(NotReleased):
        released(approval=Approval(once.id, "a1", once.at or standing().now))


def test_an_internal_page_beside_the_draft_is_no_obstacle_for_a_person() -> None:
    assert released(draft=a_draft(passages=(a_passage(), INSIDE))).changes
