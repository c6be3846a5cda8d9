"""An answer whose source was wrong or has changed: who was told what, and a draft of a correction for a person to send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.engine.configuration.settled import Templates
from app.engine.draft import greeted
from app.engine.phrases import phrases, tongue
from app.engine.types import Passage
from app.engine.words import meaningful

RECALL_TAG = "deskhand_recall"
"""On a ticket whose customer was told something that is to be corrected."""
USUAL = Templates()
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


def note(recall: Recall, by: str, draft: str) -> str:
    """The internal note: what was said, why that is in doubt, and a ``draft`` of a correction. Nothing of it goes out by itself."""
    lines = [
        f"**Recall:** {by} asks to look at what this customer was told on {recall.said_at:%Y-%m-%d %H:%M} UTC ({recall.how})."
    ]
    lines += [recall.why] if recall.why else []
    for one in recall.told:
        place = f"[{one.title}]({one.url})" if one.url.startswith(("https://", "http://")) else one.title
        now = f"It reads now: {one.now}" if one.now and one.changed else "" if one.now else "It is not there any more."
        lines.append("\n\n".join(part for part in (f"Then, {place} said: {one.then}", now) if part))
    return "\n\n".join([*lines, f"**Told:** {recall.said}", f"**Draft of a correction:**\n\n{draft}"])


def correction(recall: Recall, name: str = "", language: str = "", usual: Templates = USUAL) -> str:
    """A draft for a person to check and send: it says that we were wrong, and what stands there now where that is known.

    In the customer's ``language`` where it is one of ours, else in English. The page is quoted as it stands.
    """
    now = [one.now for one in recall.told if one.now and one.changed]
    said, (wrong, missing) = phrases(tongue(language), usual), _WORDS.get(tongue(language), _WORDS["en"])
    facts = "\n\n".join(now) if now else f"[{missing}]"
    return "\n\n".join((greeted(name, said), wrong.format(on=f"{recall.said_at:%Y-%m-%d}"), facts, said.sorry))


_WORDS: Mapping[str, tuple[str, str]] = {
    "en": ("Our answer of {on} was not right in one point. What holds is this:", "what is right instead"),
    "de": ("Unsere Antwort vom {on} war in einem Punkt nicht richtig. Richtig ist:", "was stattdessen richtig ist"),
    "es": ("Nuestra respuesta del {on} no era correcta en un punto. Lo correcto es:", "lo que es correcto"),
    "fr": ("Notre réponse du {on} était inexacte sur un point. Voici ce qui est exact :", "ce qui est exact"),
    "it": ("La nostra risposta del {on} non era corretta in un punto. È corretto quanto segue:", "ciò che è corretto"),
    "nl": ("Ons antwoord van {on} klopte op één punt niet. Juist is:", "wat wel juist is"),
    "pt": ("A nossa resposta de {on} não estava correta num ponto. O correto é:", "o que está correto"),
}
"""What says that we were wrong, and what a person fills in where nothing stands there now."""
