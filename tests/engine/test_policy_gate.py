"""The gate's conditions: one case is let through, and each condition flipped alone stops it, with its reason."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.engine import evidence
from app.engine.configuration.trials import Most
from app.engine.policy import EVERY_CHANGE, Counts
from app.engine.types import Label, Mode, Reason, Work
from connectors.types import Note, Reply, Role, Status
from tests.builders import NOON, a_classification, a_draft, a_message, a_passage, a_person, a_record, a_ticket, an_agent
from tests.engine.desk import KEY, SETTLED, Desk, made, proof, shop


def codes(desk: Desk) -> set[str]:
    return {reason.code for reason in desk.decide().reasons}


def test_a_case_without_any_objection_is_answered() -> None:
    decision = Desk().decide()
    assert (decision.mode, decision.requested) == (Mode.DEFLECT, Mode.DEFLECT)
    assert len(made(decision, Reply)) == 1
    assert decision.permission == proof(a_classification(), a_draft())


RESTRICTED = a_passage("Refunds above 500 need a manager.", source="inside", restricted=True)
AN_EMAIL = a_ticket(messages=(a_message(headers={"auto-submitted": "auto-replied"}),))

HELD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no_category", {"classification": a_classification("")}),
    ("no_category", {"classification": a_classification("unheard-of")}),
    ("low_confidence", {"classification": a_classification(p=0.79)}),
    ("requires_human", {"classification": a_classification("returns"), "configuration": shop("  default: deflect\n")}),
    ("flag_human", {"classification": a_classification(flags=frozenset({"human"}))}),
    ("flag_legal", {"classification": a_classification(flags=frozenset({"legal"}))}),
    ("flag_security", {"classification": a_classification(flags=frozenset({"security"}))}),
    ("flag_spam", {"classification": a_classification(flags=frozenset({"spam"}))}),
    ("flag_abuse", {"classification": a_classification(flags=frozenset({"abuse"}))}),
    ("flag_machine", {"classification": a_classification(flags=frozenset({"machine"}))}),
    ("flag_new", {"classification": a_classification(flags=frozenset({"new"}))}),
    ("machine_auto_reply", {"ticket": AN_EMAIL}),
    ("machine_no_reply", {"ticket": a_ticket(requester=a_person(email="noreply@b.example"))}),
    ("machine_loop", {"standing": {"own_addresses": frozenset({"ana@customer.example"})}}),
    ("machine_loop", {"ticket": a_ticket(requester=a_person(email="HELP@shop.example"))}),
    ("angry", {"classification": a_classification(sentiment=-0.51)}),
    ("vip", {"ticket": a_ticket(tags=frozenset({"vip"}))}),
    ("vip", {"ticket": a_ticket(requester=a_person(facts={"vip": True}))}),
    ("vip", {"ticket": a_ticket(requester=a_person(facts={"loyaltyTier": "Platinum"}))}),
    ("vip", {"ticket": a_ticket(requester=a_person(facts={"lifetimeValue": 10001}))}),
    ("fallback", {"standing": {"attempts": 4}}),
    (
        "not_proven",
        {"draft": a_draft(work=Work("balanceInquiry", holds=(Reason("not_proven", "No right code came."),)))},
    ),
    ("unapproved", {"configuration": replace(SETTLED, approved_only=True)}),
    ("no_source", {"draft": a_draft("")}),
    ("no_source", {"draft": a_draft(passages=())}),
    ("no_source", {"draft": a_draft(passages=(RESTRICTED,))}),
    ("restricted_source", {"draft": a_draft(passages=(a_passage(), RESTRICTED))}),
    ("budget", {"standing": {"sent": Counts(ticket=3)}}),
    ("budget", {"standing": {"sent": Counts(requester=5)}}),
    ("budget", {"standing": {"sent": Counts(domain=20)}}),
    ("day_limit", {"standing": {"today": Counts(everybody=9)}, "configuration": replace(SETTLED, answers=Most(day=9))}),
    (
        "day_limit",
        {"standing": {"today": Counts(requester=2)}, "configuration": replace(SETTLED, answers=Most(None, 2))},
    ),
    ("unsupported_reply", {"standing": {"supports": EVERY_CHANGE - {Reply}}}),
    ("no_evidence", {"standing": {"evidence": ()}}),
    ("evidence_forged", {"standing": {"evidence": (replace(proof(a_classification(), a_draft()), judged=9999),)}}),
    ("evidence_forged", {"standing": {"key": b""}}),
    ("evidence_foreign", {"standing": {"account": "bank"}}),
    ("evidence_foreign", {"standing": {"evidence": (proof(a_classification(), a_draft(), action="refund"),)}}),
    ("evidence_foreign", {"standing": {"evidence": (proof(a_classification("returns"), a_draft()),)}}),
    ("evidence_expired", {"standing": {"now": NOON + timedelta(days=400)}}),
    ("evidence_thin", {"standing": {"evidence": (proof(a_classification(), a_draft(), judged=58),)}}),
    ("evidence_outdated", {"standing": {"knowledge": "k2"}}),
    ("evidence_outdated", {"standing": {"evidence": (proof(a_classification(engine="other"), a_draft()),)}}),
    ("evidence_outdated", {"standing": {"evidence": (proof(a_classification(), a_draft(engine="other")),)}}),
    (
        "evidence_outdated",
        {"standing": {"evidence": (proof(a_classification(), a_draft(), shop("  default: deflect\n")),)}},
    ),
    ("audit_sample", {"standing": {"coin": 0.049}}),
)


@pytest.mark.parametrize(("code", "change"), HELD, ids=[f"{n}-{code}" for n, (code, _) in enumerate(HELD)])
def test_each_condition_alone_leaves_the_answer_to_a_person(code: str, change: dict[str, Any]) -> None:
    desk = Desk(**change)
    decision = desk.decide()
    assert decision.mode is Mode.ASSIST
    assert not made(decision, Reply)
    assert decision.permission is None
    assert bool(made(decision, Note)) is ("machine" not in code), "nobody is bothered with what a machine wrote"
    assert code in codes(desk)


SILENT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("stopped", {"standing": {"stopped": True}}),
    ("human_here", {"standing": {"human_took_over": True}}),
    ("closed", {"ticket": a_ticket(status=Status.CLOSED)}),
    ("nothing_asked", {"ticket": a_ticket(messages=())}),
    ("nothing_asked", {"ticket": a_ticket(messages=(a_message(), a_message(author=an_agent(), id="m2")))}),
    ("nothing_asked", {"ticket": a_ticket(messages=(a_message(), a_message(author=a_person("us", Role.US), id="m2")))}),
    ("mode_off", {"configuration": shop(**{"chatter: shadow": "order-status: off"})}),
    ("mode_off", {"configuration": shop("  default: off\n")}),
)


@pytest.mark.parametrize(("code", "change"), SILENT, ids=[f"{n}-{code}" for n, (code, _) in enumerate(SILENT)])
def test_each_of_these_alone_writes_nothing(code: str, change: dict[str, Any]) -> None:
    desk = Desk(**change)
    decision = desk.decide()
    assert (decision.mode, decision.changes) == (Mode.OFF, ())
    assert code in codes(desk)


def test_shadow_decides_and_writes_nothing() -> None:
    decision = Desk(classification=a_classification("chatter")).decide()
    assert (decision.mode, decision.requested, decision.changes) == (Mode.SHADOW, Mode.SHADOW, ())


def test_what_was_asked_for_beyond_what_is_allowed_is_kept_with_the_reason() -> None:
    decision = Desk(standing={"evidence": ()}).decide()
    assert decision.requested is Mode.DEFLECT
    assert {"mode_auto_resolve", "no_evidence", "capped"} <= {r.code for r in decision.reasons}


def test_assist_is_no_cap_where_assist_was_asked_for() -> None:
    desk = Desk(classification=a_classification("payment-issues"))
    assert desk.decide().requested is Mode.ASSIST
    assert not {"capped", "no_evidence"} & codes(desk)


def test_resolve_answers_as_deflect_does() -> None:
    desk = Desk(configuration=shop(**{"chatter: shadow": "order-status: resolve"}))
    decision = desk.decide()
    assert (decision.mode, decision.requested) == (Mode.DEFLECT, Mode.RESOLVE)


def test_at_its_threshold_a_category_is_sure_enough() -> None:
    assert Desk(classification=a_classification(p=0.8)).decide().mode is Mode.DEFLECT


def test_at_the_edge_of_the_sample_a_reply_goes_out() -> None:
    assert Desk(standing={"coin": 0.05}).decide().mode is Mode.DEFLECT


def test_a_mood_at_the_threshold_is_not_angry() -> None:
    assert Desk(classification=a_classification(sentiment=-0.5)).decide().mode is Mode.DEFLECT


def test_vips_are_nobody_special_once_that_is_switched_off() -> None:
    configuration = shop(**{"vip: {criteria": "vip: {enabled: false, criteria"})
    assert Desk(ticket=a_ticket(tags=frozenset({"vip"})), configuration=configuration).decide().mode is Mode.DEFLECT


def test_by_default_a_standing_unlocks_nothing() -> None:
    record = evidence.sign(a_record(), KEY)
    decision = Desk(standing={"evidence": (record,), "coin": 0.0}).decide()
    assert decision.mode is Mode.ASSIST


def test_a_second_label_does_not_speak() -> None:
    classification = a_classification(labels=(Label("order-status", 0.9), Label("returns", 0.1)))
    assert Desk(classification=classification).decide().mode is Mode.DEFLECT


def test_a_decision_names_what_it_was_made_on() -> None:
    decision = Desk(ticket=a_ticket("One", "Two", revision="r7")).decide()
    assert (decision.ref, decision.revision, decision.question, decision.at) == (a_ticket().ref, "r7", "m2", NOON)


def test_the_same_case_gets_the_same_id_and_a_later_one_another() -> None:
    assert Desk().decide().id == Desk().decide().id
    later = Desk(standing={"now": NOON + timedelta(microseconds=1)})
    assert later.decide().id != Desk().decide().id
    assert Desk(ticket=a_ticket(revision="r2")).decide().id != Desk().decide().id
    assert Desk(standing={"connection": "c2"}).decide().id != Desk().decide().id


def test_the_configuration_of_these_tests_is_the_one_that_evidence_is_for() -> None:
    assert shop().digest == SETTLED.digest
