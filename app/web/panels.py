"""A card as plain parts for hosts that draw sidebars themselves, and what a press on one of them means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.engine.sidebar import Card, State
from connectors.panel import Button, Choice, Draft, Facts, Line, Links, Panel, Part, Tone


@dataclass(frozen=True)
class Press:
    """A press: what, about which decision or effect, and why where that was asked."""

    action: str
    value: str = ""
    reason: str = ""


def press(given: str) -> Press:
    """What a button's id means; an id of another shape means nothing that anybody acts on."""
    action, _, rest = given.partition(":")
    value, _, reason = rest.partition("|")
    return Press(action, value, reason)


def panel(card: Card, words: Mapping[str, str], reasons: tuple[str, ...], said: str = "") -> Panel:
    """The card in that language: what to do first, the rest behind a button."""
    first = (*_state(card, words, said), *_proposals(card, words), *_draft(card, words), *_hands(card, words))
    return Panel(first, (*_details(card, words), *_wrong(card, words, reasons)), words["more"])


def _state(card: Card, words: Mapping[str, str], said: str) -> Iterator[Part]:
    yield Line(words[card.state], Tone.TITLE)
    if said:
        yield Line(words[said], Tone.ALERT)
    shown = card.state not in (State.UNREAD, State.WATCHING)
    if shown and card.category:
        yield Line(f"{card.category} · {words[card.sure]} · {card.confidence:.0%}")
    elif shown:
        yield Line(words["unknown"])
    if card.state is not State.DRAFT:
        yield Line(words[f"{card.state}_more"], Tone.QUIET)
    if card.state is State.UNREAD:
        yield Button("look", words["look"], main=True)


def _proposals(card: Card, words: Mapping[str, str]) -> Iterator[Part]:
    for offered in card.proposals:
        if offered.open:
            yield Line(offered.proposal.title, Tone.ALERT)
            yield from (Line(line, Tone.QUIET) for line in offered.proposal.details)
            yield Button(f"approve:{offered.proposal.key}", words["approve"], main=True)
            yield Button(f"reject:{offered.proposal.key}", words["reject"])


def _draft(card: Card, words: Mapping[str, str]) -> Iterator[Part]:
    if not card.usable:
        return
    if card.state is State.DRAFT:
        yield Draft(words["reply"], card.draft)
        if card.until:
            yield Line(words["until"].replace("{time}", f"{card.until:%Y-%m-%d %H:%M} UTC"), Tone.ALERT)
        yield Button(f"share:{card.decision}", words["send"], main=True)
    else:
        yield Draft(words["reply"], card.draft)


def _hands(card: Card, words: Mapping[str, str]) -> Iterator[Part]:
    if card.decision:
        yield (
            Button(f"resume:{card.decision}", words["resume"])
            if card.quiet
            else Button(f"escalate:{card.decision}", words["escalate"])
        )


def _details(card: Card, words: Mapping[str, str]) -> Iterator[Part]:
    if card.sources:
        yield Line(words["sources"], Tone.TITLE)
        internal = words["internal"]
        yield Links(tuple((f"{s.title} ({internal})" if s.internal else s.title, s.url) for s in card.sources))
    if card.facts:
        yield Line(words["customer"], Tone.TITLE)
        yield Facts(card.facts)
    lines = (*card.why, *(f"{words['instead']}: {name} {p:.0%}" for name, p in card.others), *card.holds)
    if lines:
        yield Line(words["why"], Tone.TITLE)
        yield from (Line(line, Tone.QUIET) for line in lines)
    if card.done:
        yield Line(words["done"], Tone.TITLE)
        named = {"answered": "did_answered"}
        yield from (
            Line(words[named.get(what, what)].replace("{value}", value), Tone.QUIET) for what, value in card.done
        )
        if card.undoable:
            yield Button(f"undo:{card.decision}", words["undo"])


def _wrong(card: Card, words: Mapping[str, str], reasons: tuple[str, ...]) -> Iterator[Part]:
    if card.usable:
        yield Choice(words["wrong"], tuple((f"wrong:{card.decision}|{one}", words[f"r_{one}"]) for one in reasons))
        yield Button(f"dismissed:{card.decision}", words["dismiss"])
