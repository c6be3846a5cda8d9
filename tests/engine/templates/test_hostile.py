"""Whatever stands in a field, it is one line of words for the customer: no markup, no link, no code."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.engine.templates import NotFilled, Shelf
from app.engine.templates.words import HostileField, day, link, money, plain
from connectors.intercom.markup import to_html
from connectors.slack.blocks import mrkdwn
from connectors.zendesk.text import rich

ORDER = {
    "number": "12345",
    "status": "in-transit",
    "shipped_at": "2026-03-01T09:00:00+00:00",
    "expected_at": "2026-03-05T09:00:00+00:00",
    "carrier": "USPS",
    "tracking_number": "9400123456789",
    "tracking_url": "https://carrier.example/track?n=9400123456789",
}
RETURN = {"number": "12346", "carrier": "USPS", "return_number": "RET-2024-5678"}
BUG = {"known": True, "workaround": "Export less than 30 days.", "eta": "next week", "issue": "SUPPORT-5678"}
FIELDS = {"order-status-template": ORDER, "return-instructions": RETURN, "bug-report-received": BUG}
TOLD = [
    (name, key)
    for name, fields in FIELDS.items()
    for key, value in fields.items()
    if isinstance(value, str) and key not in ("status", "shipped_at", "expected_at", "tracking_url")
]
HOSTILE = [
    "[free money](https://evil.example)",
    "https://evil.example/login",
    "HTTP://EVIL.EXAMPLE",
    "www.evil.example",
    "evil.example/login",
    "javascript:alert(1)",
    "mailto:me@evil.example",
    "<https://evil.example>",
    "<a href='x'>click</a>",
    "<script>alert(1)</script>",
    "<!channel> <@U123>",
    "![x](data:image/png;base64,AA)",
    "{{ 7 * 7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "{{ self._TemplateReference__context }}",
    "{# hidden #}",
    "**bold** _it_ `code` ~gone~",
    "# Heading",
    "> quoted",
    "- item",
    "1. item",
    "line\n\n# Heading\n\n- item",
    "a\u2028b\u202eevil\u2066",
    "&lt;b&gt; &#60;b&#62;",
    "a\\*b\\*",
    "| a | b |\n|---|---|",
    "\ud800",
    "x\x00y",
    "***" * 300,
    "[" * 1000,
]
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shape(text: str) -> list[str]:
    """What a whole Markdown reader makes of it, without the words."""
    found = []
    for token in MARKDOWN.parse(text):
        found += [f"{part.type} {part.attrs}" for part in (token.children or [token]) if part.type != "text"]
    return found


def tags(html: str) -> list[str]:
    return re.findall(r"<[^>]*>", html)


def told(name: str, fields) -> str:
    return Shelf().fill(name, fields).text


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(("name", "key"), TOLD)
def test_a_hostile_field_is_words_or_nothing_is_sent(name, key, hostile):
    proper = told(name, FIELDS[name])
    try:
        text = told(name, {**FIELDS[name], key: hostile})
    except NotFilled as refusal:
        assert refusal.reason.code in ("hostile_field", "missing_field")
        assert hostile not in refusal.reason.text
        return
    assert shape(text) == shape(proper)
    assert tags(rich(text)) == tags(rich(proper))
    assert tags(to_html(text)) == tags(to_html(proper))
    assert tags(mrkdwn(text)) == tags(mrkdwn(proper))
    assert "49" not in text.replace("9400123456789", "")
    assert text.count("\n") == proper.count("\n")


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([*"[](){}<>*_`#!|~&;.-+=:/\\ \n", "a", "1", "//", "http"]), max_size=30).map("".join)
)
@example("a]](http://x)")
@example("__init__")
@example("_a_")
@example("&#42;x&#42;")
@example("1) a")
def test_no_text_at_all_changes_the_shape_of_a_message(value):
    proper = told("bug-report-received", {"issue": "S-1", "workaround": "words"})
    try:
        text = told("bug-report-received", {"issue": "S-1", "workaround": value})
    except NotFilled:
        return
    if "Workaround" not in text:
        assert not value.strip() or shape(text) == shape(told("bug-report-received", {"issue": "S-1"}))
        return
    assert shape(text) == shape(proper)
    assert tags(mrkdwn(text)) == []


@pytest.mark.parametrize(
    "ordinary",
    [
        "Blue sweater (size M)",
        "3 < 5 and 5 > 3",
        "snake_case_name",
        "-5.00",
        "O'Brien & Sons",
        "12:30",
        "Größe 42",
        "50% off",
        "#12345",
    ],
)
def test_ordinary_words_stay_as_they_are(ordinary):
    assert plain(ordinary) == ordinary.lstrip("#")


def test_a_name_with_a_dot_in_it_is_read_but_never_a_link():
    assert plain("OnlineStore.com").replace("\u2060", "") == "OnlineStore.com"
    assert "Store.com" not in plain("OnlineStore.com")


@pytest.mark.parametrize("value", [None, True, ["a"], {"a": 1}, b"a", "x" * 2001])
def test_what_is_no_words_is_refused(value):
    with pytest.raises(HostileField):
        plain(value)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://user:secret@evil.example/",
        "https://good.example@evil.example/",
        "https://",
        "ftp://files.example",
        "https://a b.example",
        "not a link",
        "https://x.example/" + "a" * 2000,
        "",
        7,
    ],
)
def test_only_a_web_address_becomes_a_link(url):
    with pytest.raises(HostileField):
        link(url, "Track it")


def test_a_links_address_cannot_leave_its_brackets():
    made = link("https://x.example/a)[b](https://evil.example)<c>\"'`|", "Track")
    assert (
        shape(made).count(
            "link_open {'href': 'https://x.example/a%29%5Bb%5D%28https://evil.example%29%3Cc%3E%22%27%60%7C'}"
        )
        == 1
    )
    assert len(re.findall(r"\]\(", made)) == 1


@pytest.mark.parametrize(
    ("amount", "currency", "language", "expected"),
    [
        (29999, "USD", "en", "$299.99"),
        (245032, "usd", "", "$2,450.32"),
        (29999, "EUR", "de", "299,99 €"),
        (1500, "JPY", "en", "¥1,500"),
        (1234, "KWD", "en", "KWD1.234"),
    ],
)
def test_money_is_written_as_the_language_does(amount, currency, language, expected):
    assert money(amount, currency, language) == expected


@pytest.mark.parametrize(("amount", "currency"), [(1.5, "USD"), (True, "USD"), ("1", "USD"), (1, "US"), (1, "<b>")])
def test_what_is_no_money_is_refused(amount, currency):
    with pytest.raises(HostileField):
        money(amount, currency, "en")


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "Oct 25"), ("", "Oct 25"), ("de", "25. Oktober"), ("fr", "25 octobre"), ("es", "25 de octubre")],
)
def test_a_day_is_written_as_the_language_does(language, expected):
    assert day("2024-10-25T23:59:00+00:00", language) == expected


@pytest.mark.parametrize("value", ["soon", 5, None, ""])
def test_what_is_no_day_is_refused(value):
    with pytest.raises(HostileField):
        day(value, "en")
