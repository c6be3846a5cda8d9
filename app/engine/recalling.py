"""An answer whose source was wrong or has changed: who was told what, and a draft of a correction for a person to send."""

from dataclasses import dataclass, field
from datetime import datetime

from app.engine.types import Passage
from app.engine.words import meaningful

RECALL_TAG = "deskhand_recall"
"""On a ticket whose customer was told something that is to be corrected."""
ALIKE = 0.3
"""The share of a passage's words from which a piece of today's page is what has become of it."""


@dataclass(frozen=True)
class Told:
    """What one passage said then, and what stands there now; ``now`` is empty where it is gone."""

    title: str
    url: str
    then: str
    now: str = ""

    @property
    def changed(self) -> bool:
        """Whether it reads otherwise today."""
        return " ".join(self.then.split()) != " ".join(self.now.split())


@dataclass(frozen=True)
class Recall:
    """What is to be corrected in one ticket, and what the customer was told. ``said`` is our reply, or the draft a person sent."""

    told: tuple[Told, ...]
    said: str = field(repr=False)
    said_at: datetime
    how: str
    why: str = ""
    """What the person who asks for it says about it."""


def became(passage: Passage, page: str) -> str:
    """What stands on today's page where the passage stood: the passage itself, or the paragraph most like it, or nothing."""
    flat = " ".join(passage.text.split())
    if flat in " ".join(page.split()):
        return flat
    wanted = set(meaningful(passage.text))
    best, score = "", ALIKE
    for piece in (" ".join(part.split()) for part in page.split("\n\n")):
        shared = len(wanted & set(meaningful(piece))) / (len(wanted) or 1)
        if shared > score:
            best, score = piece, shared
    return best


def note(recall: Recall, by: str, name: str = "") -> str:
    """The internal note: what was said, why that is in doubt, and a draft. Nothing of it goes to the customer by itself."""
    lines = [
        f"**Recall:** {by} asks to look at what this customer was told on {recall.said_at:%Y-%m-%d %H:%M} UTC ({recall.how})."
    ]
    lines += [recall.why] if recall.why else []
    for one in recall.told:
        place = f"[{one.title}]({one.url})" if one.url.startswith(("https://", "http://")) else one.title
        now = f"It reads now: {one.now}" if one.now and one.changed else "" if one.now else "It is not there any more."
        lines.append("\n\n".join(part for part in (f"Then, {place} said: {one.then}", now) if part))
    return "\n\n".join(
        [*lines, f"**Told:** {recall.said}", f"**Draft of a correction:**\n\n{correction(recall, name)}"]
    )


def correction(recall: Recall, name: str = "") -> str:
    """A draft for a person to check and send: it says that we were wrong, and what stands there now where that is known."""
    now = [one.now for one in recall.told if one.now and one.changed]
    facts = "\n\n".join(now) if now else "[what is right instead]"
    parts = (
        f"Hello {name.split(maxsplit=1)[0]}," if name.split() else "Hello,",
        f"Our answer of {recall.said_at:%Y-%m-%d} was not right in one point. What holds is this:",
        facts,
        "We are sorry for the trouble.",
    )
    return "\n\n".join(parts)
