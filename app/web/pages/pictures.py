"""Pictures drawn by the server, as numbers for templates: workflows as boxes and arrows, bars by day, a week's hours. No page's content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from app.engine.configuration.steps import Workflow
from app.engine.hours import DAY_MINUTES, Calendar
from app.engine.outcomes import Story

WIDE, HIGH, GAP = 190, 62, 34
"""A box, and the space between two."""
PER_ROW = 4
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Box:
    """One step. ``kind``: box, effect (something changes elsewhere) or end."""

    x: int
    y: int
    title: str
    lines: tuple[str, ...] = ()
    kind: str = "box"


@dataclass(frozen=True)
class Flow:
    """A workflow's picture: boxes in reading order, arrows between them, and the same in words for who does not see it."""

    boxes: tuple[Box, ...]
    arrows: tuple[str, ...]
    width: int
    height: int
    words: str


def flow(workflow: Workflow, effects: Mapping[str, bool]) -> Flow:
    """The steps from left to right, row by row. ``effects``: action -> whether it changes something elsewhere."""
    steps: list[tuple[str, tuple[str, ...], str]] = [("A ticket comes", (workflow.category,), "end")]
    steps += [
        (spaced(step.action), _lines(step.condition, step.settings), "effect" if effects.get(step.action) else "box")
        for step in workflow.steps
    ]
    steps.append(("The answer is judged", ("sent, or drafted for people",), "end"))
    boxes = tuple(
        Box((n % PER_ROW) * (WIDE + GAP) + 2, (n // PER_ROW) * (HIGH + GAP) + 2, title, lines, kind)
        for n, (title, lines, kind) in enumerate(steps)
    )
    columns, rows = min(len(boxes), PER_ROW), -(-len(boxes) // PER_ROW)
    arrows = tuple(_arrow(a, b) for a, b in pairwise(boxes))
    size = columns * (WIDE + GAP) - GAP + 4, rows * (HIGH + GAP) - GAP + 4
    return Flow(boxes, arrows, *size, ", then ".join(title for title, _, _ in steps))


def spaced(name: str) -> str:
    """``fetchOrderStatus`` and ``fetch-order-status`` as people say them."""
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _lines(condition: str, settings: Mapping[str, object]) -> tuple[str, ...]:
    """What a box says below its title, short enough for it."""
    said = [f"if {condition}"] if condition else []
    said += [f"{spaced(name)}: {value}" for name, value in settings.items() if isinstance(value, str | int)]
    return tuple(line if len(line) <= 30 else f"{line[:29]}…" for line in said[:2])


def _arrow(a: Box, b: Box) -> str:
    if a.y == b.y:
        return f"M{a.x + WIDE} {a.y + HIGH // 2}H{b.x - 4}"
    middle = a.y + HIGH + GAP // 2
    return f"M{a.x + WIDE // 2} {a.y + HIGH}V{middle}H{b.x + WIDE // 2}V{b.y - 4}"


@dataclass(frozen=True)
class Bar:
    """One day: how many tickets there were, how many of them we resolved alone, and where that is drawn."""

    day: date
    total: int
    ours: int
    x: float
    y: float
    y_ours: float


@dataclass(frozen=True)
class Bars:
    """Bars by day. ``most`` is what the highest stands for."""

    bars: tuple[Bar, ...]
    most: int
    each: float
    width: int = 760
    height: int = 160


def bars(told: Sequence[Story], now: datetime, days: int) -> Bars:
    """The last days, today included; a day without tickets is there, too."""
    first = now.date() - timedelta(days=days - 1)
    counts = {first + timedelta(days=n): [0, 0] for n in range(days)}
    for story in told:
        day = story.opened_at.date()
        if day in counts and not story.test:
            counts[day][0] += 1
            counts[day][1] += story.automatic
    most = max((total for total, _ in counts.values()), default=0) or 1
    shape = Bars((), most, 760 / days)
    made = tuple(
        Bar(day, total, ours, n * shape.each, *(shape.height * (1 - part / most) for part in (total, ours)))
        for n, (day, (total, ours)) in enumerate(counts.items())
    )
    return Bars(made, most, shape.each)


def week(calendar: Calendar) -> list[tuple[str, list[tuple[float, float]]]]:
    """(day, its spans as shares of the day: from, length)."""
    return [
        (name, [(start / DAY_MINUTES, (end - start) / DAY_MINUTES) for start, end in calendar.week.get(number, ())])
        for number, name in enumerate(DAYS)
    ]
