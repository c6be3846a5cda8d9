"""What is quoted, what is never quoted, and honesty where nothing answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.configuration import load
from app.engine.draft import MOST_CHARACTERS, draft
from app.engine.ports import Way
from app.engine.types import Draft, Passage
from tests.builders import a_classification, a_passage, a_person, a_ticket

PLAIN = "service: shop\nclassification: {categories: [{name: order-status}, {name: quiet, knowledgeBase: false}]}\n"
INSIDE = a_passage(
    "Agents may refund up to 500 without asking.", source="inside", title="Limits", restricted=True, url=""
)


@dataclass
class Shelf:
    """Knowledge that always finds the same passages, and remembers what it was asked."""

    found: Sequence[Passage] = (a_passage(),)
    version: str = "k1"
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def search(self, query: str, *, locale: str = "", limit: int = 5) -> Sequence[Passage]:
        """The same as ever."""
        self.asked.append((query, locale, limit))
        return self.found[:limit]


def drafted(
    *passages: Passage, more: str = "", ticket: Any = None, category: str = "order-status", **judged: Any
) -> Draft:
    configuration = load(PLAIN + more, name="shop.yaml")
    return draft(ticket or a_ticket(), a_classification(category, **judged), configuration, Shelf(passages))


def test_the_best_page_is_quoted_with_its_source_and_a_few_words_around() -> None:
    made = drafted(a_passage(), a_passage(source="second"))
    assert made.text == (
        "Hello Ana,\n\nOpen Your orders to see where a parcel is.\n\n"
        "Source: [Track a parcel](https://help.example/track)\n\nKind regards"
    )
    assert made.passages == (a_passage(),)


def test_templates_and_the_customers_name() -> None:
    templates = "templates: {greeting: 'Olá {name}!', closing: ''}\n"
    assert drafted(a_passage(), more=templates).text.startswith("Olá Ana!\n\n")
    assert not drafted(a_passage(), more=templates).text.endswith("\n")


@pytest.mark.parametrize("name", ["", "   ", "[click](https://evil.example)", "ana@customer.example", "4111", "x" * 31])
def test_a_name_that_is_none_is_not_said(name: str) -> None:
    assert drafted(a_passage(), ticket=a_ticket(requester=a_person(name=name))).text.startswith("Hello,\n")


@pytest.mark.parametrize("name", ["José", "O'Brien", "Anne-Marie", "山田"])
def test_names_of_many_kinds_are_said(name: str) -> None:
    assert drafted(a_passage(), ticket=a_ticket(requester=a_person(name=name))).text.startswith(f"Hello {name},\n")


def test_an_internal_page_never_reaches_the_text() -> None:
    made = drafted(INSIDE, a_passage())
    assert "500" not in made.text
    assert "Limits" not in made.text
    assert made.passages == (a_passage(), INSIDE)


def test_with_internal_pages_alone_nothing_is_said() -> None:
    made = drafted(INSIDE)
    assert (made.text, made.passages) == ("", (INSIDE,))
    assert [r.code for r in made.reasons] == ["restricted_source"]


def test_with_no_page_at_all_that_is_said() -> None:
    made = drafted()
    assert (made.text, made.passages, [r.code for r in made.reasons]) == ("", (), ["no_source"])


@pytest.mark.parametrize(
    ("category", "more"),
    [("quiet", ""), ("order-status", "knowledge: {enabled: false}\n")],
    ids=["category", "account"],
)
def test_where_knowledge_is_off_nothing_is_looked_up(category: str, more: str) -> None:
    shelf = Shelf()
    made = draft(a_ticket(), a_classification(category), load(PLAIN + more, name="shop.yaml"), shelf)
    assert (made.text, [r.code for r in made.reasons], shelf.asked) == ("", ["knowledge_off"], [])


@pytest.mark.parametrize("flag", ["machine", "spam"])
def test_nothing_is_drafted_for_machines(flag: str) -> None:
    assert drafted(a_passage(), flags=frozenset({flag})).text == ""


def test_the_newest_question_is_looked_up_in_the_customers_language() -> None:
    shelf = Shelf()
    ticket = a_ticket("First", "Second " * 400, subject="About this", requester=a_person(locale="pt-PT"))
    draft(ticket, a_classification(), load(PLAIN + "knowledge: {passages: 2}\n", name="a"), shelf)
    query, locale, limit = shelf.asked[0]
    assert query.startswith("About this\nSecond")
    assert "First" not in query
    assert (len(query), locale, limit) == (1000, "pt-PT", 2)


STEPS = "1. Open the app.\n2. Choose Orders.\n3. Press Track."
FILLER = "We are a shop with a long history and many stories. " * 12


def test_of_a_long_page_the_part_that_answers_is_quoted_with_its_steps_whole() -> None:
    page = f"{FILLER}\n\n{FILLER}\n\nTo track where your order is:\n\n{STEPS}\n\n{FILLER}\n\n{FILLER}"
    text = drafted(a_passage(page)).text
    assert f"To track where your order is:\n\n{STEPS}" in text
    assert len(text) < MOST_CHARACTERS + 200


def test_steps_with_blank_lines_between_them_stay_together() -> None:
    page = f"{FILLER}\n\n{FILLER}\n\nTrack an order:\n\n1. Open the app.\n\n2. Choose Orders.\n\n{FILLER}{FILLER}"
    assert "1. Open the app.\n2. Choose Orders." in drafted(a_passage(page)).text


def test_of_a_long_page_that_answers_nothing_nothing_is_quoted() -> None:
    made = drafted(a_passage(FILLER * 4))
    assert made.text == ""
    assert [r.code for r in made.reasons] == ["no_source"]


def test_a_part_too_long_to_quote_whole_is_not_quoted_in_half() -> None:
    assert drafted(a_passage("1. Order\n" + "2. order " * 300)).text == ""


SECRET = "My card 4111 1111 1111 1111 and my password hunter2"


def test_what_the_customer_wrote_is_not_repeated() -> None:
    ticket = a_ticket(SECRET, subject=SECRET)
    made = drafted(a_passage("Pay by card."), ticket=ticket)
    assert "4111" not in made.text
    assert "hunter2" not in made.text


@given(st.text(max_size=3000), st.text(max_size=200))
def test_every_line_of_a_draft_stands_in_the_page_or_the_templates(page: str, question: str) -> None:
    ticket = a_ticket(f"order {question}", requester=a_person(name=""))
    made = drafted(a_passage(page), ticket=ticket)
    flat = " ".join(page.split())
    around = {"Hello,", "Kind regards", "Source: [Track a parcel](https://help.example/track)", ""}
    said = [line for line in made.text.split("\n") if line not in around]
    assert all(" ".join(line.split()) in flat for line in said)
    assert sum(map(len, said)) <= MOST_CHARACTERS


GERMAN = a_passage("Ein Paket braucht drei Tage.", title="Paket", locale="de", source="g1")
RELATED = "autoResponse: {orderStatus: {response: {includeRelatedArticles: 2, format: step-by-step}}}\n"


def test_a_page_in_the_customers_language_comes_with_words_of_that_language() -> None:
    text = drafted(GERMAN, language="de").text
    assert text == (
        "Hallo Ana,\n\nEin Paket braucht drei Tage.\n\nQuelle: [Paket](https://help.example/track)\n\nFreundliche Grüße"
    )


def test_the_accounts_own_words_stay_in_any_language() -> None:
    text = drafted(GERMAN, language="de", more="templates: {greeting: 'Moin {name}', closing: Tschüs}\n").text
    assert text.startswith("Moin Ana\n\n")
    assert text.endswith("Tschüs")


def test_a_page_in_another_language_is_for_the_note_alone() -> None:
    made = drafted(GERMAN, language="fr")
    assert (made.text, made.passages, [r.code for r in made.reasons]) == ("", (GERMAN,), ["foreign_language"])


def test_a_page_in_the_customers_language_goes_before_a_better_one_in_another() -> None:
    french = a_passage("Un colis met trois jours.", title="Colis", locale="fr-FR", source="f1", score=0.6)
    assert drafted(GERMAN, french, language="fr").passages == (french,)


def test_the_language_that_was_read_counts_more_than_the_profile() -> None:
    ticket = a_ticket(requester=a_person(locale="fr-FR"))
    assert drafted(GERMAN, ticket=ticket, language="de").text
    assert not drafted(GERMAN, ticket=ticket).text


def test_related_articles_are_public_others_and_readable() -> None:
    others = [a_passage("x", source=f"r{n}", title=f"More {n}", url=f"https://help.example/{n}") for n in range(4)]
    made = drafted(a_passage(), INSIDE, *others, more=RELATED)
    assert made.text.count("\n- [") == 2
    assert "Related articles:\n- [More 0](https://help.example/0)\n- [More 1]" in made.text
    assert "Limits" not in made.text
    assert made.passages == (a_passage(), INSIDE)
    foreign = a_passage("x", source="d", title="Fremd", url="https://help.example/d", locale="de")
    assert "Related" not in drafted(a_passage(locale="en"), foreign, more=RELATED, language="en").text


def test_knowledge_is_looked_up_as_its_category_wants() -> None:
    text = PLAIN + "autoResponse: {orderStatus: {knowledgeBase: {source: guides, vectorSearch: false}}}\n"
    ways: list[Way] = []

    class Steerable(Shelf):
        def by(self, way: Way) -> Shelf:
            ways.append(way)
            return self

    for category in ("order-status", "quiet", ""):
        draft(a_ticket(), a_classification(category), load(text, name="shop.yaml"), Steerable())
    assert ways == [Way("guides", vectors=False)]
    assert drafted(a_passage()).text


def test_similar_pages_are_linked_where_they_are_wanted_and_nobody_says_how_many() -> None:
    wanted = "autoResponse: {orderStatus: {knowledgeBase: {includeSimilarProducts: true}}}\n"
    others = [a_passage("x", source=f"o{n}", title=f"Other {n}", url=f"https://help.example/{n}") for n in range(8)]
    assert drafted(a_passage(), *others, more=wanted).text.count("\n- [") == 3
    assert "\n- [" not in drafted(a_passage(), *others, more=wanted.replace("true", "false")).text


def test_steps_are_numbered_where_the_configuration_wants_steps() -> None:
    page = a_passage("To track it:\n- Open the app.\n- Press Track.\n\nThat is all.\n\n* Again.")
    assert (
        "To track it:\n\n1. Open the app.\n2. Press Track.\n\nThat is all.\n\n1. Again."
        in drafted(page, more=RELATED).text
    )
    assert "- Open the app.\n- Press Track." in drafted(page).text
