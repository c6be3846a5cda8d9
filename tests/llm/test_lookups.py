"""What a model may look up besides articles: never for anybody but who is proven to ask, and nothing that writes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from app.engine.configuration import load
from app.engine.types import Draft
from app.engine.writing import HELD, written
from app.llm.author import Author
from app.llm.lookups import account, on_page, status
from app.nlp.personal import mask
from connectors.errors import Unavailable
from tests.builders import a_classification, a_passage, a_person, a_ticket
from tests.doubles.model import Play, Stage

TOOLS = "check_service_status", "get_account_info", "create_support_ticket"
SHOP = load(
    """
service: shop
classification: {categories: [{name: order-status, keywords: [order], confidence: 0.5}]}
chatbot:
  engine: gpt-4
  tools: [{name: check_service_status, description: Not for exports.}, {name: get_account_info}, {name: create_support_ticket}]
""",
    name="shop",
)
ANA = a_person(facts={"plan": "enterprise", "lifetimeValue": 12000})
INCIDENT = {"incident": "i1", "title": "Slow exports", "status": "identified", "url": "https://stspg.io/1", "text": ""}


class Shelf:
    version = "s/1"

    def search(self, query: str, *, locale: str = "", limit: int = 5) -> list[Any]:
        return [a_passage("Exports are made in the background.")]


def said(*statements: tuple[str, str]) -> str:
    told = [{"text": text, "sources": [source]} for text, source in statements]
    return json.dumps({"answerable": True, "tone": "none", "statements": told})


def drafted(author: Author, text: str = "Which plan do I have for my order?") -> Draft:
    ticket = a_ticket(text, requester=ANA)
    return written(ticket, a_classification(), SHOP, Shelf(), author)


def result(stage: Stage) -> list[str]:
    return [m["content"] for asked in stage.asked for m in asked["messages"] if m["role"] == "tool"]


def test_they_are_offered_without_arguments(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play(said(("Exports are made in the background.", "P1"))))
    drafted(author())
    tools = {tool["function"]["name"]: tool["function"]["parameters"] for tool in stage.asked[0]["tools"]}
    assert set(tools) == set(TOOLS)
    assert all(parameters["properties"] == {} for parameters in tools.values())


def test_the_accounts_own_words_about_a_tool_follow_ours(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play(said(("Exports are made in the background.", "P1"))))
    drafted(author())
    told = {tool["function"]["name"]: tool["function"]["description"] for tool in stage.asked[0]["tools"]}
    assert told["check_service_status"] == "What the public status page says is going on now. Not for exports."
    assert told["create_support_ticket"] == "Leave this ticket to a person, without an answer."


def test_the_plan_is_told_to_who_is_proven_to_ask(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play(calls=(("get_account_info", "{}"),)), Play(said(("Your plan is enterprise.", "P2"))))
    assert "Your plan is enterprise." in drafted(author()).text
    assert "12000" not in " ".join(result(stage))


def test_nobody_else_is_told_of_it() -> None:
    ticket = a_ticket("Which plan?", requester=ANA)
    assert account(ticket)
    assert account(replace(ticket, shared=True)) == []
    stranger = replace(ticket.messages[0], author=a_person("p2", email="mallory@evil.example"))
    assert account(replace(ticket, messages=(stranger,))) == []
    assert account(replace(ticket, messages=())) == []


def test_the_status_page_is_quoted(stage: Stage, gateway: Any, model: Any, payer: Any) -> None:
    writer = Author(gateway, {"draft": model, "translate": model}, payer, mask, 20.0, lambda: status([INCIDENT]))
    stage.play(
        Play(calls=(("check_service_status", "{}"),)),
        Play(said(("There is an incident: Slow exports (identified).", "P2"))),
    )
    assert "Slow exports (identified)" in drafted(writer, "Is there an incident with my order exports?").text


@pytest.mark.parametrize(
    ("incidents", "wanted"),
    [
        ([], "The status page tells of no incident at the moment."),
        (
            [INCIDENT | {"resolved_at": "2026-03-02T12:00:00+00:00"}],
            "The status page tells of no incident at the moment.",
        ),
        ([INCIDENT | {"resolved_at": None}], "There is an incident: Slow exports (identified)."),
    ],
)
def test_what_is_over_is_no_incident(incidents: list[Mapping[str, Any]], wanted: str) -> None:
    assert [passage.text for passage in status(incidents)] == [wanted]


class Page:
    def __init__(self, answer: Exception | list[Mapping[str, Any]]) -> None:
        self.answer = answer

    def run(self, name: str, arguments: Mapping[str, Any], *, approved: str = "") -> SimpleNamespace:
        assert (name, arguments, approved) == ("incidents", {}, "")
        if isinstance(self.answer, Exception):
            raise self.answer
        return SimpleNamespace(outputs={"incidents": self.answer})


@pytest.mark.parametrize("pages", [[], [Page(Unavailable("down")), Page([INCIDENT])]])
def test_where_no_page_answers_nothing_is_said_of_it(pages: list[Any]) -> None:
    assert on_page(pages) == []


def test_the_first_page_is_asked() -> None:
    pages: list[Any] = [Page([INCIDENT]), Page([])]
    assert [passage.title for passage in on_page(pages)] == ["Slow exports"]


def test_who_wants_a_person_leaves_it_to_one(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play(calls=(("create_support_ticket", "{}"),)), Play(said(("x", "P1"))))
    codes = {reason.code for reason in drafted(author()).reasons}
    assert "model_handoff" in codes & HELD
    assert len(stage.asked) == 1


@pytest.mark.parametrize("arguments", ['{"email": "other@x.example"}', "[]", "{", '{"query": "x"}'])
def test_no_argument_widens_them(stage: Stage, author: Callable[..., Author], arguments: str) -> None:
    stage.play(
        Play(calls=(("get_account_info", arguments),)), Play(said(("Exports are made in the background.", "P1")))
    )
    drafted(author())
    assert result(stage)[-1] == "Nothing was found."
