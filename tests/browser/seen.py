"""What the browser tests look at: every page and every state has its picture in the docs, and axe has nothing to say of it."""

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = DOCS / "pictures"
HEAVY = 150_000
"""Bytes of a picture that nobody wants to wait for."""
PAGES = (
    *("overview", "setup", "decisions", "categories", "configuration", "knowledge", "workflows", "messages"),
    *("promises", "figures", "connections", "people", "privacy", "audit", "compliance"),
)
"""The lead's pages, by their address under ``/app``."""
BEHIND = ("setup-tried", "decision", "weighed", "invited")
"""What is one step behind one of them."""
STATES = ("draft", "answered", "person", "watching", "nothing", "unread")
"""The sidebar's."""
ELSEWHERE = {
    "": "sends people on to their first page",
    "signin": "test_settings looks at it before anybody is in",
    "signin/<invitation>": "test_settings looks at it before anybody is in",
    "sidebar/<ticket>": "each of its states",
    "beside/<connection>": "the sidebar in its host's frame: test_sidebar",
    "decisions/one": "the decision behind the list",
    "setup/<connection>/look": "a part of setup: setup-tried",
    "install/<vendor>/callback": "sends people on, or says why not: a sentence",
    "privacy/proof": "a file",
    "oidc": "sends people to their provider",
    "oidc/callback": "sends people on, or back to signin",
    "static/<path:filename>": "no page",
}
"""What else can be got, and why it is not among the pages."""


def names() -> list[str]:
    """Every picture that the docs owe."""
    return [f"settings-{name}" for name in (*PAGES, *BEHIND)] + [f"sidebar-{state}" for state in STATES]
