"""The internal note that an agent finds in the ticket: what it is, what to send, why, from which sources.

It never repeats what the customer wrote: the agent has that right above it.
"""

from app.engine.configuration.settled import Configuration
from app.engine.ports import Before
from app.engine.standing import Case
from app.engine.types import Mode, Passage, Reason

_LOOK = 280
"""Characters of an internal page, or of how a ticket was solved, that the note shows."""


def note(case: Case, decision: str, mode: Mode, reasons: tuple[Reason, ...], told: tuple[Reason, ...] = ()) -> str:
    """The note as Markdown: four lines, the draft, internal pages with a warning, and the decision's id last.

    ``told`` are reasons that a briefing above it gives.
    """
    parts = [
        "\n".join(
            (
                f"**What it is:** {_what(case)}",
                f"**What to send:** {_advice(case, mode)}",
                f"**Why:** {_why(case, reasons, told)}",
                f"**Sources:** {_sources(case.draft.passages)}",
            )
        )
    ]
    if case.draft.text and mode is Mode.ASSIST:
        parts.append(f"**Draft**\n\n{case.draft.text}")
    inside = [p for p in case.draft.passages if p.restricted]
    if inside:
        parts.append(
            "**Internal, not for the customer**\n\n" + "\n".join(f"- {p.title}: {_look(p.text)}" for p in inside)
        )
    if case.standing.solved:
        parts.append("**Solved before**\n\n" + "\n".join(map(_before, case.standing.solved)))
    parts.append(f"Deskhand decision {decision}")
    return "\n\n".join(parts)


def _what(case: Case) -> str:
    judged, configuration = case.classification, case.configuration
    if not judged.category:
        return "no category fits"
    others = ", ".join(label.category for label in judged.labels[1:3])
    also = f"; perhaps {others}" if others else ""
    return f"{judged.category}, {judged.confidence:.0%} sure{also}{_group(judged.category, configuration)}"


def _group(category: str, configuration: Configuration) -> str:
    known = configuration.category(category)
    return f" ({known.group})" if known and known.group else ""


def _advice(case: Case, mode: Mode) -> str:
    if mode.rank >= Mode.DEFLECT.rank:
        return "nothing, the answer has been sent automatically"
    if case.draft.until:
        return "the draft below, which says what happens next; then your own words"
    if case.draft.text:
        return "the draft below, once you have read it"
    if case.draft.work and case.draft.work.proposals:
        return "nothing yet: what waits below needs an approval first"
    return "your own words: no source found"


def _why(case: Case, reasons: tuple[Reason, ...], told: tuple[Reason, ...]) -> str:
    """The classifier's reasons, then the gate's; each once."""
    above = {reason.text for reason in told}
    texts = dict.fromkeys(r.text for r in (*case.classification.reasons, *reasons) if r.text and r.text not in above)
    return " ".join(texts)


def _sources(passages: tuple[Passage, ...]) -> str:
    if not passages:
        return "none"
    return ", ".join(source(p) + (" (internal)" if p.restricted else "") for p in passages)


def source(passage: Passage) -> str:
    """A passage's title, linked where it has an address; brackets in a title do not break the link."""
    title = passage.title.translate({ord("["): "(", ord("]"): ")"}) or passage.source
    return f"[{title}]({passage.url})" if passage.url.startswith(("https://", "http://")) else title


def _before(one: Before) -> str:
    return f"- {one.ticket}, {one.at:%Y-%m-%d}, {one.alike:.0%} alike: {_look(one.resolution)}"


def _look(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LOOK else f"{flat[:_LOOK].rsplit(' ', 1)[0]} ..."
