"""What people do in the stories: read a note, approve what it proposes, send its draft as their own, promote a category."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from app.sandbox.scene import Missed, Scene, ours
from app.sandbox.world import View

_DRAFT = re.compile(
    r"\*{0,2}Draft\*{0,2}\s*\n+(.*?)\s*\n+(?:\*{0,2}(?:Internal, not|Solved before|Found and done|To approve|Steps of)|Deskhand decision)",
    re.DOTALL,
)
_ANCHOR = re.compile(r"<a\b[^>]*\bhref=\"([^\"]+)\"[^>]*>(.*?)</a>", re.DOTALL)
_LINK = re.compile(r"https?://[^\s\"'<>)\]]+/approvals/[\w.=-]+")
_PROOF = re.compile(r'name="(csrf)" value="(\w+)"')
AGENT = "Sam Okafor"


def draft(view: View) -> str:
    """The draft in the newest note, copied as an agent would: with the addresses of its links. Raises Missed."""
    for message in reversed(view.messages):
        if message["role"] == "bot" and message["kind"] == "note" and (found := _DRAFT.search(_copied(message))):
            return found[1].strip()
    raise Missed("no note holds a draft")


def _copied(message: Mapping[str, Any]) -> str:
    """The text of a message with its links, as it comes out of a browser."""
    text = str(message.get("html") or message["text"])
    text = re.sub(r"\s*<br ?/?>\s*|\n", "\n", _ANCHOR.sub(r"\2 (\1)", text))
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|li|ul|ol|h\d|div)>", "\n\n", text)))


def links(view: View) -> Sequence[str]:
    """The pages at which the newest note that has any asks for approval."""
    for message in reversed(view.messages):
        if found := _LINK.findall(_copied(message)):
            return tuple(dict.fromkeys(found))
    return ()


def approve(scene: Scene, desk: str, ticket: str, times: int = 1, lead_of: str = "") -> None:
    """Approve what the notes propose, one after the other, on the page that each link leads to.

    ``lead_of``: as somebody who is signed in as a lead of that account, which compliance's review asks for.
    """
    done: set[str] = set()
    for _ in range(times):
        scene.until(lambda: bool(set(links(scene.view(desk, ticket))) - done), "nothing was proposed")
        link = next(one for one in links(scene.view(desk, ticket)) if one not in done)
        done.add(link)
        before = _notes(scene.view(desk, ticket))
        with requests.Session() as line:
            line.trust_env = False
            if lead_of:
                _sign_in(scene, line, lead_of)
            page = line.get(link, timeout=10)
            page.raise_for_status()
            form = {"answer": "approve"} | dict(_PROOF.findall(page.text))
            line.post(link, data=form, timeout=10).raise_for_status()
        scene.until(lambda: _notes(scene.view(desk, ticket)) > before, "nothing came of an approval")  # noqa: B023 - asked at once
        scene.until_settled(desk, ticket)


def _sign_in(scene: Scene, line: requests.Session, account: str) -> None:
    link = scene.command("account", "signin", account, "--role", "lead")["link"]
    line.post(link, timeout=10, allow_redirects=False).raise_for_status()


def _notes(view: View) -> int:
    return len(ours(view, "note"))


def send_draft(scene: Scene, desk: str, ticket: str) -> str:
    """Answer with the draft, as it stands in the note. Gives what was sent."""
    text = draft(scene.view(desk, ticket))
    scene.host(desk).agent_writes(AGENT, text, ticket=ticket)
    scene.until_settled(desk, ticket)
    return text


def hand_back(scene: Scene, desk: str, ticket: str) -> None:
    """Let Deskhand go on in a ticket that a person has written in."""
    scene.host(desk).press(AGENT, ticket, "deskhand_resume", "")
    scene.until_settled(desk, ticket)


def promote(scene: Scene, account: str, category: str) -> None:
    """What a support lead does once the evidence is there. Raises NotRunning where it is not."""
    scene.command("promote", "--account", account, "--category", category, "--by", "Mara Lind, support lead")
