"""A writer's whole way over real HTTP: asked, checked, repaired once, else the quotation, always with what it cost."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.engine.configuration import load
from app.engine.types import Cost, Draft, Passage
from app.engine.writing import written
from app.llm.author import CHECK, Author
from app.llm.prompts import persona, prompt
from connectors.types import Message
from tests.builders import a_classification, a_message, a_passage, a_ticket, an_agent
from tests.doubles.model import Play, Stage, said
from tests.engine.test_draft import Shelf

TEXT = """
service: shop
classification: {categories: [{name: order-status}]}
chatbot: {engine: gpt-4, personality: PERSONA, systemPrompt: Say little., contextWindow: 2, temperature: 0.7, tools: [TOOLS]}
"""
TRACK = a_passage("Open the app and choose Your orders. A parcel takes 3 to 5 days.", title="Track a parcel")
SHIP = a_passage(
    "A parcel to Norway takes 9 days.", source="article-2", title="Norway", url="https://help.example/norway"
)
GERMAN = a_passage("Ein Paket braucht 3 Tage. Mehr auf https://help.example/de.", title="Paket", locale="de")
GOOD = said(("A parcel takes 3 to 5 days.", "P1"), tone="sorry")
BAD = said(("A parcel takes 2 days.", "P1"))


def drafted(author: Author, *passages: Passage, text: str = TEXT, messages: Any = None, **judged: Any) -> Draft:
    configuration = load(
        text.replace("PERSONA", "friendly-helpful").replace("TOOLS", "{name: search_documentation}"), name="a"
    )
    ticket = a_ticket("When does my parcel come?") if messages is None else replace(a_ticket(), messages=messages)
    return written(ticket, a_classification(**judged), configuration, Shelf(passages or (TRACK,)), author)


def test_a_good_answer_is_told_with_its_source(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play(GOOD))
    made = drafted(author())
    assert made.text == (
        "Hello Ana,\n\nSorry for the trouble.\n\nA parcel takes 3 to 5 days.\n\n"
        "Source: [Track a parcel](https://help.example/track)\n\nKind regards"
    )
    assert [r.code for r in made.reasons] == ["source"]
    assert made.passages == (TRACK,)
    assert made.cost == Cost("gpt-4", 1, 100, 20, 360)


def test_the_writer_names_model_prompts_and_check(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play(GOOD, model="gpt-4-0613"))
    names = (prompt("draft").name, persona("friendly-helpful").name)
    assert drafted(author()).engine == "/".join(("model", "gpt-4-0613", *names, CHECK))


def test_a_wrong_answer_is_repaired_once_with_the_reasons(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play(BAD), Play(GOOD))
    made = drafted(author())
    assert "3 to 5 days" in made.text
    assert made.cost == Cost("gpt-4", 2, 200, 40, 720)
    last = stage.asked[1]["messages"][-1]["content"]
    assert "statement 1: It names an amount" in last
    assert "2 days" not in last


def test_after_a_second_wrong_answer_the_quotation_goes_to_a_person(
    stage: Stage, author: Callable[..., Author]
) -> None:
    stage.play(Play(BAD))
    made = drafted(author())
    assert len(stage.asked) == 2
    assert "Open the app and choose Your orders." in made.text
    assert made.engine == "extract/2"
    assert [r.code for r in made.reasons] == ["source", "claims_refused"]
    assert made.cost == Cost("gpt-4", 2, 200, 40, 720)


@pytest.mark.parametrize(
    ("play", "code"),
    [
        (Play(said(answerable=False)), "model_unanswered"),
        (Play("no json"), "model_garbled"),
        (Play(refusal="no"), "model_declined"),
        (Play(status=401), "model_denied"),
        (Play(status=500), "model_down"),
        (Play(GOOD, cut=True), "model_down"),
        (Play(status=429, headers={"retry-after": "99"}), "model_busy"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_failure_ends_in_the_quotation(
    stage: Stage, author: Callable[..., Author], play: Play, code: str
) -> None:
    stage.play(play)
    made = drafted(author())
    assert (made.engine, made.reasons[-1].code) == ("extract/2", code)
    assert made.text.startswith("Hello Ana,\n\nOpen the app")


@pytest.mark.parametrize("play", [Play(hang=True), Play(drip=True)], ids=["hang", "drip"])
def test_a_provider_that_never_answers_costs_the_time_it_was_given(
    stage: Stage, author: Callable[..., Author], play: Play
) -> None:
    stage.play(play)
    begun = time.monotonic()
    made = drafted(author(1.5))
    assert time.monotonic() - begun < 20
    assert made.reasons[-1].code in {"model_late", "model_down"}
    assert "Open the app" in made.text


def test_what_it_reads(stage: Stage, author: Callable[..., Author]) -> None:
    note = a_message("An internal remark.", id="m3", public=False, author=an_agent())
    said_before: tuple[Message, ...] = (
        a_message("The very first message.", id="m1"),
        a_message("A word of the team.", id="m2", author=an_agent()),
        note,
        a_message("When does my parcel come?", id="m4"),
    )
    stage.play(Play(GOOD))
    drafted(author(), messages=said_before, language="de")
    asked = stage.asked[0]
    system, user = (m["content"] for m in asked["messages"])
    assert system.startswith(prompt("draft").text)
    assert persona("friendly-helpful").text in system
    assert system.index(prompt("draft").text) < system.index("Say little.")
    assert "German" in system
    assert asked["temperature"] == 0.7
    assert "P1:\n| Track a parcel\n| Open the app" in user
    assert "Team:\n| A word of the team.\n\nCustomer:\n| When does my parcel come?" in user
    assert "very first" not in user
    assert "internal remark" not in user


def test_an_unknown_voice_is_the_plain_one(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play(GOOD))
    made = drafted(author(), text=TEXT.replace("PERSONA", "pirate"))
    assert persona("plain").name in made.engine
    assert persona("../secrets") == persona("plain")


def test_what_it_looks_up_can_be_cited(stage: Stage, author: Callable[..., Author]) -> None:
    class Library(Shelf):
        def search(self, query: str, *, locale: str = "", limit: int = 5) -> Any:
            """Norway when asked for it."""
            self.asked.append((query, locale, limit))
            return [SHIP, TRACK] if "Norway" in query else [TRACK]

    stage.play(
        Play(calls=(("search_documentation", '{"query": "Norway [EMAIL_1]"}'),)),
        Play(said(("A parcel to Norway takes 9 days.", "P2"))),
    )
    shelf = Library()
    configuration = load(TEXT.replace("TOOLS", "{name: search_documentation}"), name="a")
    made = written(a_ticket("Mail me: ana@private.example"), a_classification(), configuration, shelf, author())
    assert "A parcel to Norway takes 9 days." in made.text
    assert made.passages == (SHIP,)
    result = stage.asked[1]["messages"][-1]
    assert (result["role"], result["tool_call_id"]) == ("tool", "call-0")
    assert result["content"] == "P2:\n| Norway\n| A parcel to Norway takes 9 days."
    assert shelf.asked[1][0] == "Norway ana@private.example"
    assert made.cost is not None
    assert made.cost.calls == 2


def test_a_foreign_source_is_translated_for_a_person_to_read(stage: Stage, author: Callable[..., Author]) -> None:
    stage.play(Play('{"text": "A parcel takes 3 days. More at https://help.example/de."}'))
    made = drafted(author(), GERMAN, language="en")
    assert made.text.startswith("Hello Ana,\n\nA parcel takes 3 days. More at")
    assert [r.code for r in made.reasons] == ["source", "translated"]
    assert stage.asked[0]["messages"][1]["content"].startswith("| Ein Paket")
    assert "English" in stage.asked[0]["messages"][0]["content"]
    assert prompt("translate").name in made.engine


@pytest.mark.parametrize(
    "text",
    ["A parcel takes 2 days. More at https://help.example/de.", "A parcel takes 3 days. https://evil.example", "", "3"],
)
def test_a_translation_that_changes_something_is_not_used(
    stage: Stage, author: Callable[..., Author], text: str
) -> None:
    stage.play(Play(f'{{"text": "{text}"}}'))
    made = drafted(author(), GERMAN, language="en")
    assert (made.text, [r.code for r in made.reasons]) == ("", ["foreign_language", "claims_refused"])


def test_nothing_is_asked_where_nothing_was_found(stage: Stage, author: Callable[..., Author]) -> None:
    configuration = load(TEXT.replace("TOOLS", "{name: x}"), name="a")
    made = written(a_ticket(), a_classification(), configuration, Shelf(()), author())
    assert (made.text, made.cost, stage.asked) == ("", None, [])


BLOBS = [
    "",
    "\U0001f600",
    "A" * 100_000,
    "\u202e\u200b\u0645\u0631\u062d\u0628\u0627",
    "QUJD" * 5000,
    "\ud7ff\x00\x1b[2J",
    "> quoted\n" * 9000,
]


@pytest.mark.parametrize("text", BLOBS, ids=range(len(BLOBS)))
def test_whatever_a_customer_writes_is_asked_in_bounds(stage: Stage, author: Callable[..., Author], text: str) -> None:
    stage.play(Play(said(answerable=False)))
    made = drafted(author(), messages=(a_message(text),))
    assert made.reasons[-1].code == "model_unanswered"
    assert len(stage.raw[0]) < 40_000
