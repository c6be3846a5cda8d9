"""What will happen in a run, drawn from its seed alone: who writes what, what becomes of its webhook, and what is struck when."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

ORDER = "Where is my order {}? I want to track my parcel."
"""What may be answered by itself, where that was earned."""
OTHER = "Do you engrave names into brass lamps? It is for my colleague, number {}."
"""What nobody proved: only people answer it."""
FIRST = 10_000
"""The number of the first event; each customer's words bear the number of theirs."""

HOOKS = {"": 80, "lose": 6, "double": 7, "late": 3, "reorder": 4}
"""What becomes of an event's webhook, and how often in a hundred."""
FAULTS = {
    "": 930, "refused": 15, "broken": 15, "reset_before": 15, "reset_after": 15, "hang_after": 4, "hang": 2, "conflict": 4
}  # fmt: skip
"""What the vendor does to one of our writes, and how often in a thousand."""
HURTS = {"worker": 40, "web": 14, "clock": 10, "broker": 10, "wipe": 8, "disk": 6, "skew": 8, "database": 12}
"""What is struck, and how often. A skewed clock is that of a process which was killed and starts again with another time."""


@dataclass(frozen=True)
class Blow:
    """One act of violence. ``seconds``: how far the clock is off, or how long the disk is full."""

    kind: str
    target: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Step:
    """One event: somebody writes. ``ticket`` counts the plan's own tickets."""

    number: int
    desk: str
    act: str
    """``opens``, ``follows`` or ``takes over``: an agent's word."""
    ticket: int
    text: str
    hook: str = ""
    fault: str = ""
    blow: Blow | None = None


@dataclass
class Cast:
    """Whom the plan may use: desks with how often they are written to, and the processes by kind."""

    desks: dict[str, int]
    agents: frozenset[str]
    """Desks where people answer, too."""
    parts: dict[str, Sequence[str]]
    skew: float
    """Seconds by which a clock may be off."""
    opened: dict[str, list[int]] = field(default_factory=dict)


def drawn(seed: int, events: int, kills: int, cast: Cast) -> list[Step]:
    """The same for the same arguments, on every machine."""
    dice = random.Random(f"{seed}:{events}:{kills}")
    struck = set(dice.sample(range(events), kills))
    cast.opened = {name: [] for name in cast.desks}
    tickets, unproven = 0, set[int]()
    steps: list[Step] = []
    for place in range(events):
        name = _one(dice, cast.desks)
        known = cast.opened[name]
        act = "opens" if not known or dice.random() < 0.55 else "follows"
        if act == "opens":
            known.append(tickets)
            tickets += 1
        ticket = known[-1] if act == "opens" else dice.choice(known[-60:])
        blow = _blow(dice, cast) if place in struck else None
        text = (ORDER if dice.random() < 0.8 else OTHER).format(FIRST + place)
        # Where nothing is proven, so that an agent's own words take no proof away.
        if act == "follows" and name in cast.agents and ticket in unproven and dice.random() < 0.25:
            act = "takes over"
        unproven ^= {ticket} & unproven if text.startswith(ORDER[:8]) else {ticket} - unproven
        fate = (_one(dice, HOOKS), _one(dice, FAULTS))
        steps.append(Step(FIRST + place, name, act, ticket, text, *fate, blow))
    return steps


def digest(steps: Sequence[Step]) -> str:
    """The same for the same plan: two runs that show it played the same."""
    return hashlib.sha256(repr(list(steps)).encode()).hexdigest()[:16]


def _blow(dice: random.Random, cast: Cast) -> Blow:
    kind = _one(dice, {kind: weight for kind, weight in HURTS.items() if cast.parts.get(kind)})
    target = dice.choice(list(cast.parts[kind]))
    if kind == "skew":
        return Blow(kind, target, round(dice.uniform(-cast.skew, cast.skew), 1))
    return Blow(kind, target, round(dice.uniform(1, 3), 1) if kind == "disk" else 0.0)


def _one(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]
