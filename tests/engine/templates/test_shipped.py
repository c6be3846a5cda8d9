"""The messages that are shipped: all of them in every language that we answer in, about the same, for the same channels."""

import pytest

from app.engine.channels import ONE_TEXT, texts
from app.engine.phrases import PHRASES
from app.engine.templates import Shelf, sandbox, shipped

LEFT_OUT = {
    "bug-report-received": set(),
    "case-acknowledged": {"promised"},
    "identity-code": {"about"},
    "order-status-template": {"shipped_at"},
    "payment-link": {"expires_at"},
}
"""Fields that hold English words, or more than is needed, so that other languages do without them."""


@pytest.mark.parametrize("language", PHRASES)
@pytest.mark.parametrize("name", shipped())
def test_every_message_is_there_in_every_language(name: str, language: str) -> None:
    template = shipped()[name]
    english, other = template.wordings["en"], template.wordings[language]
    assert other.keys() == english.keys()
    for channel, text in english.items():
        missing = sandbox.fields_of(text) - sandbox.fields_of(other[channel])
        assert missing <= LEFT_OUT.get(name, set())
        assert sandbox.fields_of(other[channel]) <= sandbox.fields_of(text)
        if language != "en":
            assert other[channel] != text


@pytest.mark.parametrize("language", PHRASES)
def test_what_is_sent_to_a_telephone_fits_one_text_message(language: str) -> None:
    shelf = Shelf()
    code = shelf.fill("one-time-code", {"code": "123456", "service": "Juniper"}, language=language, channel="sms")
    order = {
        "number": "12345",
        "status": "in-transit",
        "expected_at": "2026-05-04",
        "carrier": "USPS",
        "tracking_number": "9400123456789",
    }
    status = shelf.fill("order-status-template", order, language=language, channel="sms")
    for said in (code, status):
        (one,) = texts(said.text)
        assert len(one) <= ONE_TEXT
    assert "in-transit" not in status.text or language == "en"


MONEY = {
    "en": "€1,234.56",
    "de": "1.234,56 €",
    "es": "1.234,56 €",
    "fr": "1 234,56 €",
    "it": "1.234,56 €",
    "nl": "€ 1.234,56",
    "pt": "€ 1.234,56",
}


@pytest.mark.parametrize("language", PHRASES)
def test_money_is_written_as_the_language_does(language: str) -> None:
    said = Shelf().fill("refunded", {"amount": 123456, "currency": "EUR", "number": "1"}, language=language).text
    assert MONEY[language] in said.replace("\u202f", " ")
