"""Canvas Kit: what a teammate pressed is read from signed bytes, and what is drawn stays within Intercom's limits."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.errors import BadPayload, BadSignature
from connectors.intercom import canvas
from connectors.panel import Button, Choice, Draft, Facts, Line, Links, Panel, Part, Tone
from connectors.signing import mac
from connectors.types import Inbound, Role

SECRET, WORKSPACE = "the-client-secret", "wx12yz34"
KINDS = {
    "text": {"text", "style"},
    "button": {"id", "label", "style", "action"},
    "single-select": {"id", "label", "options", "action"},
    "list": {"items"},
    "data-table": {"items"},
}
"""Which components we use, and what each needs to have."""


def request(body: Any = None, secret: str = SECRET, **headers: str) -> Inbound:
    told = {
        "workspace_id": WORKSPACE,
        "workspace_region": "US",
        "admin": {"id": "814860", "name": "Ada", "email": "ada@desk.example"},
        "conversation": {"id": "215469987750269"},
        "contact": {"id": "6762f0"},
    }
    raw = json.dumps(told if body is None else told | body if isinstance(body, dict) else body).encode()
    return Inbound({"x-body-signature": mac(secret, raw, "sha256").hex(), **headers}, raw, datetime.now(UTC))


def drawn(*parts: Part, page: str = "", **more: Any) -> list[dict[str, Any]]:
    answer = canvas.drawn(Panel(parts, **more), page)
    assert answer.status == 200 and len(answer.body.encode()) <= canvas.LARGEST
    return json.loads(answer.body)["canvas"]["content"]["components"]


def test_a_signature_is_the_hex_of_these_bytes_with_the_apps_secret() -> None:
    canvas.proved(SECRET, request())
    good = request()
    digest = good.headers["x-body-signature"]
    for given in ("", f"sha256={digest}", digest[:-1], digest.upper(), "ü"):
        with pytest.raises(BadSignature):
            canvas.proved(SECRET, Inbound({"x-body-signature": given}, good.body, good.at))
    for secret in ("", "another"):
        with pytest.raises(BadSignature):
            canvas.proved(secret, good)
    with pytest.raises(BadSignature):
        canvas.proved(SECRET, Inbound(good.headers, good.body + b" ", good.at))


def test_opening_it_presses_nothing() -> None:
    touch = canvas.touched(request(), WORKSPACE)
    assert (touch.ref.id, touch.press) == ("215469987750269", "")
    assert (touch.person.id, touch.person.role, touch.person.external) == ("814860", Role.AGENT, False)


@pytest.mark.parametrize(("body", "press"), [
    ({"component_id": "share:d1", "input_values": {}}, "share:d1"),
    ({"component_id": "choice", "input_values": {"choice": "wrong:d1|fact"}}, "wrong:d1|fact"),
    ({"component_id": "choice", "input_values": None}, ""),
    ({"component_id": 7}, "7"),
    ({"component_id": "x" * 900}, "x" * 300),
])  # fmt: skip
def test_a_press_is_its_id_and_a_choice_is_the_option(body: dict[str, Any], press: str) -> None:
    assert canvas.touched(request(body), WORKSPACE).press == press


@pytest.mark.parametrize("body", [
    {"conversation": None}, {"conversation": {"id": None}}, {"admin": {}}, {"workspace_id": "another"}, [], "x", 7,
])  # fmt: skip
def test_what_cannot_be_read_is_refused(body: Any) -> None:
    with pytest.raises(BadPayload):
        canvas.touched(request(body), WORKSPACE)


def test_the_workspace_is_named_in_two_ways() -> None:
    assert canvas.comes_from(request()) == WORKSPACE
    assert canvas.comes_from(request({"workspace_id": None, "app_id": "old"})) == "old"
    assert canvas.comes_from(Inbound({}, b"no json", datetime.now(UTC))) == ""


def test_every_component_is_one_that_the_inbox_has() -> None:
    parts = (
        Line("Title", Tone.TITLE), Line("Plain"), Line("Quiet", Tone.QUIET), Line("Alert", Tone.ALERT),
        Facts((("Plan", "gold"),)), Links((("Page", "https://x.example"), ("Local", "javascript:x"))),
        Draft("Reply", "Open it."), Choice("Wrong", (("wrong:d|fact", "a fact"), ("wrong:d|tone", "tone"))),
        Button("share:d", "Send", main=True),
    )  # fmt: skip
    components = drawn(*parts, whole=True, page="https://desk.example/app/")
    for one in components:
        assert KINDS[one["type"]] <= set(one), one
    items = next(one["items"] for one in components if one["type"] == "list")
    assert items[0]["action"] == {"type": "url", "url": "https://x.example"} and "action" not in items[1]
    ids = [one["id"] for one in components if "id" in one]
    assert len(ids) == len(set(ids))
    assert components[-1]["action"]["type"] == "url"


@pytest.mark.parametrize("length", [0, 1, 50, 500, 5000])
@pytest.mark.parametrize("lines", [0, 1, 20])
def test_the_first_canvas_is_lower_than_400_pixels(length: int, lines: int) -> None:
    parts: list[Part] = [Line("A draft is ready", Tone.TITLE), Draft("Reply", "word " * length)]
    parts += [Line(f"line {n} " + "x" * 60) for n in range(lines)] + [Button("share:d", "Send", main=True)]
    components = drawn(*parts, more=(Line("more"),))
    assert canvas.height(components) <= canvas.TALLEST
    assert components[0]["text"] == "A draft is ready"
    assert components[-1]["id"] == "more"


def test_more_shows_all_of_it() -> None:
    text = "word " * 200
    first = drawn(Draft("Reply", text))
    assert "…" in first[1]["text"] and first[-1]["id"] == "more"
    whole = drawn(Draft("Reply", text), whole=True)
    assert whole[1]["text"] == text and [one["type"] for one in whole] == ["text", "text"]


def test_a_short_card_needs_no_more() -> None:
    assert [one["type"] for one in drawn(Line("x"), Button("a", "b"))] == ["text", "button"]


def test_it_never_grows_over_the_size() -> None:
    components = drawn(*(Line("ü" * 4000) for _ in range(100)), whole=True)
    assert 5 < len(components) < 100


def test_nothing_of_a_customers_becomes_a_link_or_bold() -> None:
    [line, table] = drawn(Line("**see** [x](https://evil.example)"), Facts((("[a](b)", "[c](https://evil.example)"),)))
    assert "](" not in json.dumps([line, table]) and "**" not in line["text"]


@pytest.mark.parametrize(("trouble", "state"), [("", "OK"), ("x" * 3000, "UNHEALTHY")])
def test_health_is_a_word(trouble: str, state: str) -> None:
    told = json.loads(canvas.healthy(trouble, "https://desk.example/app/").body)
    assert told["state"] == state and len(told.get("message", "")) <= 2084
    assert ("cta_url" in told) == bool(trouble)
