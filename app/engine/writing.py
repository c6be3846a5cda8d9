"""A draft by a language model: it writes, our code checks each claim, and in any doubt the quotation goes to a human.

What may be done is settled before the model reads anything; nothing that it writes can do more than be said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.engine.claims import Refusal, Statement, refusals
from app.engine.configuration.settled import Chatbot, Configuration
from app.engine.draft import Lookup, composed, looked_up, quotation_of, quoted, steered
from app.engine.figures import addresses, figures, unnumbered
from app.engine.phrases import TONES
from app.engine.ports import Knowledge
from app.engine.types import Classification, Cost, Draft, Passage, Reason
from connectors.types import Ticket

ATTEMPTS = 2
"""The answer, and one repair."""


class NotWritten(Exception):
    """No model wrote anything that could be used; ``reason`` says why. Neither holds what anybody wrote."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True)
class Assignment:
    """All that a writer gets: the ticket, the public passages by id, and how the account wants it written."""

    ticket: Ticket
    passages: Mapping[str, Passage]
    language: str
    chatbot: Chatbot
    knowledge: Knowledge


@dataclass(frozen=True)
class Answer:
    """What a writer wrote: statements with their sources, and one of ``TONES`` or nothing."""

    statements: tuple[Statement, ...]
    passages: Mapping[str, Passage]
    """What it could cite: what it was given and what it looked up."""
    tone: str = ""


class Writer(Protocol):
    """Writes for one ticket. Whatever goes wrong is NotWritten, and in time: within half a ticket's lease, all calls together."""

    @property
    def engine(self) -> str:
        """Model, prompts and persona with their versions: part of the evidence hash."""
        ...

    @property
    def cost(self) -> Cost:
        """Everything that was spent so far, failures included."""
        ...

    def answer(self, assignment: Assignment, refused: Sequence[Refusal] = ()) -> Answer:
        """An answer; ``refused`` says what was wrong with the one before."""
        ...

    def translated(self, text: str, language: str, assignment: Assignment) -> str:
        """The text in another language."""
        ...


HELD = frozenset(
    {
        "claims_refused",
        "translated",
        "model_budget",
        "model_busy",
        "model_declined",
        "model_denied",
        "model_down",
        "model_garbled",
        "model_handoff",
        "model_late",
        "model_resting",
        "model_unanswered",
        "personal_data",
    }
)
"""Reasons of a draft that only a human may send."""


def written(
    ticket: Ticket,
    classification: Classification,
    configuration: Configuration,
    knowledge: Knowledge,
    writer: Writer | None = None,
) -> Draft:
    """The model's answer if every claim holds; else the quotation, with the reason why it was not used. Never raises."""
    lookup = looked_up(ticket, classification, configuration, knowledge)
    local = quoted(lookup)
    if writer is None or lookup.silent or not (lookup.public or lookup.foreign):
        return local
    passages = {f"P{n}": p for n, p in enumerate(lookup.public, start=1)}
    assignment = Assignment(
        ticket, passages, lookup.language, configuration.chatbot, steered(knowledge, lookup.category)
    )
    try:
        made = _answered(lookup, assignment, writer) if passages else _translated(lookup, assignment, writer)
    except NotWritten as failure:
        made = replace(local, reasons=(*local.reasons, failure.reason))
    return replace(made, cost=writer.cost)


def _answered(lookup: Lookup, assignment: Assignment, writer: Writer) -> Draft:
    """The checked answer. Raises NotWritten when the repaired one does not hold either."""
    wrong: tuple[Refusal, ...] = ()
    for _ in range(ATTEMPTS):
        answer = writer.answer(assignment, wrong)
        wrong = refusals(answer.statements, answer.passages)
        if not wrong:
            return _told(lookup, answer, writer)
    why = " ".join(dict.fromkeys(refusal.reason.text for refusal in wrong))
    raise NotWritten(Reason("claims_refused", f"The model's answer was refused: {why}"))


def _told(lookup: Lookup, answer: Answer, writer: Writer) -> Draft:
    used = [answer.passages[name] for name in dict.fromkeys(n for s in answer.statements for n in s.sources)]
    body = _body([s.text.strip() for s in answer.statements], steps=bool(lookup.category and lookup.category.steps))
    courtesy = getattr(lookup.phrases(used[0]), answer.tone) if answer.tone in TONES else ""
    text = composed(lookup, "\n\n".join(part for part in (courtesy, body) if part), used)
    titles = ", ".join(dict.fromkeys(p.title for p in used))
    reasons = (Reason("source", f"Every statement was found in {titles}."),)
    return Draft(text, (*used, *lookup.inside), reasons, writer.engine)


def _body(said: Sequence[str], *, steps: bool) -> str:
    """Steps under each other, sentences in a row."""
    if steps and len(said) > 1:
        return "\n".join(f"{n}. {unnumbered(one)}" for n, one in enumerate(said, start=1))
    listed = any(unnumbered(one) != one for one in said)
    return ("\n" if listed else " ").join(said)


def _translated(lookup: Lookup, assignment: Assignment, writer: Writer) -> Draft:
    """The quotation in the customer's language, for a human to read first: nobody can check a translation word by word."""
    best = lookup.foreign[0]
    original = quotation_of(best, lookup)
    if not original:
        raise NotWritten(Reason("model_unanswered", "No article says anything that could be translated."))
    text = writer.translated(original, lookup.language, assignment)
    same = {amount for amount, _ in figures(original)} == {amount for amount, _ in figures(text)}
    if not text.strip() or not same or addresses(text) != addresses(original):
        raise NotWritten(Reason("claims_refused", "The model's translation changed an amount or an address."))
    reasons = (
        Reason("source", f"Quotes {best.title}, translated."),
        Reason("translated", "A machine translated it: a person reads it before it is sent."),
    )
    return Draft(composed(lookup, text.strip(), (best,)), (best, *lookup.inside), reasons, writer.engine)
