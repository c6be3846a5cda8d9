"""A person is one word away, in every flow and in every language: nothing more is asked, said or done by itself then."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.db import memories, runs
from app.engine.classify import KeywordClassifier
from app.engine.phrases import PHRASES
from app.engine.ports import Classifier
from app.engine.types import Classification
from app.engine.workflows.types import Prove
from app.nlp.entities import entities
from app.nlp.flags import flags
from connectors.types import Ticket
from tests.builders import NOON
from tests.flows.played import VENDORS
from tests.flows.stage import Settled, Stage
from tests.flows.store import an_order, delivered
from tests.jobs.workflows import CONFIGURATION, Play

WORDS = {
    "en": "Human",
    "de": "Ich möchte mit einem Menschen sprechen.",
    "es": "Quiero hablar con una persona",
    "fr": "Je voudrais parler à quelqu\u2019un, s'il vous plaît",
    "it": "Vorrei parlare con un operatore",
    "nl": "Kan ik een medewerker spreken?",
    "pt": "Quero falar com uma pessoa",
}
GUIDED = """
guides:
  lamp:
    {title: The lamp is dark, category: lamps, start: plugged, steps: {
      plugged: {ask: "Is it plugged in?", answers: {"yes": fine, "no": plug}}, plug: {say: Please plug it in.}, fine: {human: true}}}
"""
PROVED = """
  balanceInquiry:
    authentication: {methods: [email-otp], required: true}
    workflow: [{action: verify-identity, methods: [2fa]}, {action: fetch-account-data, api: core-banking}]
"""
TEXT = (
    CONFIGURATION.replace(
        "autoResponse:",
        "    - {name: lamps, keywords: [lamp], confidence: 0.5, autoResolve: true}\n"
        "    - {name: balance-inquiry, keywords: [balance], confidence: 0.5, autoResolve: true}\nautoResponse:",
    ).replace("chatbot:", PROVED.strip("\n") + "\nchatbot:")
    + GUIDED
)
TWO = [{"id": f"i{n}", "title": f"pillow {n}", "quantity": 1, "price": 100, "returnable": True} for n in (1, 2)]
ORDERS = (
    an_order("12345"),
    delivered("12346"),
    an_order("12347", status="processing", shipped_at=None),
    delivered("12348", items=TWO),
)
FLOWS = {
    "an answer": "Where is my order #12345?",
    "the order's number": "Where is it? I have no tracking.",
    "the new address": "Can I change the address of order #12347?",
    "a yes to cancel": "Where is my order #12347? Please cancel that order.",
    "the items to return": "I want to return something of order #12348",
    "an approval": "I'd like to return the blue sweater, #12346",
    "a guide's question": "My lamp is dark.",
    "a code": "What is my balance?",
}


class Spoken(KeywordClassifier):
    """Keywords, and what the language engine hears beside them."""

    def classify(self, ticket: Ticket) -> Classification:
        text = ticket.question.text if ticket.question else ""
        judged = super().classify(ticket)
        return replace(judged, entities=entities(text, NOON), flags=judged.flags | flags(text))


class Heard(Settled):
    """With such a classifier, and mail to send codes by."""

    def classifier(self, account_id: str) -> Classifier:
        return Spoken(self.configuration(account_id))


@pytest.fixture(scope="module")
def counter() -> Iterator[Play]:
    """One account; every story in it is another customer's."""
    stage = Stage(services=Heard)
    stage.services.settings = replace(stage.services.settings, smtp_url="smtp://127.0.0.1:9")
    play = Play(stage, *ORDERS, mode="deflect", text=TEXT)
    play.prove()
    yield play
    stage.database.dispose()
    VENDORS.clear()


def begun(play: Play, flow: str) -> Any:
    """A new ticket in which the flow has come to where it waits, an hour after the one before; what it waits for."""
    play.stage.pass_time(3_700)
    with play.stage.database.session() as session:
        memories.forget(session, play.stage.time)
    play.ticket = ""
    play.writes(FLOWS[flow])
    with play.stage.database.reading() as session:
        found = runs.of_ticket(session, play.id)
    assert found, "the flow has not begun"
    return found[-1].progress


def every() -> list[Any]:
    """Each flow in each language; in every run each flow in one, and each language in one flow."""
    return [
        pytest.param(flow, language, marks=() if (m - n) % len(PHRASES) == 0 else pytest.mark.slow)
        for m, flow in enumerate(FLOWS)
        for n, language in enumerate(PHRASES)
    ]


@pytest.mark.parametrize(("flow", "language"), every())
def test_one_word_ends_every_flow_with_a_person(counter: Play, flow: str, language: str) -> None:
    begun(counter, flow)
    said = len(counter.replies)
    counter.writes(WORDS[language])
    assert len(counter.replies) == said
    assert "open" not in counter.ends
    assert counter.decision.permission is None
    assert {"flag_human", "asked_for_person"} & {reason.code for reason in counter.decision.reasons}
    assert "person" in counter.notes[-1].text


def test_the_flows_wait_for_what_they_are_named_after(counter: Play) -> None:
    waiting = {flow: begun(counter, flow).waiting for flow in FLOWS}
    asked = {flow: getattr(one, "slots", ()) for flow, one in waiting.items()}
    assert asked["the order's number"] == ("number",)
    assert asked["the new address"] == ("address",)
    assert asked["a guide's question"] == ("plugged",)
    assert asked["the items to return"] == ("item",)
    assert asked["a yes to cancel"] in (("confirm",), ("reason",))
    assert isinstance(waiting["a code"], Prove)


@pytest.mark.parametrize("flow", ["an answer", "the order's number", "the new address"])
def test_every_message_that_is_sent_offers_a_person(counter: Play, flow: str) -> None:
    begun(counter, flow)
    assert counter.replies
    for reply in counter.replies:
        assert "human" in reply.text
        assert "human" in reply.buttons
