"""Every condition within each hold, and within the refusal of a click, turned round one at a time: for each, some case tells.

That each hold as a whole counts is ``test_policy_mutants``'s part. Here each is asked alone, by cases on both sides of what it draws.
"""

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from app.engine import holds
from app.engine import policy as real
from app.engine.bounds import NO_CHANGES, NO_TRANSACTIONS, VERIFIED
from app.engine.configuration.trials import Most
from app.engine.policy import Counts
from app.engine.standing import Case
from app.engine.types import Decision, Work
from tests.builders import NOON, a_classification, a_draft, a_message, a_passage, a_ticket, an_agent, an_approval
from tests.engine.desk import SETTLED, Desk, standing
from tests.engine.test_policy_mutants import CASES, limited, loaded, mutants
from tests.engine.test_policy_release import INSIDE, REFUSED, assisted

CHANGED, PAID = "I have locked your card.", "We have refunded 20 euros to you."
PERSONAL, FOREIGN = "Your balance is 20 euros.", "Ваш заказ скоро приедет, спасибо за терпение."
PLAIN = "Parcels take three days."
ADVISED = replace(SETTLED, no_advice=True)
REVIEWED = replace(SETTLED, rules=replace(SETTLED.rules, reviews=frozenset({"order-status"})))
ASKS = a_ticket("Should I buy shares or bonds with my savings?")
BOTH_SIDES: tuple[dict[str, Any], ...] = (
    {"ticket": a_ticket(messages=()), "standing": {"woken": True}},
    {"classification": a_classification(sentiment=0.2)},
    {"configuration": REVIEWED},
    {"draft": a_draft(work=Work("balanceInquiry"))},
    {"draft": a_draft(work=Work("balanceInquiry")), "configuration": replace(SETTLED, approved_only=True)},
    {"draft": a_draft(""), "configuration": replace(SETTLED, approved_only=True)},
    {"draft": a_draft(""), "configuration": replace(SETTLED, disclaimers=True)},
    {"ticket": ASKS, "configuration": ADVISED},
    {"configuration": ADVISED},
    {"ticket": a_ticket(messages=()), "configuration": ADVISED, "standing": {"woken": True}},
    {"standing": {"today": Counts(everybody=8)}, "configuration": replace(SETTLED, answers=Most(day=9))},
    {"standing": {"today": Counts(requester=1)}, "configuration": replace(SETTLED, answers=Most(None, 2))},
    *(
        {"draft": a_draft(text, work=work), "configuration": limited(limit), "classification": a_classification(language=spoken)}
        for limit in (NO_CHANGES, NO_TRANSACTIONS, VERIFIED)
        for text in (CHANGED, PAID, PERSONAL, FOREIGN, PLAIN, " ")
        for work, spoken in ((None, "en"), (None, "ru"), (Work("w"), "en"), (Work("w"), "ru"), (Work("w", proven=True), "en"))
    ),
    *({"draft": a_draft(text), "classification": a_classification(language="ru")} for text in (FOREIGN, CHANGED)),
)  # fmt: skip
NAMES = {hold.__name__ for hold in (*holds.SILENT, *holds.HOLDS) if hold.__module__ == holds.__name__} | {"watching"}
ONLY_QUICKER = {"bounded": "not limits or not text.strip()"}
"""Conditions that only spare what follows: an empty text says nothing that a limit forbids."""


def cases(patched: pytest.MonkeyPatch) -> list[Case]:
    """Every case, as the gate gets it."""
    patched.setattr("tests.engine.desk.gate", Case)
    return [Desk(**change).decide() for change in (*CASES, *BOTH_SIDES)]  # type: ignore[misc]


def said(module: ModuleType, name: str, every: list[Case]) -> list[str]:
    """What one hold answers to each case; a hold that raises is another one."""
    answers = []
    for case in every:
        try:
            reason = getattr(module, name)(case)
        except (AttributeError, LookupError, TypeError, ValueError):
            answers.append("raised")
            continue
        answers.append(reason.code if reason else "")
    return answers


@pytest.mark.slow
def test_every_condition_of_every_hold_turned_round_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    every = cases(monkeypatch)
    truth = {name: said(holds, name, every) for name in NAMES}
    assert not any("raised" in answers for answers in truth.values())
    made, survived = list(mutants(holds, NAMES)), []
    for one in made:
        name = one.where.split(":")[0].rsplit(".", 1)[1]
        if said(loaded(holds, one.tree), name, every) == truth[name]:
            survived.append(one.where)
    assert len(made) >= 90
    assert [
        one for one in survived if not any(f".{name}:" in one and what in one for name, what in ONLY_QUICKER.items())
    ] == []


def asked_nothing() -> Decision:
    """An assisted decision on a ticket in which no customer's message waits."""
    return Desk(ticket=a_ticket(messages=()), standing={"woken": True, "evidence": ()}).decide()


def clicks() -> list[dict[str, Any]]:
    """Clicks on both sides of every refusal."""
    nothing: dict[str, Any] = {"decision": asked_nothing(), "ticket": a_ticket(messages=())}
    held = Desk(configuration=REVIEWED).decide()
    moved = (a_message(), a_message(author=an_agent(), id="m2"))
    return [
        {},
        *(changes for _, changes in REFUSED),
        {"draft": a_draft(until=NOON.replace(hour=NOON.hour + 1))},
        {"draft": a_draft(until=NOON.replace(hour=NOON.hour - 1))},
        {"draft": a_draft(passages=(a_passage(), INSIDE))},
        {"draft": a_draft("Ask a manager.", passages=(a_passage("Ask a manager", source="inside", restricted=True),))},
        nothing,
        nothing | {"draft": a_draft(work=Work("balanceInquiry"))},
        {"decision": asked_nothing(), "ticket": a_ticket(messages=moved)},
        {"decision": held},
        {"decision": held, "standing": standing(reviewer=True)},
        {"standing": standing(reviewer=True)},
    ]


def clicked(module: ModuleType, changes: dict[str, Any]) -> object:
    """What a click comes to: what is sent, or why nothing is."""
    decision = changes.get("decision") or assisted()
    values = {
        "draft": a_draft(),
        "approval": an_approval(decision.id),
        "person": an_agent(),
        "ticket": a_ticket(),
        "standing": standing(),
    }
    try:
        given = {name: value for name, value in changes.items() if name != "decision"}
        return module.release(decision, **(values | given)).changes
    except module.NotReleased as refused:
        return refused.reason.code
    except (AttributeError, LookupError, TypeError, ValueError):
        return "raised"


@pytest.mark.slow
@pytest.mark.parametrize("where", ["click", "leaks"])
def test_every_condition_of_a_click_turned_round_is_noticed(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    every = clicks()
    truth = [clicked(real, one) for one in every]
    assert "raised" not in truth
    survived = []
    for one in mutants(real, {"release", "_refusal"}) if where == "click" else mutants(holds, {"leaks"}):
        with monkeypatch.context() as patched:
            module = real
            if where == "click":
                module = loaded(real, one.tree)
            else:
                patched.setattr(real, "leaks", loaded(holds, one.tree).leaks)
            if [clicked(module, click) for click in every] == truth:
                survived.append(one.where)
    assert survived == []
