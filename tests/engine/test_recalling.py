"""What became of a passage, and the note with a draft of a correction."""

import pytest

from app.engine.configuration.settled import Templates
from app.engine.phrases import phrases
from app.engine.recalling import Recall, Told, became, correction, note
from tests.builders import NOON, a_passage

PAGE = "Returns\n\nYou can return goods within 14 days of delivery.\n\nShipping is free."
OLD = a_passage("You can return goods within 30 days of delivery.")


def test_a_passage_that_changed_is_found_in_its_new_form() -> None:
    assert became(OLD, PAGE) == "You can return goods within 14 days of delivery."


def test_a_passage_that_stands_is_itself() -> None:
    assert became(a_passage("Shipping  is free."), PAGE) == "Shipping is free."


@pytest.mark.parametrize("page", ["", "Opening hours\n\nWe are open on Mondays."])
def test_a_passage_that_is_gone_is_nothing(page: str) -> None:
    assert became(OLD, page) == ""


def recall(now: str) -> Recall:
    return Recall(
        (Told("Returns", "https://help.example/returns", OLD.text, now),), "You have 30 days.", NOON, "by itself"
    )


def test_the_note_says_who_was_told_what_and_drafts_a_correction() -> None:
    found = recall(became(OLD, PAGE))
    said = note(found, "Kim", correction(found, "Ana Silva"))
    for part in (
        "Kim asks",
        "2026-03-02 12:00",
        "30 days of delivery",
        "reads now: You can return goods within 14",
        "You have 30 days.",
    ):
        assert part in said
    assert "Hello Ana," in said


def test_where_the_page_is_gone_a_person_writes_what_is_right() -> None:
    assert "not there any more" in note(recall(""), "Kim", "draft")
    assert "[what is right instead]" in correction(recall(""))


def test_only_what_changed_is_corrected() -> None:
    same = Told("Shipping", "u", "Shipping is free.", "Shipping  is free.")
    both = Recall((*recall("It is 14 days.").told, same), "x", NOON, "by itself")
    assert not same.changed
    assert "Shipping" not in correction(both)


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it", "nl", "pt"])
def test_a_correction_is_drafted_in_the_customers_language(language: str) -> None:
    said = correction(recall("It is 14 days."), "Ana Silva", f"{language}-XX")
    ours = phrases(language, Templates())
    greeting, wrong, facts, sorry = said.split("\n\n")
    assert greeting == ours.greeting.format(name="Ana")
    assert "2026-03-02" in wrong
    assert (facts, sorry) == ("It is 14 days.", ours.sorry)
    assert ("was not right" in wrong) == (language == "en")


def test_a_language_that_is_none_of_ours_is_english_and_the_accounts_own_greeting_stands() -> None:
    said = correction(recall("It is 14 days."), "Ana", "ja", Templates(greeting="Ahoy {name}!"))
    assert said.startswith("Ahoy Ana!")
    assert "was not right" in said
