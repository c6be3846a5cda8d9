"""Handing over: what the customer could be told, that it is never sent by itself, and silence until it is handed back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.engine import policy
from app.engine.bounds import says_changed, says_paid, tells
from app.engine.fields import RESUME_TAG
from app.engine.handoff import prepared
from app.engine.robbed import CAREFUL
from app.engine.standing import Case
from app.engine.types import Draft, Mode
from connectors.types import Note, Reply
from tests.builders import NOON, a_classification, a_draft, a_message, a_person, a_ticket, an_agent, an_approval
from tests.engine.desk import SETTLED, Desk, made, standing
from tests.engine.test_escalation import GUARDED, NIGHT

WANTS_A_PERSON = a_classification(flags=frozenset({"human"}))
UPSET = a_classification(sentiment=-0.9)
EMPTY = a_draft("", passages=())


def told(classification: Any = WANTS_A_PERSON, draft: Draft | None = None, **known: Any) -> Draft:
    configuration, ticket = known.pop("configuration", SETTLED), known.pop("ticket", a_ticket())
    return prepared(Case(ticket, classification, draft or a_draft(), configuration, standing(**known)))


def test_who_asks_for_a_person_can_be_told_who_answers_by_when() -> None:
    draft = told()
    assert draft.text.startswith("Hello Ana,") or draft.text.startswith("Hi Ana,"), draft.text
    assert "A member of our team will answer you personally by Tuesday, 03 March, 12:00 (UTC)." in draft.text
    assert "Open Your orders" not in draft.text
    assert draft.until == NOON + timedelta(hours=24)


def test_who_may_be_robbed_is_told_what_to_do_until_then() -> None:
    robbed = a_classification("fraud-report", flags=frozenset({"human"}), language="de")
    assert CAREFUL["de"] in told(robbed).text
    assert CAREFUL["de"] not in told(a_classification(flags=frozenset({"human"}), language="de")).text


@pytest.mark.parametrize("words", CAREFUL.values())
def test_these_words_pass_every_limit(words: str) -> None:
    assert not (says_changed(words) or says_paid(words) or tells(words))


def test_an_article_that_answers_stays_the_draft_for_the_upset() -> None:
    assert told(UPSET) == a_draft()
    assert "by Monday, 02 March, 16:00" in told(UPSET, EMPTY).text


def test_an_ordinary_question_keeps_its_draft() -> None:
    assert told(a_classification()) == a_draft()
    assert told(a_classification(), EMPTY) == EMPTY


def test_nothing_is_said_of_a_time_that_is_over_or_was_never_promised() -> None:
    late = told(now=NOON + timedelta(hours=25))
    assert (late.text, late.until) == ("", None)


def test_outside_hours_the_accounts_own_words_come_first() -> None:
    night = a_ticket(messages=(a_message(at=NIGHT),))
    said = told(configuration=GUARDED, ticket=night, now=NIGHT).text
    assert "We answer within one business hour.\n\nThank you for your message. A member" in said


def test_the_sentence_is_in_the_customers_language_with_a_time_in_digits() -> None:
    said = told(a_classification(flags=frozenset({"human"}), language="de")).text
    assert said.startswith("Hallo Ana,")
    assert "antwortet Ihnen persönlich bis 2026-03-03, 12:00 (UTC)." in said


def test_it_is_never_sent_without_a_person() -> None:
    desk = Desk(classification=WANTS_A_PERSON, draft=told())
    decision = desk.decide()
    assert decision.mode is Mode.ASSIST
    assert not made(decision, Reply)
    assert made(decision, Note)[0].buttons == ("share", "acknowledge", "resume")


def released(seconds: float) -> Any:
    desk = Desk(classification=WANTS_A_PERSON, draft=told())
    decision = desk.decide()
    then = standing(now=NOON + timedelta(seconds=seconds))
    return policy.release(decision, desk.draft, an_approval(decision.id), an_agent(), desk.ticket, then)


def test_a_person_shares_it_while_it_is_true_and_not_a_second_longer() -> None:
    assert "by Tuesday, 03 March, 12:00" in made(released(24 * 3600 - 1), Reply)[0].text
    with pytest.raises(policy.NotReleased) as refusal:
        released(24 * 3600)
    assert refusal.value.reason.code == "overdue"


# --- silence until it is handed back ------------------------------------------------------------------------


def later(**known: Any) -> Any:
    """The customer asks something ordinary an hour after having asked for a person."""
    before = Desk(classification=WANTS_A_PERSON).decide()
    ticket = known.pop("ticket", a_ticket())
    return Desk(ticket=ticket, standing={"previous": before, "now": NOON + timedelta(hours=1), **known}).decide()


def test_after_a_handoff_nothing_is_sent_automatically() -> None:
    decision = later()
    assert decision.mode is Mode.ASSIST
    assert "handed_over" in [reason.code for reason in decision.reasons]
    assert not made(decision, Reply)


def test_the_silence_is_passed_on_from_decision_to_decision() -> None:
    assert not made(later(previous=later()), Reply)


def test_a_button_or_the_tag_hands_it_back() -> None:
    assert made(later(handed_back_at=NOON + timedelta(minutes=30)), Reply)
    assert made(later(ticket=a_ticket(tags=frozenset({RESUME_TAG}))), Reply)
    assert not made(later(handed_back_at=NOON - timedelta(minutes=30)), Reply)


def test_a_decision_that_was_only_unsure_is_no_handoff() -> None:
    unsure = Desk(classification=a_classification(p=0.6)).decide()
    assert made(Desk(standing={"previous": unsure}).decide(), Reply)


def test_a_person_without_a_plain_name_is_greeted_without_one() -> None:
    said = told(ticket=a_ticket(requester=a_person(name="<b>x</b>"))).text
    assert "<b>" not in said


def test_what_is_shared_before_the_gate_is_what_the_note_shows() -> None:
    draft = told()
    note = made(Desk(classification=WANTS_A_PERSON, draft=draft).decide(), Note)[0].text
    assert f"**Draft**\n\n{draft.text}" in note
    assert "**What to send:** the draft below, which says what happens next; then your own words" in note
    assert replace(draft, until=None) != draft
