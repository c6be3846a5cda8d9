"""An account's own messages in its configuration: read over the shipped ones, or refused with the place and what would be right."""

import pytest

from app.engine.configuration import ConfigurationError, State, load, report
from app.engine.templates import NotFilled

BASE = """
service: Shop
classification: {categories: [{name: order-status, keywords: [order]}]}
"""


def settled(more: str = ""):
    return load(BASE + more, name="shop.yaml")


def problem(more: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        settled(more)
    return str(caught.value)


def test_own_messages_stand_beside_the_sentences_and_go_over_the_shipped_ones():
    known = settled("""
templates:
  greeting: Hi
  order-status-template: "Nr {{ number }}"
  pack: {text: Pack it., sms: Pack, attach: [label], languages: {de: Packen., fr: {text: Emballez., sms: E}},
         media: [{type: video, title: How, url: "https://shop.example/v"}]}
""")
    assert known.templates.greeting == "Hi"
    assert known.shelf.fill("order-status-template", {"number": 1}).text == "Nr 1"
    assert known.shelf.fill("pack", {}, channel="sms").text == "Pack\n\n[How](https://shop.example/v)"
    assert known.shelf.fill("pack", {}, language="fr", channel="mail").text.startswith("Emballez.")
    assert known.shelf.fill("return-instructions", {"number": 1, "carrier": "USPS", "return_number": "R"}).attach
    states = {line.path: line.state for line in report(known)}
    assert {state for path, state in states.items() if path.startswith("templates.")} == {State.WORKS}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("templates: {pack: '{{ x() }}'}", "templates.pack: (line 1 of its text) call is not allowed"),
        ("templates: {pack: {languages: {de: '{% if %}'}}}", "templates.pack: (line 1 of its text) cannot be read"),
        ("templates: {pack: {attach: [label]}}", "templates.pack: says nothing"),
        ("templates: {pack: {txt: a}}", "templates.pack.txt: is no setting"),
        ("templates: {pack: {text: a, media: [{title: a, url: 'ftp://x'}]}}", "templates.pack.media[0].url"),
        (
            "autoResponse: {orderStatus: {workflow: [{action: respondWithStatus, template: order-status-templat}]}}",
            "'order-status-templat' is no template",
        ),
    ],
)
def test_a_message_that_cannot_be_used_is_named_with_what_is_wrong(more, says):
    assert says in problem(more)


@pytest.mark.parametrize(
    ("more", "only"),
    [
        ("", False),
        ("chatbot: {compliance: {noPII: true}}", False),
        ("chatbot: {compliance: {approved Responses: required}}", True),
        ("chatbot: {compliance: {approved Responses: reqired}}", True),
        ("chatbot: {compliance: {approved Responses: optional}}", False),
    ],
)
def test_a_regulated_account_says_so(more, only):
    assert settled(more).approved_only is only


def test_a_field_that_is_not_there_is_said_by_name():
    with pytest.raises(NotFilled, match="needs the field number"):
        settled("templates: {a: 'Nr {{ number }}'}").shelf.fill("a", {})
