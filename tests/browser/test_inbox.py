"""The inbox page in a real browser: it lives, it can be used with keys alone, and what customers write never runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.sandbox.world import View
from tests.sandbox.played import PlainHost

pytestmark = pytest.mark.browser
Opens = Callable[..., Any]

RUNS = "window.ran = true"
HOSTILE = (
    f"\"'><script>{RUNS}</script><img src=x onerror='{RUNS}'><svg onload='{RUNS}'></svg>"
    f"<a href='javascript:{RUNS}'>x</a><details open ontoggle='{RUNS}'></textarea></title><body onload='{RUNS}'>"
)


def bot(text: str, kind: str = "note") -> dict[str, Any]:
    return {"author": "Deskhand", "role": "bot", "kind": kind, "text": text, "html": "", "at": None}


def test_a_stored_script_never_runs(opened: Opens, host: PlainHost) -> None:
    button = {"text": HOSTILE, "action": HOSTILE, "value": HOSTILE}
    message = {"author": HOSTILE, "role": "customer", "kind": "public", "text": HOSTILE, "buttons": [button]}
    words = ({**message, "html": HOSTILE}, {**message, "html": ""})
    fields = ((HOSTILE, HOSTILE), ("deskhand_note", HOSTILE))
    host.show(View("plain", "66", HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), fields, words, HOSTILE, HOSTILE, HOSTILE))
    page = opened("/?host=plain&ticket=66")
    for link in page.locator(".words a").all():
        link.click()
    host.show(replace(host.views()[0], messages=(*words, *words)))
    page.locator(".said").nth(3).wait_for()
    assert page.evaluate("window.ran") is None
    assert page.locator(".said svg, .said img, .said script").count() == 0
    assert page.title().startswith("\"'><script>")


def test_what_happens_appears_by_itself_and_is_announced(opened: Opens, host: PlainHost) -> None:
    ticket = host.customer_writes("Jane Doe", "Where is it?", subject="Late")
    page = opened(f"/?host=plain&ticket={ticket}")
    page.get_by_label("Message", exact=True).fill("half a thou")
    view = host.views()[0]
    host.show(replace(view, messages=(*view.messages, bot("Draft: on its way")), tags=("order-status",)))
    page.get_by_text("Draft: on its way").wait_for()
    assert page.get_by_role("status").text_content() == "Internal note from Deskhand"
    assert page.locator(".tags").inner_text() == "order-status"
    assert page.get_by_label("Message", exact=True).input_value() == "half a thou"


def test_keys_alone_are_enough(opened: Opens, host: PlainHost) -> None:
    host.customer_writes("Jane Doe", "Where is it?", subject="Late")
    page = opened("/?host=plain")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = []
    while "Late" not in (seen[-1:] or [""])[0]:
        assert len(seen) < 10, seen
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.innerText"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Late").wait_for()
    page.get_by_label("Jane Doe").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Rang her, all fine")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Rang her, all fine").wait_for()
    assert [(m["role"], m["kind"]) for m in host.views()[0].messages][-1] == ("agent", "note")


def test_focus_survives_a_refresh(opened: Opens, host: PlainHost) -> None:
    ticket = host.customer_writes("Jane Doe", "Where is it?", subject="Late")
    page = opened(f"/?host=plain&ticket={ticket}")
    page.locator("#t-0").focus()
    host.show(replace(host.views()[0], tags=("returns",)))
    page.locator("#list", has_text="returns").wait_for()
    assert page.evaluate("document.activeElement.id") == "t-0"


def test_escape_closes_the_tools(opened: Opens) -> None:
    page = opened("/?host=plain")
    page.get_by_text("Tools").click()
    assert page.get_by_role("button", name="+ 1 hour").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="+ 1 hour").is_visible()


def test_it_works_without_scripts(opened: Opens, host: PlainHost) -> None:
    page = opened("/?host=plain&new=1", java_script_enabled=False)
    page.get_by_label("Your name").fill("Jane Doe")
    page.get_by_label("Message").fill("Where is it?")
    page.get_by_role("button", name="Send as customer").click()
    page.get_by_text("has not said anything").wait_for()
    assert host.views()[0].customer == "Jane Doe"


@pytest.mark.parametrize("width", [320, 390, 768, 1000, 1440, 2200])
@pytest.mark.parametrize("path", ["/?host=plain", "/?host=plain&new=1", "/?host=plain&ticket={ticket}"])
def test_nothing_sticks_out(opened: Opens, host: PlainHost, width: int, path: str) -> None:
    ticket = host.customer_writes("A" * 80, "https://help.example/" + "long" * 60, subject="W" * 120)
    view = host.views()[0]
    host.show(replace(view, tags=("t" * 60,), fields=(("deskhand_decision", "d" * 90),), assignee="a" * 70))
    page = opened(path.format(ticket=ticket), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(opened: Opens, host: PlainHost, scheme: str) -> None:
    """WCAG AA: 4.5 to 1 for every text on the page, measured on the colours the browser computed."""
    ticket = host.customer_writes("Jane Doe", "Where is it?", subject="Late")
    view = host.views()[0]
    whisper, machine = bot("Only you", "whisper"), {**bot("Merged", "public"), "role": "machine"}
    said = (*view.messages, bot("A [note]"), whisper, machine)
    host.show(replace(view, messages=said, tags=("returns",), priority="high", status="pending"))
    page = opened(f"/?host=plain&ticket={ticket}", color_scheme=scheme)
    page.get_by_text("Tools").click()
    worst = page.evaluate(CONTRAST)
    assert worst["checked"] > 30
    assert worst["ratio"] >= 4.5, worst


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (css) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const light = (c) => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = (node) => { for (let n = node; n; n = n.parentElement) { const c = rgba(getComputedStyle(n).backgroundColor);
    if (c[3] > .95) return c; } return [255, 255, 255, 1]; };
  let worst = {ratio: 99, checked: 0};
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const node = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !node.checkVisibility() || node.closest('.sr')) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05); worst.checked += 1;
    if (ratio < worst.ratio) worst = {...worst, ratio, text: node.textContent, class: node.className}; }
  return worst; }"""
