"""What the language tests share: the encoder, loaded once, and a small shop."""
# ruff: noqa: E501 - tables

import json
from pathlib import Path
from typing import Any

import pytest

from app.engine.configuration import Category
from app.nlp.encoder import Encoder
from app.nlp.rows import Example
from app.nlp.tier import Tier, tier

SHARED = Path(__file__).parents[2].parent / "shared"

SHOP = (
    Category(
        "order-status",
        ("order", "tracking", "where is", "delivery"),
        description="Where a parcel is and when it arrives",
    ),
    Category("returns", ("return", "refund", "exchange", "wrong item"), description="Sending something back"),
    Category("payment", ("payment", "charge", "declined", "credit card"), requires_human=True),
    Category("account", ("password", "login", "profile")),
)
_STARTS = ("", "Hello, ", "Please help: ", "Hi team, ", "Quick question, ")
_TEXTS = {
    "order-status": (
        "where is my parcel", "my package has not arrived yet", "when will you deliver my shoes", "the tracking page shows nothing",
        "has my order been sent", "the courier says it is lost",
    ),
    "returns": (
        "I want to send these shoes back", "how do I return a jacket", "I need my money back for the broken lamp", "you sent me the wrong size",
        "can I exchange it for a blue one", "start a return for me",
    ),
    "payment": (
        "my card was declined", "I was charged twice", "the payment does not go through", "why is there a second charge on my statement",
        "can I pay by invoice", "my bank refused the transaction",
    ),
    "account": (
        "I forgot my password", "I cannot log in", "change the address in my profile", "delete my account please",
        "the reset link does not work", "how do I change my user name",
    ),
}  # fmt: skip


def shop_examples(starts: tuple[str, ...] = _STARTS) -> list[Example]:
    """Every text with every start: enough to hold some out."""
    return [Example(start + text, (label,)) for label, texts in _TEXTS.items() for text in texts for start in starts]


def shared(path: str) -> Any:
    """A JSON file of the shared research data; the test is skipped where there is none."""
    file = SHARED / path
    if not file.exists():
        pytest.skip("the research data are not here")
    return json.loads(file.read_text("utf-8"))


@pytest.fixture(scope="session")
def sentences() -> Tier:
    return tier()


@pytest.fixture(scope="session")
def encoder(sentences: Tier) -> Encoder:
    assert sentences.encoder is not None, sentences.why
    return sentences.encoder
