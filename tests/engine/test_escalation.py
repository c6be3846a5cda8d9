"""What sets off an escalation, how far it goes, and what is written and held back because of it."""

from datetime import timedelta
from typing import Any

import pytest

from app.engine import fields
from app.engine.configuration import Configuration, load
from app.engine.escalation import ON_CALL, Escalation, escalated
from app.engine.standing import Case
from app.engine.types import Decision, Mode
from connectors.types import Assign, Note, Priority, Reply, SetField, SetPriority, Tag
from tests.builders import NOON, a_classification, a_draft, a_message, a_person, a_ticket
from tests.engine.desk import SETTLED, SHOP, Desk, made, standing
from tests.engine.seeds import seed, seeds

RULES = (
    SHOP
    + """
  triggers:
    - {condition: "category == 'returns' && severity == 'critical'", action: immediate-escalation, notify: [boss, desk], sla: 15m}
    - {condition: accountPlan == 'enterprise' && responseTime > 2h, action: escalate-to-csm, notify: [csm]}
    - {condition: botConfidence < 0.6 && attempts > 2, action: handoff-to-human}
  returns: {immediate: true, notify: [desk], freeze-account: conditional, documentation: required}
  businessHours:
    timezone: Europe/Berlin
    schedule: {monday-friday: '9:00-17:00'}
    outsideHours: {action: auto-respond, message: We answer within one business hour., escalateUrgent: true}
"""
)
RULES += "contacts: {boss: {email: boss@shop.example}, desk: {}}\n"
RULES = RULES.replace("\nmodes:\n  categories: {chatter: shadow}\n", "\n") + "modes: {categories: {chatter: shadow}}\n"
GUARDED = load(RULES, name="shop.yaml")
NIGHT = NOON.replace(hour=22)


def case(
    configuration: Configuration = SETTLED, ticket: Any = None, known: dict[str, Any] | None = None, **judged: Any
) -> Case:
    values = standing(**(known or {}))
    return Case(ticket or a_ticket(), a_classification(**judged), a_draft(), configuration, values)


def codes(found: Escalation) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_an_ordinary_question_is_routed_and_not_escalated() -> None:
    found = escalated(case())
    assert (found.level, found.team, found.priority, found.reasons, found.immediate) == (
        0,
        "",
        Priority.NORMAL,
        (),
        False,
    )
    assert found.promise.text == "24h"


@pytest.mark.parametrize(
    ("judged", "level", "priority", "code"),
    [
        ({"flags": frozenset({"human"})}, 1, Priority.NORMAL, "human"),
        ({"flags": frozenset({"legal"})}, 2, Priority.HIGH, "legal"),
        ({"flags": frozenset({"security"})}, 2, Priority.HIGH, "security"),
        ({"sentiment": -0.51}, 1, Priority.HIGH, "angry"),
        ({"churn_risk": 0.81}, 2, Priority.HIGH, "churn"),
    ],
)
def test_what_always_counts(judged: dict[str, Any], level: int, priority: Priority, code: str) -> None:
    found = escalated(case(**judged))
    assert (found.level, found.priority) == (level, priority)
    assert code in codes(found)


@pytest.mark.parametrize(
    "judged", [{"sentiment": -0.5}, {"churn_risk": 0.8}, {"sentiment": None}, {"flags": frozenset({"spam"})}]
)
def test_what_is_not_enough(judged: dict[str, Any]) -> None:
    assert escalated(case(**judged)).level == 0


def test_a_vip_gets_the_priority_that_the_configuration_gives() -> None:
    found = escalated(case(ticket=a_ticket(requester=a_person(facts={"loyaltyTier": "Platinum"}))))
    assert (found.level, found.priority, found.team, codes(found)) == (1, Priority.HIGH, "vip-desk", ["vip"])


@pytest.mark.parametrize(("attempts", "p", "codes_"), [(2, 0.79, ["attempts"]), (1, 0.79, []), (2, 0.8, [])])
def test_unsure_after_attempts(attempts: int, p: float, codes_: list[str]) -> None:
    assert codes(escalated(case(known={"attempts": attempts}, p=p))) == codes_


def test_an_immediate_trigger_tells_people_and_brings_its_own_target() -> None:
    found = escalated(case(GUARDED, category="returns", urgency=0.95))
    assert found.immediate
    assert (found.priority, found.promise.text, found.team) == (Priority.URGENT, "15m", "returns-desk")
    assert found.notify == ("boss", "desk")
    assert found.demands == ("freeze the account, if it applies", "collect the documents")
    assert "severity critical" in found.reasons[0].text


def test_a_guess_sets_off_nothing_about_its_category() -> None:
    found = escalated(case(GUARDED, category="returns", p=0.4))
    assert (found.level, found.team, found.notify) == (0, "", ())


def test_time_is_a_fact_that_triggers_may_ask_about() -> None:
    asked = a_ticket(requester=a_person(facts={"plan": "Enterprise"}))
    late, early = ({"now": NOON + timedelta(hours=h)} for h in (2.1, 1.9))
    assert escalated(case(GUARDED, asked, late)).team == "csm"
    assert escalated(case(GUARDED, asked, early)).team == ""


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (17.9, None),
        (18.1, "5 h 54 min of the promised time are left."),
        (23.5, "30 min of the"),
        (24.0, "The promised time is over."),
    ],
)
def test_little_time_left_raises_the_priority_but_holds_no_answer_back(hours: float, text: str | None) -> None:
    found = escalated(case(known={"now": NOON + timedelta(hours=hours)}))
    assert codes(found) == (["late"] if text else [])
    assert found.holds == ()
    if text:
        assert found.reasons[0].text.startswith(text)
        assert (found.level, found.priority) == (2, Priority.HIGH)


def test_urgent_tickets_are_brought_to_who_is_on_call_when_nobody_works() -> None:
    asked = a_ticket(messages=(a_message(at=NIGHT),))
    night = escalated(case(GUARDED, asked, {"now": NIGHT}, category="payment-issues"))
    assert (night.notify, night.immediate) == ((ON_CALL,), True)
    assert escalated(case(GUARDED, category="payment-issues")).notify == ()
    assert escalated(case(GUARDED, asked, {"now": NIGHT})).notify == ()


def test_an_automatic_answer_is_not_out_of_the_ordinary_for_a_host_priority() -> None:
    found = escalated(case(ticket=a_ticket(priority=Priority.URGENT)))
    assert (found.level, found.priority, found.promise.text) == (0, Priority.URGENT, "1h")


# --- what the gate writes because of it -----------------------------------------------------------------------


def decided(**changes: Any) -> Decision:
    return Desk(configuration=GUARDED, **changes).decide()


def note(decision: Decision) -> str:
    return made(decision, Note)[0].text


def test_an_ordinary_ticket_is_answered_without_tag_or_briefing() -> None:
    decision = decided()
    assert decision.mode is Mode.DEFLECT
    assert made(decision, Reply)
    assert fields.ESCALATED_TAG not in made(decision, Tag)[0].names
    assert "Escalated to" not in note(decision)


def test_an_escalated_ticket_is_marked_routed_and_briefed_and_never_answered() -> None:
    judged = a_classification("returns", urgency=0.95, sentiment=-0.4, emotion="frustrated")
    decision = decided(classification=judged)
    assert not made(decision, Reply)
    assert fields.ESCALATED_TAG in made(decision, Tag)[0].names
    assert made(decision, SetPriority) == [SetPriority(Priority.URGENT)]
    assert made(decision, Assign) == [Assign(team="returns-desk")]
    assert SetField(fields.SLA_TARGET, "15m") in decision.changes
    for line in (
        "**Take it now · returns-desk · returns · first reply by Monday, 02 March, 13:15 (Europe/Berlin) (15m)**",
        "**Who:** Ana Silva, nothing earlier is known here",
        "**Tried:** 1 message from the customer, no automatic answers, none from people",
        "**Mood:** -0.40 (frustrated)",
        "1. say that you have it: the button, or the tag **deskhand_acknowledge**",
        "2. freeze the account, if it applies\n3. collect the documents",
        "4. send the draft below, once you have read it",
        "5. hand it back when it is done: the button, or the tag **deskhand_resume**; until then nothing is sent",
        "**Being told:** boss\n**Please tell:** desk",
    ):
        assert line in note(decision), note(decision)


def test_a_trigger_alone_holds_an_answer_back() -> None:
    asked = a_ticket(requester=a_person(facts={"plan": "enterprise"}))
    decision = decided(ticket=asked, standing={"now": NOON + timedelta(hours=3)})
    assert decision.mode is Mode.ASSIST
    assert "trigger" in [reason.code for reason in decision.reasons]


def test_outside_hours_the_message_is_offered_and_never_sent() -> None:
    asked = a_ticket(messages=(a_message(at=NIGHT),))
    decision = decided(
        ticket=asked, classification=a_classification("chatter"), standing={"now": NIGHT, "evidence": ()}
    )
    assert decision.mode is Mode.SHADOW
    decision = decided(ticket=asked, standing={"now": NIGHT, "evidence": ()})
    assert not made(decision, Reply)
    assert (
        "**Outside hours** (monday-friday 9:00-17:00 Europe/Berlin). auto-respond says to the customer: We answer"
        in note(decision)
    )
    assert "Nothing was sent without a permission." in note(decision)


def test_a_ticket_that_somebody_has_is_not_taken_from_them() -> None:
    decision = decided(ticket=a_ticket(assignee="a1"), classification=a_classification("returns", urgency=0.95))
    assert not made(decision, Assign)


def test_the_briefing_never_repeats_the_customers_words() -> None:
    secret = "My card 4111 1111 1111 1111 was charged twice"
    decision = decided(ticket=a_ticket(secret), classification=a_classification("returns", flags=frozenset({"human"})))
    assert "4111" not in note(decision)


@seeds
def test_the_stories_of_the_users_own_files() -> None:
    shop, saas, bank = (load(seed(name), name=name) for name in ("ecommerce.yaml", "saas.json", "fintech.yaml"))
    angry = escalated(case(shop, a_ticket(requester=a_person(facts={"loyaltyTier": "platinum"})), sentiment=-0.9))
    assert (angry.team, angry.priority, codes(angry)) == ("vip-support", Priority.HIGH, ["handoff", "angry", "vip"])
    bug = escalated(case(saas, category="bug-report", urgency=0.95))
    assert (bug.notify, bug.promise.text, bug.immediate) == (("engineering-oncall", "support-manager"), "15m", True)
    fraud = escalated(case(bank, category="fraud-report"))
    assert fraud.immediate
    assert fraud.notify == ("fraud-team", "security-team", "compliance")
    assert (fraud.team, fraud.promise.text, fraud.priority) == ("fraud-team", "15m", Priority.URGENT)
