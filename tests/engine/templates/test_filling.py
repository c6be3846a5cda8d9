"""Filling templates: by language and channel, with every field that they need, or not at all; and what a template may be."""

import pytest

from app.engine.phrases import PHRASES
from app.engine.templates import NotFilled, Shelf, TemplateError, read, shipped
from tests.engine.templates.test_hostile import BUG, FIELDS, ORDER

LANGUAGES = sorted(PHRASES)


def shelf(**own) -> Shelf:
    return Shelf({name.replace("_", "-"): read(name.replace("_", "-"), value) for name, value in own.items()})


def refusal(act) -> str:
    with pytest.raises(NotFilled) as caught:
        act()
    return caught.value.reason.code


def test_the_guides_words_for_an_order():
    assert Shelf().fill("order-status-template", ORDER).text == (
        "Your order #12345 is currently in transit!\n"
        "It shipped on Mar 1 and is expected to arrive by Mar 5.\n"
        "[Track it here](https://carrier.example/track?n=9400123456789)\n"
        "Carrier: USPS, Tracking: 9400123456789"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(FIELDS))
def test_what_is_shipped_speaks_every_language_that_we_vouch_for(name, language):
    filled = Shelf().fill(name, FIELDS[name], language=language)
    assert filled.language == language
    assert "{" not in filled.text
    assert "\n\n\n" not in filled.text
    for key in {"number", "issue", "return_number", "tracking_number"} & set(FIELDS[name]):
        assert FIELDS[name][key] in filled.text


@pytest.mark.parametrize("status", ["pending", "processing", "in-transit", "delivered", "cancelled", "returned"])
def test_every_status_of_an_order_is_told_in_its_own_words(status):
    told = {s: Shelf().fill("order-status-template", {**ORDER, "status": s}).text for s in ("in-transit", status)}
    assert (status == "in-transit") is (len(set(told.values())) == 1)


@pytest.mark.parametrize(
    ("name", "without"),
    [("order-status-template", "number"), ("return-instructions", "carrier"), ("return-instructions", "return_number")],
)
@pytest.mark.parametrize("gone", ["missing", "", "   ", None])
def test_without_a_field_that_is_needed_nothing_is_sent_and_it_is_named(name, without, gone):
    fields = {k: v for k, v in FIELDS[name].items() if k != without}
    if gone != "missing":
        fields[without] = gone
    with pytest.raises(NotFilled) as caught:
        Shelf().fill(name, fields)
    assert caught.value.reason.code == "missing_field"
    assert without in caught.value.reason.text


def test_what_is_not_there_is_left_out_where_the_template_asks_first():
    text = Shelf().fill("bug-report-received", {"issue": "S-1"}).text
    assert "Workaround" not in text
    assert "known issue" not in text
    assert Shelf().fill("bug-report-received", BUG).text.count("\n\n") == 2


def test_an_accounts_own_words_go_first_and_a_language_that_is_not_there_sends_nothing():
    own = shelf(order_status_template={"text": "Nr {{ number }}", "languages": {"de": "Nummer {{ number }}"}})
    assert own.fill("order-status-template", ORDER).text == "Nr 12345"
    assert own.fill("order-status-template", ORDER, language="de").text == "Nummer 12345"
    assert refusal(lambda: own.fill("order-status-template", ORDER, language="fr")) == "template_language"


def test_a_channel_has_words_of_its_own_or_those_of_all():
    own = shelf(hello={"text": "Good day, {{ name }}.", "sms": "Hi {{ name }}"})
    assert own.fill("hello", {"name": "Jo"}, channel="sms").text == "Hi Jo"
    assert own.fill("hello", {"name": "Jo"}, channel="mail").text == "Good day, Jo."


def test_rows_are_told_one_by_one_and_not_without_end():
    own = shelf(
        rows="{% for row in rows %}\n- {{ row.at|day }}: {{ row.amount|money('USD') }} {{ row.merchant }}\n{% endfor %}"
    )
    rows = [{"at": "2024-10-25", "amount": 4250 + n, "merchant": "**Shop**"} for n in range(200)]
    lines = own.fill("rows", {"rows": rows}).text.splitlines()
    assert lines[0] == "- Oct 25: $42.50 Shop\u2217\u2217"
    assert len(lines) == 50
    assert refusal(lambda: own.fill("rows", {"rows": [{"at": "2024-10-25", "amount": 1}]})) == "missing_field"


def test_pictures_videos_and_files_come_along():
    media = [{"type": "video", "title": "How to pack", "url": "https://shop.example/pack.mp4"}]
    filled = shelf(pack={"text": "Pack it well.", "media": media, "attach": ["label"]}).fill("pack", {})
    assert filled.text == "Pack it well.\n\n[How to pack](https://shop.example/pack.mp4)"
    assert filled.attach == ("label",)


def test_a_regulated_account_sends_only_the_very_words_that_it_approved():
    kept = read("hello", "Good day.")
    approved = frozenset({kept.digest})
    assert Shelf({"hello": kept}, approved).fill("hello", {}).text == "Good day."
    changed = Shelf({"hello": read("hello", "Good day!")}, approved)
    assert refusal(lambda: changed.fill("hello", {})) == "unapproved"
    assert refusal(lambda: Shelf({}, approved).fill("order-status-template", ORDER)) == "unapproved"
    renamed = Shelf({"other": read("other", "Good day.")}, approved)
    assert refusal(lambda: renamed.fill("other", {})) == "unapproved"


def test_a_template_that_is_not_there_or_says_nothing_sends_nothing():
    assert refusal(lambda: Shelf().fill("no-such", {})) == "no_template"
    assert refusal(lambda: shelf(quiet="{% if x %}x{% endif %}").fill("quiet", {})) == "empty_template"


def test_a_message_has_an_end():
    own = shelf(long="{% for a in rows %}{% for b in rows %}{{ a }}{% endfor %}{% endfor %}")
    assert refusal(lambda: own.fill("long", {"rows": ["x" * 100] * 50})) == "bad_template"


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("{{ x", 1, "cannot be read"),
        ("a\n{{ x() }}", 2, "call is not allowed"),
        ("{{ x.__class__ }}", 1, "entry's own value"),
        ("{{ x.y.z }}", 1, "entry's own value"),
        ("{{ x['y'] }}", 1, "getitem is not allowed"),
        ("{% set x = 1 %}", 1, "assign is not allowed"),
        ("{% include 'x' %}", 1, "include is not allowed"),
        ("{% import 'x' as y %}", 1, "import is not allowed"),
        ("{% macro m() %}{% endmacro %}", 1, "macro is not allowed"),
        ("{{ 9 ** 9 }}", 1, "pow is not allowed"),
        ("{{ 'a' ~ x }}", 1, "concat is not allowed"),
        ("{{ range(9) }}", 1, "call is not allowed"),
        ("{% for x in 'abc' %}{% endfor %}", 1, "one field"),
        ("{% for x in y recursive %}{% endfor %}", 1, "one field"),
        ("{{ x is defined }}", 1, "not allowed"),
        ("x" * 4001, 1, "too long"),
    ],
)
def test_a_template_that_can_do_more_than_name_fields_is_refused_with_its_line(source, line, says):
    with pytest.raises(TemplateError, match=says) as caught:
        read("a", source)
    assert caught.value.line == line


def test_a_filter_that_is_not_there_is_refused():
    with pytest.raises(TemplateError):
        read("a", "{{ x|safe }}")


def test_what_is_shipped_can_be_read_and_has_a_digest_of_its_own():
    assert set(FIELDS) <= set(shipped())
    assert all(template.fields() for template in shipped().values())
    assert len({template.digest for template in shipped().values()}) == len(shipped())
