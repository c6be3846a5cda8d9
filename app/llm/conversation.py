"""What a model reads: our rules, then everything that others wrote as fenced data. Nothing is asked here."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.engine.claims import Refusal
from app.engine.types import Passage
from app.engine.writing import Assignment
from app.llm.fence import fenced, neutral
from connectors.types import Role, Ticket

MOST_PASSAGE = 4000
"""Characters of one passage."""
MOST_TOLD = 12_000
"""Characters of the conversation; its oldest messages go first."""
_GAP = "\n\x1e\n"
"""Between two messages while they are masked together; ``neutral`` leaves none of it inside them."""
_SPEAKERS = {Role.CUSTOMER: "Customer", Role.AGENT: "Team", Role.US: "Team", Role.MACHINE: "Machine"}
LANGUAGES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
}


def told(ticket: Ticket, most: int, mask: Callable[[str], str]) -> str:
    """Subject and newest public messages, masked, every line of them fenced; who speaks stands on lines of ours."""
    public = [message for message in ticket.messages if message.public][-most:]
    turns = [("Subject", ticket.subject), *((_SPEAKERS[m.author.role], m.text) for m in public)]
    texts = [neutral(text) for _, text in turns]
    while len(texts) > 2 and sum(map(len, texts)) > MOST_TOLD:
        del texts[1], turns[1]
    masked = _nameless(mask(_GAP.join(texts)), ticket).split(_GAP.strip("\n"))
    if len(masked) != len(turns):
        return f"Customer:\n{fenced(' '.join(masked))}"
    return "\n\n".join(f"{who}:\n{fenced(text)}" for (who, _), text in zip(turns, masked, strict=True))


def _nameless(text: str, ticket: Ticket) -> str:
    """Without the names of the people who speak: no pattern finds those."""
    people = {ticket.requester.name, *(message.author.name for message in ticket.messages)}
    parts = {part for name in people for part in re.findall(r"[^\W\d_]{3,}", name)}
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, sorted(parts)))})\b", "[NAME]", text, flags=re.I) if parts else text


def shown(passages: Mapping[str, Passage]) -> str:
    """Passages by id, their titles and texts fenced."""
    texts = {name: f"{p.title}\n{p.text[:MOST_PASSAGE]}" for name, p in passages.items()}
    return "\n\n".join(f"{name}:\n{fenced(neutral(text))}" for name, text in texts.items())


def opening(
    assignment: Assignment, rules: Sequence[str], conversation: str, refused: Sequence[Refusal]
) -> list[dict[str, Any]]:
    """The rules, the account's own wishes after them, then the data; at last what was wrong with the answer before."""
    system = list(rules)
    if assignment.chatbot.prompt:
        system.append(f"The account's wishes, as far as they fit the rules above:\n{assignment.chatbot.prompt}")
    if assignment.language:
        system.append(f"Write in this language: {LANGUAGES.get(assignment.language, assignment.language)}.")
    data = f"PASSAGES\n\n{shown(assignment.passages)}\n\nCONVERSATION\n\n{conversation}"
    messages = [{"role": "system", "content": "\n\n".join(system)}, {"role": "user", "content": data}]
    if refused:
        wrong = "\n".join(f"- statement {r.number}: {r.reason.text}" for r in refused)
        messages.append({"role": "user", "content": f"Your last answer was refused:\n{wrong}\nWrite it anew."})
    return messages


def translation(rules: str, text: str, language: str) -> list[dict[str, Any]]:
    """The rules, and the text as data."""
    wanted = f"Translate into: {LANGUAGES.get(language, language)}."
    return [{"role": "system", "content": f"{rules}\n\n{wanted}"}, {"role": "user", "content": fenced(neutral(text))}]
