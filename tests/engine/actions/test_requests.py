"""A customer's call to the account's API: what is seen of it, what is wrong with it, and what is left to articles."""

from typing import Any

import pytest

from app.engine.actions.requests import shown
from app.engine.workflows.types import Ask, Ended
from tests.engine.actions.saas import Walk

KEY_IN_ADDRESS = "I get 401: curl https://api.tallyboard.example/v1/boards?api_key=abc"
INCIDENT = {
    "incident": "i",
    "title": "API is down",
    "status": "identified",
    "url": "https://stspg.io/i",
    "resolved_at": None,
}


def asked(text: str, *incidents: dict[str, Any]) -> Walk:
    systems = {"statuspage": ("incidents", lambda *_: {"incidents": list(incidents)})}
    return Walk(text, "api-integration", systems=systems).go()


def test_a_question_is_left_to_the_articles() -> None:
    walk = asked("How do I authenticate my API requests?")
    assert (walk.says, walk.progress.notes, walk.progress.ended) == ("", (), Ended.DONE)
    assert walk.calls == []


def test_a_key_in_the_address_is_said_with_an_example() -> None:
    walk = asked(KEY_IN_ADDRESS)
    assert "Send it in the Authorization header" in walk.says
    assert "curl -H 'Authorization: Bearer YOUR_API_KEY'" in walk.says
    assert "abc" not in walk.says
    assert "tallyboard" not in walk.says


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("requests.get('https://api.x.example/v1/a', headers={'Authorization': 'Basic x'}) gives 401", "in Python"),
        ("fetch('https://api.x.example/v1/a', {headers: {Authorization: 'Token x'}}) answers 401", "in JavaScript"),
        ("curl -X POST https://api.x.example/v1/a answers 429", "Retry-After"),
        ("GET https://api.x.example/v1/a returns 403", "scope"),
        ("curl https://api.x.example/boards -H 'Authorization: Bearer x' gives 404", "version of the API"),
        ("""curl https://api.x.example/v1/a -d '{"a": 1,}' answers 422""", "has to be JSON"),
        ("I send the key as a parameter and always get 401", "Authorization header"),
    ],
)
def test_each_fault_has_its_sentence(text: str, words: str) -> None:
    assert words in asked(text).says


def test_a_service_in_trouble_is_not_the_customers_fault() -> None:
    walk = asked(KEY_IN_ADDRESS, INCIDENT)
    assert "API is down" in walk.says
    assert "Authorization" not in walk.says


def test_a_failure_of_the_service_is_for_people() -> None:
    walk = asked("GET https://api.x.example/v1/a returns 500")
    assert walk.says == ""
    assert "The service itself failed: engineering has to look." in walk.progress.notes


def test_a_failure_that_nobody_has_shown_is_asked_about_twice_at_most() -> None:
    walk = asked("The API integration fails")
    assert isinstance(walk.progress.waiting, Ask)
    assert "the request (without your key)" in walk.says
    walk.hear("it just fails").hear("please help")
    assert walk.progress.ended is Ended.DONE
    assert walk.progress.waiting is None


@pytest.mark.parametrize("text", ["", "401", "```\n{" * 300, "https://" * 500, "-d '" * 300, "Authorization:" * 300])
def test_any_text_is_read_in_the_end(text: str) -> None:
    assert shown(text).status in (None, 401)
