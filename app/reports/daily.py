"""The report that goes to an account's people: a day or a week, beside the time before, with what is out of order and what changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.db import alarms, stories
from app.engine import measures, outcomes
from app.engine.configuration.analytics import Watched
from app.engine.measures import MEASURES, Unit
from app.engine.outcomes import HELD_AFTER, Hold, Story
from app.reports import figures
from app.reports.drifting import Drifting
from app.reports.figures import Custom, Figures, Period
from app.reports.sheets import BAD, GOOD, Bar, Card, Cell, Chart, Grid, Sheet

SETTLING = frozenset(
    ("deflection-rate", "hold-rate", "held", "confirmed", "assumed", "postponed", "escalation-accuracy")
)
"""Figures that are known only when seven days have passed: they are made of tickets so much older."""
COURSE = 14
"""Days that the course of time shows."""
CATEGORIES = 10
CLEAR = 0.05
"""By so much a figure has to differ for a colour."""


@dataclass(frozen=True)
class Asked:
    """Whose report of which time. ``period`` is a name that ``figures.period`` takes."""

    account_id: str
    name: str
    watched: Watched
    zone: ZoneInfo
    period: str = "yesterday"


def sheet(session: Session, asked: Asked, now: datetime, drift: Drifting | None = None) -> Sheet:
    """The report. Everything in it is made from facts as they are now."""
    span = figures.period(asked.period, now, asked.zone)
    old, whole = _earlier(span, HELD_AFTER), Period("", span.until - timedelta(days=30), span.until)
    oldest = min(one.since for one in (whole, _before(span), _before(old)))
    told = stories.since(session, asked.account_id, oldest)
    found, before, settled, settled_before, month = (
        figures.figures(session, asked.account_id, one, now, asked.watched.costs, told)
        for one in (span, _before(span), old, _before(old), whole)
    )
    day = f"{span.since.astimezone(asked.zone):%A, %d %B %Y}"
    title = f"{asked.name}: {day}" if asked.period == "yesterday" else f"{asked.name}: {span.name}"
    return Sheet(
        title=title,
        about=f"{len(found.stories)} tickets, beside the same time before",
        made_at=now,
        warnings=[
            f"{text} (since {since:%Y-%m-%d %H:%M} UTC)" for text, since in alarms.standing(session, asked.account_id)
        ],
        cards=[
            _card(name, (settled, settled_before) if name in SETTLING else (found, before), asked.zone)
            for name in asked.watched.shown
        ],
        charts=[_course(month.stories, span.until, asked.zone), _by_category(found.stories), _lasted(month)],
        grids=[
            *_own(figures.custom(found, asked.watched)),
            *(_drift(drift) if drift else ()),
        ],
        notes=(
            "What lasted is looked at 7, 14 and 30 days after a ticket was solved; figures of new tickets still change.",
        ),
    )


def _before(span: Period) -> Period:
    """As long a time that ended a week before a day, or right before a longer one: days of the week differ."""
    length = span.until - span.since
    return _earlier(span, max(length, timedelta(days=7)))


def _earlier(span: Period, back: timedelta) -> Period:
    return Period("before", span.since - back, span.until - back)


def _card(name: str, both: tuple[Figures, Figures], zone: ZoneInfo) -> Card:
    found, before = both
    value, was = found.values[name], before.values[name]
    title, shown = MEASURES[name].title, measures.shown(name, value)
    if value is None or was is None or name == "waiting":  # what waits is known for now alone
        return Card(title, shown)
    made_of = f"of {found.period.since.astimezone(zone):%d.%m.}, before: " if name in SETTLING else "before: "
    return Card(title, shown, f"{made_of}{measures.shown(name, was)}", _tone(name, value, was))


def _tone(name: str, value: float, was: float) -> str:
    better = MEASURES[name].better
    step = CLEAR if MEASURES[name].unit is Unit.SHARE else CLEAR * abs(was)
    if not better or abs(value - was) < step or value == was:
        return ""
    return GOOD if (value > was) == (better > 0) else BAD


def _course(stories: Sequence[Story], until: datetime, zone: ZoneInfo) -> Chart:
    days = [(until - timedelta(days=n)).astimezone(zone).date() for n in range(COURSE, 0, -1)]
    on = [[one for one in stories if not one.test and one.opened_at.astimezone(zone).date() == day] for day in days]
    most = max((len(pile) for pile in on), default=0) or 1
    bars = [
        Bar(f"{day:%d.%m.}", str(len(pile)), ours / most, (len(pile) - ours) / most)
        for day, pile in zip(days, on, strict=True)
        for ours in [sum(one.automatic for one in pile)]
    ]
    return Chart("Tickets of the last two weeks", bars, legend=("resolved by itself", "people"), upright=True)


def _by_category(stories: Sequence[Story]) -> Chart:
    found = list(outcomes.by_category([one for one in stories if not one.test]).items())[:CATEGORIES]
    most = max((one.total for _, one in found), default=0) or 1
    bars = [
        Bar(
            name or "no category",
            f"{one.automatic} of {one.total}",
            one.automatic / most,
            (one.total - one.automatic) / most,
        )
        for name, one in found
    ]
    return Chart("What it was about", bars, legend=("resolved by itself", "people"))


def _lasted(month: Figures) -> Chart:
    found = outcomes.holds(month.stories, month.facts.now, month.facts.returns)
    bars = []
    for days, counts in found.items():
        settled = sum(counts[kind] for kind in (Hold.CONFIRMED, Hold.ASSUMED, Hold.POSTPONED))
        shown = (
            f"{counts[Hold.CONFIRMED]} confirmed, {counts[Hold.ASSUMED]} assumed, {counts[Hold.POSTPONED]} came back"
        )
        parts = (counts[Hold.CONFIRMED] / settled, counts[Hold.ASSUMED] / settled) if settled else (0.0, 0.0)
        early = (
            f"too early to say of {counts[Hold.OPEN]}" if counts[Hold.OPEN] else "nothing was resolved without a person"
        )
        bars.append(Bar(f"after {days} days", shown if settled else early, *parts))
    note = "Of the last 30 days, resolved without a person. The rest of a bar came back about the same problem."
    return Chart("What lasted", bars, note, ("confirmed by the customer", "assumed: nobody came back"))


def _own(own: Sequence[Custom]) -> list[Grid]:
    if not own:
        return []
    tones = {True: GOOD, False: BAD, None: ""}
    rows = [
        [
            Cell(one.name),
            Cell(measures.shown(measures.named(one.name) or one.name, one.value), tone=tones[one.met], figure=True),
            Cell(one.target or "-"),
            Cell(one.calculation or "-"),
        ]
        for one in own
    ]
    return [Grid("Your own figures", ("figure", "value", "should be", "made of"), rows)]


def _drift(drift: Drifting) -> list[Grid]:
    rows = [
        [Cell(one.name), Cell(one.kind), Cell(str(one.count), figure=True), Cell(f"{one.expected:.1f}", figure=True)]
        for one in drift.changed
    ]
    note = f"Beside {drift.weeks} weeks before; of what is listed at most one in twenty is chance."
    empty = (
        "Nothing that is more than chance." if drift.weeks >= 3 else f"Too early to say: {drift.weeks} weeks are known."
    )
    grids = [Grid("What customers ask about, this week", ("type", "is", "tickets", "expected"), rows, note, empty)]
    if drift.groups:
        crowds = [
            [
                Cell(one.urls[0].rpartition("/")[2] if one.urls else "-", one.urls[0] if one.urls else ""),
                Cell(one.drift.kind),
                Cell(one.category),
                Cell(str(one.drift.count), figure=True),
                Cell(f"{one.drift.expected:.1f}", figure=True),
            ]
            for one in drift.groups
        ]
        grids.append(
            Grid("Questions that are alike", ("for example", "is", "filed under", "tickets", "expected"), crowds)
        )
    return grids
