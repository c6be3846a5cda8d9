"""Names and numbers in a text, dates relative to a given now, the language, and the flags."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.dates import dates
from app.nlp.entities import entities
from app.nlp.flags import flags
from app.nlp.language import language
from tests.nlp.conftest import SHARED

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("where is order #10234?", "order", ("10234",)),
        ("Bestellnummer: AB-1234 fehlt", "order", ("AB-1234",)),
        ("my order number is ABC-1234.", "order", ("ABC-1234",)),
        ("invoice INV-2026-001 is wrong", "invoice", ("INV-2026-001",)),
        ("see ticket 4521", "ticket", ("4521",)),
        ("UPS 1Z999AA10123456784", "tracking", ("1Z999AA10123456784",)),
        ("paid $1,234.56 and 12,50 € and 1.000 EUR", "amount", ("1234.56 USD", "12.50 EUR", "1000.00 EUR")),
        ("the Acme Pro X is broken", "product", ("Acme Pro X",)),
        ("a@b.io or +1 415 555 2671", "email", ("a@b.io",)),
        ("a@b.io or +1 415 555 2671", "phone", ("+1 415 555 2671",)),
        ("KeyError: 'x' and then HTTP 503", "error", ("KeyError: 'x' and then HTTP 503",)),
        ("it says error code E1234", "error", ("error code E1234",)),
        ("I'm getting a 500 error here", "error", ("500 error",)),
        (
            'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: bad',
            "error",
            ("ValueError: bad",),
        ),
    ],
)
def test_it_finds(text: str, kind: str, values: tuple[str, ...]) -> None:
    assert entities(text, NOW, ["Acme Pro X", "Acme Pro XL", ""])[kind] == values


@pytest.mark.parametrize(
    "text", ["", "my order is late", "in order to pay", "email me", "I have an error", "version 2.0 of May"]
)
def test_it_invents_nothing(text: str) -> None:
    assert entities(text, NOW) == {}


@pytest.mark.parametrize(
    ("text", "iso", "is_deadline"),
    [
        ("I need it by Friday", "2026-03-06T23:59+00:00", True),
        ("by Wednesday 5pm", "2026-03-11T17:00+00:00", True),
        ("bis morgen 14 Uhr", "2026-03-05T14:00+00:00", True),
        ("avant demain", "2026-03-05T23:59+00:00", True),
        ("within 3 days", "2026-03-07T12:30+00:00", True),
        ("yesterday it worked", "2026-03-03", False),
        ("2 weeks ago", "2026-02-18", False),
        ("since 2026-01-31", "2026-01-31", False),
        ("on 13/02/2026", "2026-02-13", False),
        ("on 3/4/26", "2026-03-04", False),
        ("am 13.02.2026", "2026-02-13", False),
        ("May 5th, 2025", "2025-05-05", False),
        ("before 24 December", "2026-12-24T23:59+00:00", True),
    ],
)
def test_dates_are_relative_to_now(text: str, iso: str, is_deadline: bool) -> None:
    assert [(moment.iso, moment.is_deadline) for moment in dates(text, NOW)] == [(iso, is_deadline)]


def test_a_deadline_is_in_the_zone_of_now() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert dates("by today", tokyo)[0].iso == "2026-03-04T23:59+09:00"


def test_a_date_that_does_not_exist_is_none() -> None:
    assert dates("31.02.2026 and 99/99/2026", NOW) == ()


@given(st.text(alphabet=st.sampled_from("by friday0123456789./-: #$€order in days \n"), max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    assert all(values for values in entities(text, NOW).values())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my order please", "en"),
        ("WHERE IS MY ORDER PLEASE", "en"),
        ("Ich warte seit drei Wochen auf mein Paket", "de"),
        ("Mi pedido no ha llegado todavía", "es"),
        ("où est ma commande", "fr"),
        ("Добрый день, где мой заказ", "ru"),
        ("注文はどこですか", "ja"),
        ("내 주문은 어디에 있나요", "ko"),
        ("ok", ""),
        ("", ""),
        ("12345 https://x.example/de/fr", ""),
    ],
)
def test_the_language_is_told_or_left_blank(text: str, code: str) -> None:
    assert language(text) == code


def test_a_short_text_is_in_the_language_known_before() -> None:
    assert language("ok", "de") == "de"


def test_languages_of_a_public_set() -> None:
    path = SHARED / "data/langid/tweets.csv"
    if not path.exists():
        pytest.skip("the research data are not here")
    rows = [line.split(",", 1) for line in path.read_text("utf-8").splitlines()[1::40]]
    told = [
        (code, language(text)) for code, text in rows if code in ("en", "de", "fr", "es", "it", "nl", "pl", "ru", "sv")
    ]
    assert sum(code != found for code, found in told if found) <= 0.02 * len(told)
    assert sum(found == "" for _, found in told) <= 0.10 * len(told)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I want to talk to a human", "human"),
        ("let me speak to your manager", "human"),
        ("quiero hablar con una persona", "human"),
        ("my lawyer will contact you", "legal"),
        ("ich nehme mir einen Anwalt", "legal"),
        ("my account was hacked", "security"),
        ("someone accessed my account", "security"),
        ("you fucking idiots", "abuse"),
        ("We offer SEO services and backlinks, first page of Google, limited-time offer", "spam"),
        ("I am out of the office until Monday", "machine"),
    ],
)
def test_what_forbids_a_reply_is_flagged(text: str, flag: str) -> None:
    assert flag in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        "die Lieferung ist da",
        "I have a question about human resources software",
        "Sue will pick it up",
        "I play on a tennis court",
    ],
)
def test_ordinary_texts_have_no_flag(text: str) -> None:
    assert flags(text) == frozenset()
