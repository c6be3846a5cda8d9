"""Markdown as mrkdwn: nothing of a text becomes a mention, links survive, limits hold, nothing is lost."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Refused
from connectors.slack.blocks import BLOCKS, PER_MESSAGE, SECTION, messages, mrkdwn, pieces

TICKET = "C0CUSTOMERS:1719211249.499799"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**bold** and __bold__", "*bold* and *bold*"),
        ("# A heading\n\ntext", "*A heading*\n\ntext"),
        ("- one\n- two\n  * three", "• one\n• two\n  • three"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("[Track it](https://a.example/x?a=1&b=2)", "<https://a.example/x?a=1&amp;b=2|Track it>"),
        ("**[Track](https://a.example)**", "*<https://a.example|Track>*"),
        ("[a|b](https://a.example)", "<https://a.example|a/b>"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("snake__case__word and 2 ** 3", "snake__case__word and 2 ** 3"),
        ("line\r\nline", "line\nline"),
    ],
)
def test_markdown_becomes_mrkdwn(markdown: str, expected: str) -> None:
    assert mrkdwn(markdown) == expected


@pytest.mark.parametrize(
    "text", ["<!channel>", "<@U123>", "<#C1>", "<https://evil.example|bank.example>", "<!here|here>"]
)
def test_nothing_in_a_text_calls_anybody(text: str) -> None:
    assert "<" not in mrkdwn(text)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "slack://open", "https://a.example/ <x>"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert "<" not in mrkdwn(f"[click]({url})")


@given(st.text())
def test_no_text_makes_a_mention(text: str) -> None:
    assert not re.search(r"<[@#!]", mrkdwn(text))


@given(st.text(alphabet="ab <>&*\n", max_size=4000), st.integers(20, 400))
def test_pieces_hold_the_limit_and_lose_nothing(text: str, limit: int) -> None:
    whole = mrkdwn(text)
    cut = pieces(whole, limit)
    assert all(0 < len(piece) <= limit for piece in cut)
    assert re.sub(r"\s", "", "".join(cut)) == re.sub(r"\s", "", whole)
    assert re.sub(r"\s", "", html.unescape("".join(cut))) == re.sub(r"\s", "", html.unescape(whole))


def test_a_link_is_never_cut() -> None:
    link = "<https://a.example/long|a label with spaces>"
    for filler in range(60):
        cut = pieces("x" * filler + " " + link + " end", 60)
        assert any(link in piece for piece in cut), filler


def test_a_long_text_becomes_several_messages_within_the_limits() -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "words " * 100 for number in range(60))
    made = messages(text, ("human",), ticket=TICKET, value="k")
    assert len(made) > 1
    for one in made:
        assert len(one["text"]) <= PER_MESSAGE
        assert len(one["blocks"]) <= BLOCKS
        assert all(len(block["text"]["text"]) <= SECTION for block in one["blocks"] if block["type"] == "section")
    assert [any(block["type"] == "actions" for block in one["blocks"]) for one in made] == [False] * (len(made) - 1) + [
        True
    ]
    assert all(f"Paragraph {number}." in "".join(one["text"] for one in made) for number in range(60))


def test_buttons_carry_the_key_and_the_ticket() -> None:
    (made,) = messages("Hi", ("human", "helped", "human"), ticket=TICKET, value="decision-1")
    row = made["blocks"][-1]
    assert row["block_id"] == f"deskhand:{TICKET}"
    assert [(one["action_id"], one["value"]) for one in row["elements"]] == [
        ("deskhand_human", "decision-1"),
        ("deskhand_helped", "decision-1"),
    ]


def test_an_unknown_button_is_refused() -> None:
    with pytest.raises(Refused):
        messages("Hi", ("launch",), ticket=TICKET, value="k")


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(Refused):
        messages(" \n ", ("human",), ticket=TICKET, value="k")
