"""What an agent sees beside a ticket: one value, from what was saved, which every host's sidebar is drawn from.

Nothing is decided or looked up here, and no model is asked: opening a sidebar costs a few rows.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.engine import fields
from app.engine.briefing import SHOWN, mood, named, plain, short
from app.engine.standing import Case, by_plain_names
from app.engine.types import Classification, Decision, Draft, Mode, Proposal
from connectors.types import Assign, Change, Reply, SetField, SetPriority, SetStatus, Tag, Untag

SURE, LIKELY = 0.9, 0.7
"""Probabilities from which a category is called certain, or likely; below, a guess."""
OTHERS = 3
"""Other categories that are worth a line."""
EARLIER = 3
LINK = re.compile(r"\[([^\]\n]+)\]\((https?://[^)\s]+)\)")
"""A link in Markdown: its title, and its address."""


class State(StrEnum):
    """Where a ticket stands with us."""

    UNREAD = "unread"
    """We have not decided anything here."""
    DRAFT = "draft"
    """A draft waits for a person."""
    ANSWERED = "answered"
    """We have answered by ourselves, or a person sent our draft."""
    PERSON = "person"
    """A person has it; we say nothing until it is handed back."""
    WATCHING = "watching"
    """We only watch this category: what we would say is kept from people, so that it can be judged fairly."""
    NOTHING = "nothing"
    """There is nothing that we could say."""


@dataclass(frozen=True)
class Source:
    """A page that the draft rests on. ``internal``: customers must not be sent there."""

    title: str
    url: str
    internal: bool = False


@dataclass(frozen=True)
class Offered:
    """An effect that a person may release. ``state`` is the deed's: proposed, permitted, done..."""

    proposal: Proposal
    state: str

    @property
    def open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state == "proposed"


@dataclass(frozen=True)
class Said:
    """What somebody of the team did with the draft: inserted, edited, dismissed, wrong (``reason`` says why)."""

    kind: str
    reason: str = ""


@dataclass(frozen=True)
class Saved:
    """What was saved of a ticket, as a card is made from it."""

    classification: Classification
    draft: Draft
    decision: Decision


@dataclass(frozen=True)
class Around:
    """What happened since: changes that are in the host, what people did with the draft, what waits for a person."""

    quiet: bool = False
    sent: tuple[Change, ...] = ()
    said: tuple[Said, ...] = ()
    offered: tuple[Offered, ...] = ()
    undone: bool = False
    due: datetime | None = None


@dataclass(frozen=True)
class Card:
    """Everything that a sidebar shows. Every text in it may hold words of customers: it is escaped where it is drawn."""

    state: State
    decision: str = ""
    question: str = ""
    category: str = ""
    confidence: float = 0.0
    sure: str = "unknown"
    """``sure``, ``likely``, ``guess`` or ``unknown``."""
    draft: str = ""
    """Plain text that can be typed on in."""
    until: datetime | None = None
    sources: tuple[Source, ...] = ()
    why: tuple[str, ...] = ()
    others: tuple[tuple[str, float], ...] = ()
    """What else it might be, with the probability."""
    holds: tuple[str, ...] = ()
    """Why it was not sent by itself."""
    facts: tuple[tuple[str, str], ...] = ()
    proposals: tuple[Offered, ...] = ()
    done: tuple[tuple[str, str], ...] = ()
    """What we changed in the ticket: tagged, priority, assigned, answered, category or target, and what about it."""
    undoable: bool = False
    quiet: bool = False
    said: tuple[Said, ...] = ()
    due: datetime | None = None
    at: datetime | None = None

    @property
    def usable(self) -> bool:
        """Whether there is a draft that an agent may take."""
        return bool(self.draft)


def card(before: Saved | None, around: Around) -> Card:
    """The card of a ticket; ``before`` is None where nothing was decided yet."""
    if before is None:
        return Card(State.PERSON if around.quiet else State.UNREAD, quiet=around.quiet, due=around.due)
    judged, draft, decision = before.classification, before.draft, before.decision
    state = _state(before, around)
    shown = state is not State.WATCHING
    why = _texts((*judged.reasons, *(draft.reasons if shown else ())))
    held = decision.mode.rank < Mode.DEFLECT.rank
    done = () if around.undone else deeds(around.sent)
    return Card(
        state=state,
        decision=decision.id,
        question=decision.question,
        category=judged.category,
        confidence=judged.confidence,
        sure=sure(judged),
        draft=plainly(draft.text) if shown else "",
        until=draft.until,
        sources=_sources(draft) if shown else (),
        why=why,
        others=tuple((label.category, label.p) for label in judged.labels[1 : OTHERS + 1]),
        holds=tuple(text for text in _texts(decision.reasons) if text not in why) if held else (),
        facts=(*decision.about.items(), *_read(judged)),
        proposals=around.offered,
        done=done,
        undoable=bool(done) and decision.before is not None and any(isinstance(c, UNDOABLE) for c in around.sent),
        quiet=around.quiet,
        said=around.said,
        due=around.due,
        at=decision.at,
    )


UNDOABLE = (Tag, Untag, SetField, SetPriority, SetStatus)
"""What can be taken back; what a customer has read cannot."""


def known(case: Case) -> Mapping[str, str]:
    """What an agent should know of the customer, by label: kept with the decision, since the ticket itself stays with the host."""
    person, facts, history = case.ticket.requester, case.facts, case.standing.history
    found = (
        {"Customer": f"{person.name or person.email}{', VIP' if case.vip else ''}"}
        if person.name or person.email
        else {}
    )
    host = by_plain_names(person.facts)
    for name in (*SHOWN, *case.configuration.shown):
        value = facts.get(name, host.get(name))
        if value not in (None, "", [], {}):
            found[plain(name).strip().capitalize()] = short(value)
    if text := mood(case):
        found["Mood"] = text
    if history.earlier:
        found["Wrote before"] = ", ".join(named(one) for one in history.earlier[:EARLIER])
    return found


def sure(judged: Classification) -> str:
    """The confidence in a word."""
    if not judged.category:
        return "unknown"
    steps = ((SURE, "sure"), (LIKELY, "likely"))
    return next((word for least, word in steps if judged.confidence >= least), "guess")


def plainly(markdown: str) -> str:
    """A draft as it can be typed on in: links as title and address, no stars."""
    linked = LINK.sub(lambda m: m[2] if m[1] == m[2] else f"{m[1]}: {m[2]}", markdown)
    return linked.replace("**", "").strip()


def deeds(changes: Iterable[Change]) -> tuple[tuple[str, str], ...]:
    """What those changes did, each as a word and what it is about; notes and what only marks our own work are left out."""
    found: list[tuple[str, str]] = []
    for change in changes:
        if isinstance(change, Tag):
            found += [("tagged", tag) for tag in change.names if tag != fields.TAG]
        elif isinstance(change, SetPriority):
            found.append(("priority", str(change.priority)))
        elif isinstance(change, Assign) and (change.team or change.agent):
            found.append(("assigned", change.agent or change.team))
        elif isinstance(change, Reply):
            found.append(("answered", ""))
        elif isinstance(change, SetField) and change.name in FIELDS and change.value not in (None, ""):
            found.append((FIELDS[change.name], str(change.value)))
    return tuple(dict.fromkeys(found))


FIELDS: Mapping[str, str] = {fields.CATEGORY: "category", fields.SLA_TARGET: "target"}
"""Fields of ours that an agent works with."""


def _state(before: Saved, around: Around) -> State:
    decision, draft = before.decision, before.draft
    if any(isinstance(change, Reply) for change in around.sent):
        return State.ANSWERED
    if decision.mode is Mode.SHADOW:
        return State.WATCHING
    if decision.mode is not Mode.OFF and draft.text.strip():
        return State.DRAFT
    return State.PERSON if around.quiet else State.NOTHING


def _sources(draft: Draft) -> tuple[Source, ...]:
    found = {
        (p.title or p.source): Source(p.title or p.source, p.url if p.url.startswith("http") else "", p.restricted)
        for p in draft.passages
    }
    return tuple(found.values())


def _texts(reasons: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for reason in reasons if (text := str(getattr(reason, "text", "")))))


def _read(judged: Classification) -> tuple[tuple[str, str], ...]:
    """What the words themselves say."""
    found = (
        ("Language", judged.language),
        ("Feeling", judged.emotion),
        ("Urgency", f"{judged.urgency:.0%}" if judged.urgency else ""),
        ("Risk of leaving", f"{judged.churn_risk:.0%}" if judged.churn_risk else ""),
    )
    return tuple((label, value) for label, value in found if value)
