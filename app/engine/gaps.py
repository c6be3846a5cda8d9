"""Where the knowledge fell short: what people say again and again that no article says, and where they say it otherwise.

One answer proves nothing, it may be about one customer alone. What several people, or one in several tickets, said much alike is worth an
article; it is proposed, and a person decides.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.engine.figures import addresses, figures
from app.engine.lessons import NEGATIONS
from app.engine.pieces import sentences
from app.engine.types import Draft
from app.engine.words import meaningful, words

LEAST_WORDS = 4
"""Words with meaning under which a sentence is a greeting, a thanks or a name."""
KNOWN = 0.6
"""The share of its words that are in one sentence of ours from which a sentence is nothing new."""
ALIKE = 0.5
"""The likeness (shared words of all words) from which two sentences say the same."""
LEAST_TICKETS = 3
"""Tickets in which something has to be said before it is proposed."""


class Kind(StrEnum):
    """What is proposed."""

    CORRECTION = "correction"
    """A sentence of an article says a fact otherwise than people do."""
    ADDITION = "addition"
    """People add something to what an article says."""
    ARTICLE = "article"
    """There is none about it."""


@dataclass(frozen=True)
class Said:
    """One sentence of a person's answer, masked. ``instead`` is the sentence of ours that says it otherwise, or empty."""

    text: str
    instead: str = ""


@dataclass(frozen=True)
class Difference:
    """What one answer said beyond or against our draft. ``source`` is the article that was quoted first, or empty."""

    decision: str
    ticket: str
    category: str
    by: str
    said: tuple[Said, ...] = field(repr=False)
    source: str = ""
    title: str = ""
    version: str = ""
    locale: str = ""


@dataclass(frozen=True)
class Proposal:
    """A change to an article, or a new one. ``decisions`` are those that it rests on; ``people`` how many said so."""

    id: str
    kind: Kind
    category: str
    source: str
    title: str
    version: str
    was: str
    proposed: str
    decisions: tuple[str, ...]
    people: int
    locale: str = ""


def difference(draft: Draft, answer: str) -> tuple[Said, ...]:
    """The sentences of a person's answer that our draft and its passages do not say, or say otherwise."""
    ours = [one for text in (draft.text, *(p.text for p in draft.passages)) for one in sentences(text)]
    found = []
    for one in sentences(answer):
        stems = set(meaningful(one))
        if len(stems) < LEAST_WORDS:
            continue
        near = max(ours, key=lambda text: _shared(stems, text), default="")
        if _shared(stems, near) < KNOWN:
            found.append(Said(one.strip()))
        elif _contradicts(near, one):
            found.append(Said(one.strip(), near.strip()))
    return tuple(found)


def _shared(stems: set[str], text: str) -> float:
    return len(stems & set(meaningful(text))) / len(stems)


def _contradicts(ours: str, theirs: str) -> bool:
    """Whether two sentences about the same differ in a figure, an address or a refusal."""
    refused = bool(NEGATIONS & set(words(ours))) != bool(NEGATIONS & set(words(theirs)))
    facts = figures(ours) != figures(theirs) and bool(figures(ours)) and bool(figures(theirs))
    return refused or facts or bool(addresses(theirs) - addresses(ours) and addresses(ours))


def proposals(account: str, differences: Iterable[Difference]) -> list[Proposal]:
    """What is worth proposing, most often said first."""
    piles: dict[tuple[str, str, str], list[tuple[Said, Difference]]] = {}
    for one in differences:
        for said in one.said:
            about = one.source if said.instead or one.source else ""
            piles.setdefault((one.category, about, said.instead), []).append((said, one))
    found = []
    for pile in piles.values():
        for cluster in _clusters(pile):
            if len({one.ticket for _, one in cluster}) >= LEAST_TICKETS:
                found.append(_proposal(account, cluster))
    return sorted(found, key=lambda one: (-len(one.decisions), one.id))


def _clusters(pile: Sequence[tuple[Said, Difference]]) -> list[list[tuple[Said, Difference]]]:
    """Sentences that say the same, in the order in which they came; facts in them have to be the same too."""
    clusters: list[list[tuple[Said, Difference]]] = []
    for said, one in pile:
        home = next((c for c in clusters if _same(c[0][0].text, said.text)), None)
        if home is None:
            clusters.append([(said, one)])
        else:
            home.append((said, one))
    return clusters


def _same(one: str, other: str) -> bool:
    mine, theirs = set(meaningful(one)), set(meaningful(other))
    return len(mine & theirs) / len(mine | theirs) >= ALIKE and figures(one) == figures(other)


def _proposal(account: str, cluster: Sequence[tuple[Said, Difference]]) -> Proposal:
    said, first = min(cluster, key=lambda pair: (len(pair[0].text), pair[0].text))
    kind = Kind.CORRECTION if said.instead else Kind.ADDITION if first.source else Kind.ARTICLE
    name = "\x1f".join((account, first.category, first.source, said.instead, " ".join(sorted(meaningful(said.text)))))
    return Proposal(
        id=hashlib.sha256(name.encode()).hexdigest()[:16],
        kind=kind,
        category=first.category,
        source=first.source,
        title=first.title,
        version=first.version,
        was=said.instead,
        proposed=said.text,
        decisions=tuple(sorted({one.decision for _, one in cluster})),
        people=len({one.by for _, one in cluster}),
        locale=first.locale,
    )


def known(proposal: Proposal, others: Iterable[Proposal]) -> Proposal | None:
    """The one among others that proposes the same, in whatever words."""
    for other in others:
        same = (other.category, other.source, other.was) == (proposal.category, proposal.source, proposal.was)
        if same and _same(other.proposed, proposal.proposed):
            return other
    return None


def merged(before: Proposal, again: Proposal) -> Proposal:
    """The first one's words, with everything that speaks for it."""
    return replace(
        before,
        decisions=tuple(sorted({*before.decisions, *again.decisions})),
        people=max(before.people, again.people),
    )
