"""What the page is handed: harmless HTML, readable names and times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.inbox import shape
from app.sandbox.world import Outcome, Sent, View

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hostile", "left"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<p onclick=alert(1) style='position:fixed'>a</p>", "<p>a</p>"),
        ("<img src=x onerror=alert(1)>a", "a"),
        ("<iframe src=/></iframe><form action=/x><input></form>a", "a"),
        ("<style>*{display:none}</style>a", "a"),
        ("<svg><script>alert(1)</script></svg>a", "a"),
        ("<p id=thread class=said data-live>a</p>", "<p>a</p>"),
    ],
)
def test_only_words_are_left(hostile: str, left: str) -> None:
    assert shape.harmless(hostile) == left


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", " java\nscript:alert(1)"])
def test_a_link_that_runs_is_no_link(address: str) -> None:
    assert "href" not in shape.harmless(f'<a href="{address}">a</a>')


def test_a_good_link_opens_elsewhere_and_tells_nothing() -> None:
    link = shape.harmless('<a href="https://help.example/a">a</a>')
    assert 'href="https://help.example/a"' in link
    assert 'target="_blank"' in link
    assert "noreferrer" in link


def test_plain_text_keeps_its_paragraphs_and_shows_markup_as_text() -> None:
    assert shape.plain("a\nb\r\n\r\n<b>c</b>") == "<p>a<br>b</p><p>&lt;b&gt;c&lt;/b&gt;</p>"


@given(st.text())
def test_no_plain_text_becomes_markup(text: str) -> None:
    left = shape.plain(text)
    for ours in ("<p>", "</p>", "<br>"):
        left = left.replace(ours, "")
    assert "<" not in left
    assert ">" not in left


@given(st.text())
def test_initials_are_at_most_two_and_never_raise(name: str) -> None:
    assert shape.initials(name)
    assert len(name) == 0 or len(shape.initials(name)) <= 6  # some letters grow when they become capitals


def test_initials() -> None:
    assert [shape.initials(n) for n in ("Jane Doe", "jane@doe.example", "Deskhand", "", "张伟")] == [
        "JD",
        "JE",
        "D",
        "?",
        "张",
    ]


def test_times_are_utc_and_short_for_today() -> None:
    paris = datetime(2026, 3, 10, 9, 5, tzinfo=timezone(timedelta(hours=1)))
    assert shape.moment(paris) == datetime(2026, 3, 10, 8, 5, tzinfo=UTC)
    assert shape.moment("2026-03-10T08:05:00Z") == datetime(2026, 3, 10, 8, 5, tzinfo=UTC)
    assert shape.moment("soon") is None
    assert shape.moment(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert shape.moment(None) is None
    assert shape.clock(datetime(2026, 3, 10, 8, 5, tzinfo=UTC), NOW) == "08:05"
    assert shape.clock(datetime(2026, 3, 12, 8, 5, tzinfo=UTC), NOW) == "12 Mar, 08:05"


def test_our_fields_stand_apart_with_readable_names() -> None:
    fields = [
        ("deskhand_sla_target", "2026-03-10T16:00:00+00:00"),
        ("Deskhand category", "returns"),
        ("order_number", "12345"),
        ("deskhand_mode", ""),
        ("since", "2026-03"),
    ]
    ours = [(f.label, f.value) for f in shape.facts(fields, NOW, ours=True)]
    others = [(f.label, f.value) for f in shape.facts(fields, NOW, ours=False)]
    assert ours == [("SLA target", "16:00 UTC"), ("Category", "returns")]
    assert others == [("Order number", "12345"), ("Since", "2026-03")]


@pytest.mark.parametrize(
    ("status", "tone", "word"),
    [(200, "good", "took"), (202, "good", "took"), (-1, "bad", "running"), (0, "bad", "too long"), (401, "bad", "401")],
)
def test_the_state_is_the_last_webhooks(status: int, tone: str, word: str) -> None:
    sent = [Sent("h", NOW, "", Outcome(0, 500)), Sent("h", NOW, "", Outcome(1, status))]
    state = shape.state(sent)
    assert state.tone == tone
    assert word in state.text


def test_before_any_webhook_nothing_is_wrong() -> None:
    assert shape.state([]).tone == "quiet"


def test_a_chat_is_called_by_its_first_words() -> None:
    chat = View("h", "1", "", "open", "Jane", (), (), ({"text": "Can I use my card abroad? " * 9, "role": "customer"},))
    assert shape.title(chat) == "Can I use my card abroad? Can I use my card abroad? Can I …"
    assert shape.title(replace(chat, subject="Abroad")) == "Abroad"
    assert shape.title(replace(chat, messages=())) == "No subject"
