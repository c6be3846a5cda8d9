"""The words that models are given, one file each: ``<name>.v<number>.md``. No conversation is put together here."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PLAIN = "plain"


@dataclass(frozen=True)
class Prompt:
    """A text, and its name with version and hash: who edits a text without a new number changes the hash all the same."""

    name: str
    text: str


@cache
def prompt(name: str) -> Prompt:
    """The text of that name in its newest version. Raises LookupError for a name that has none."""
    found = [f for f in files(__package__).iterdir() if f.name.startswith(f"{name}.v") and f.name.endswith(".md")]
    if not found:
        raise LookupError(f"there is no prompt named {name}")
    newest = max(found, key=lambda f: int(f.name.removeprefix(f"{name}.v").removesuffix(".md")))
    text = newest.read_text(encoding="utf-8").strip()
    return Prompt(f"{newest.name.removesuffix('.md')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}", text)


def persona(name: str) -> Prompt:
    """The voice of that name; the plain one for none and for a name that is not known."""
    try:
        return prompt(f"persona.{name or PLAIN}")
    except LookupError:
        return prompt(f"persona.{PLAIN}")
