"""What is found among an account's articles, by words alone and by meaning too, and what is found missing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.db import articles, passages
from app.db.database import Database
from app.engine.ports import Way
from app.kb import index
from app.kb.embedding import Encoder, embed
from app.kb.index import RAREST, HybridIndex, _rarest
from tests.builders import NOON, an_article

PAGES = (
    an_article(
        "Open Your orders and choose the parcel. The carrier's page shows where it is.",
        id="track",
        title="Track your order",
    ),
    an_article(
        "You can return an item within 30 days. Print the label and hand the parcel in.",
        id="return",
        title="Return an item",
        url="https://help.example/return",
    ),
    an_article(
        "Choose Forgot password on the sign-in page. We mail you a link.",
        id="password",
        title="Reset your password",
        url="https://help.example/password",
    ),
    an_article("Refunds above 500 need a manager.", id="inside", title="Refund limits for agents", restricted=True),
)


@pytest.fixture
def shop(database: Database) -> Database:
    with database.session() as session:
        articles.upsert(session, "shop", "shop-desk", PAGES)
    return database


def sources(database: Database, query: str, account: str = "shop", **options: object) -> list[str]:
    return [p.source for p in HybridIndex(database, account).search(query, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("Where is my order? I want to track it.", "track"),
        ("How do I return an item that I bought?", "return"),
        ("RETURNING ITEMS", "return"),
        ("I forgot my pässword", "password"),
        ("refund limits", "inside"),
    ],
)
def test_the_page_that_answers_comes_first(shop: Database, question: str, source: str) -> None:
    assert sources(shop, question)[0] == source


@pytest.mark.parametrize(
    "question",
    [
        "Do you have vegan cakes in Lisbon?",
        "My invoice shows the wrong company name and the parcel colour is off again, what now?",
        "",
        "1234 5678",
        "the and of to",
        "') OR 1=1 -- \" NEAR( *",
    ],
)
def test_a_missing_answer_is_found_missing(shop: Database, question: str) -> None:
    assert sources(shop, question) == []


def test_an_account_never_sees_the_pages_of_another(shop: Database) -> None:
    assert sources(shop, "track your order", account="bank") == []


def test_how_often_a_word_stands_is_counted_among_the_accounts_own_pages(shop: Database) -> None:
    with shop.session() as session:
        before = passages.frequencies(session, "shop", ["order", "parcel"])
        pages = [an_article("Order a parcel order.", id=f"p{n}", title="Order") for n in range(9)]
        articles.upsert(session, "bank", "bank-desk", pages)
        assert passages.frequencies(session, "shop", ["order", "parcel"]) == before
        assert passages.frequencies(session, "bank", ["order", "dog"]) == {"order": 9, "dog": 0}


def test_a_search_before_the_first_article_finds_nothing(database: Database) -> None:
    assert sources(database, "track your order") == []


def test_a_passage_says_where_it_comes_from(shop: Database) -> None:
    found = HybridIndex(shop, "shop").search("return an item")[0]
    assert (found.title, found.url, found.restricted) == ("Return an item", "https://help.example/return", False)
    assert 0.4 <= found.score <= 1
    assert found.version


def test_restricted_pages_say_so(shop: Database) -> None:
    assert HybridIndex(shop, "shop").search("refund limits")[0].restricted


def test_no_more_passages_than_asked_for(shop: Database) -> None:
    assert len(sources(shop, "parcel", limit=1)) == 1
    assert len(sources(shop, "parcel")) == 2


def test_the_customers_language_comes_first(shop: Database) -> None:
    german = an_article("Passwort: password reset", id="de", title="Reset your password", locale="de-DE")
    with shop.session() as session:
        articles.upsert(session, "shop", "shop-desk", [german])
    assert sources(shop, "reset your password", locale="de")[0] == "de"
    assert sources(shop, "reset your password", locale="en")[0] == "password"


def test_only_what_differs_is_written(shop: Database) -> None:
    moved = [replace(PAGES[0], text="Ask the carrier."), replace(PAGES[1], updated_at=NOON + timedelta(days=1))]
    with shop.session() as session:
        assert articles.upsert(session, "shop", "shop-desk", moved) == 1
    assert sources(shop, "ask the carrier") == ["track"]
    assert "track" not in sources(shop, "choose the carrier's page")


def test_the_version_changes_with_an_article_and_only_then(shop: Database) -> None:
    before = HybridIndex(shop, "shop").version
    with shop.session() as session:
        articles.upsert(session, "shop", "shop-desk", PAGES)
    assert HybridIndex(shop, "shop").version == before
    with shop.session() as session:
        articles.upsert(session, "shop", "shop-desk", [replace(PAGES[2], restricted=True)])
    assert HybridIndex(shop, "shop").version != before


def test_what_is_no_longer_published_is_no_longer_found(shop: Database) -> None:
    with shop.session() as session:
        assert articles.prune(session, "shop", "shop-desk", {"track", "return", "inside"}) == 1
    assert sources(shop, "reset your password") == []
    with shop.session() as session:
        assert [a.id for a in articles.listed(session, "shop")] == ["inside", "return", "track"]


def test_the_newest_update_is_known_per_connection(shop: Database) -> None:
    with shop.session() as session:
        assert articles.newest(session, "shop", "shop-desk") == NOON
        assert articles.newest(session, "bank", "bank-desk") is None


def test_what_stands_late_in_a_long_question_is_understood_too(shop: Database, encoder: Encoder) -> None:
    embed(shop, "shop", encoder)
    chat = "My sister told me about your store last summer and I have been happy with it ever since" + " and ever" * 60
    asked = "Now I cannot sign in. I forgot my password. How do I choose a new password?"
    found = HybridIndex(shop, "shop", encoder).search(f"{chat}. {chat}. {asked}")
    assert found[0].source == "password"


def test_among_many_passages_the_rarest_words_are_searched_as_far_as_they_are_rare() -> None:
    counts = {"parcel": 4_000, "bivouac": 3, "zip": 900, "tent": 1_200}
    assert list(_rarest(counts)) == ["bivouac", "zip"]
    assert list(_rarest({"parcel": 4_000})) == ["parcel"]
    assert len(list(_rarest({f"word{n}": 1 for n in range(40)}))) == RAREST


def test_a_word_of_very_many_passages_is_searched_for_only_where_no_meanings_are_compared(
    shop: Database, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed(shop, "shop", encoder)
    monkeypatch.setattr(index, "MANY", 1)
    monkeypatch.setattr(index, "COMMON", 1)
    known = HybridIndex(shop, "shop", encoder)
    with shop.reading() as session:
        assert known._by_words(session, "the parcel") == {}, "stands on two pages"
        assert len(known._by_words(session, "a password for the parcel")) == 1
        assert len(known.by(Way(vectors=False))._by_words(session, "the parcel")) == 2
    assert known.search("where is my parcel")[0].source == "track"


@pytest.mark.parametrize(
    ("origin", "first"),
    [("product-catalog", "catalog"), ("Product-Catalog", "catalog"), ("elsewhere", "track"), ("", "track")],
)
def test_answers_of_the_origin_that_is_named_come_first(shop: Database, origin: str, first: str) -> None:
    page = replace(PAGES[0], id="catalog", title="Track your order here", text=f"{PAGES[0].text} Or ask the shop.")
    with shop.session() as session:
        articles.upsert(session, "shop", "file:///srv/product-catalog", (page,))
    question = "How do I track my order?"
    known = HybridIndex(shop, "shop").by(Way(origin))
    assert known.search(question, limit=1)[0].source == first


def test_what_does_not_answer_does_not_come_first_wherever_it_is_from(shop: Database) -> None:
    with shop.session() as session:
        articles.upsert(session, "shop", "file:///srv/notes", (an_article("Order pens.", id="pens", title="Pens"),))
    assert HybridIndex(shop, "shop").by(Way("notes")).search("How do I track my order?")[0].source == "track"


def test_with_vectors_off_only_shared_words_are_looked_at(shop: Database, encoder: Encoder) -> None:
    embed(shop, "shop", encoder)
    question = "credentials lost, cannot log in"
    both = HybridIndex(shop, "shop", encoder)
    assert "password" in [p.source for p in both.search(question)]
    assert both.by(Way(vectors=False)).search(question) == []


def test_with_meaning_off_words_alone_say_whether_a_page_answers(shop: Database, encoder: Encoder) -> None:
    embed(shop, "shop", encoder)
    question = "How do I return an item that I bought?"
    [best, *_] = HybridIndex(shop, "shop", encoder).by(Way(meaning=False)).search(question)
    [plain, *_] = HybridIndex(shop, "shop").search(question)
    assert (best.source, best.score) == (plain.source, plain.score)
