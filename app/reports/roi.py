"""How a desk compares, and what a month pays: numbers from facts, assumptions named."""

from datetime import datetime, timedelta

from app.engine.outcomes import HELD_AFTER, HOLDS, Hold, holds
from app.engine.returning import SAVED_WITH_DRAFT, TIERS, Assumptions, Month, Return, returned, tier
from app.reports.figures import Figures, Period
from app.reports.sheets import BAD, GOOD, Bar, Card, Cell, Chart, Grid, Sheet


def settled(span: Period, now: datetime) -> Period:
    """As long a time in which it is known what lasted: it ends seven days ago at the latest."""
    late = max(span.until - (now - HELD_AFTER), timedelta())
    return Period(span.name, span.since - late, span.until - late)


def month(found: Figures) -> Month:
    """What happened in the figures' time. Only what is settled after seven days counts as held or postponed."""
    lasted = holds(found.stories, found.facts.now, found.facts.returns)[HOLDS[0]]
    mine = [one for one in found.stories if not one.test]
    span = found.period.until - found.period.since
    return Month(
        days=span.total_seconds() / 86400,
        tickets=len(mine),
        held=lasted[Hold.CONFIRMED] + lasted[Hold.ASSUMED],
        postponed=lasted[Hold.POSTPONED],
        drafted=sum(one.touched and one.drafted for one in mine),
        answers=sum(one.ours for one in mine),
        with_draft=found.values["handle-time-with-draft"],
        without_draft=found.values["handle-time-without-draft"],
    )


def plain(counted: Month, paid: Return, assumed: Assumptions) -> dict[str, object]:
    """Everything as plain values: facts and assumptions apart."""
    return {
        "facts": {**vars(counted), "deflection": counted.deflection, "measuredSaving": counted.measured_saving},
        "tier": tier(counted.deflection),
        "assumptions": vars(assumed),
        "perMonth": {
            "deflected": round(paid.deflected, 2),
            "assisted": round(paid.assisted, 2),
            "corrections": round(paid.corrections, 2),
            "saved": round(paid.saved, 2),
            "spent": round(paid.spent, 2),
            "net": round(paid.net, 2),
            "ratio": None if paid.ratio is None else round(paid.ratio, 3),
            "savingWithDraft": round(paid.saving_with_draft, 4),
            "savingFrom": str(paid.saving_from),
        },
    }


def sheet(counted: Month, assumed: Assumptions, names: tuple[str, str], now: datetime) -> Sheet:
    """The calculation, drawn by ``sheets``. ``names`` are those of the service and of the time."""
    paid = returned(counted, assumed)
    share = counted.deflection
    return Sheet(
        title=f"What it pays: {names[0]}",
        about=f"{counted.tickets} tickets of {counted.days:.0f} days ({names[1]}), taken to a month",
        made_at=now,
        cards=[
            Card("Deflection that holds 7 days", "unknown")
            if share is None
            else Card("Deflection that holds 7 days", f"{share:.1%}", tier(share)),
            *(_earned(paid) if counted.tickets or paid.spent else ()),
        ],
        charts=[_tiers(share), _drafts(counted), *([_money(paid)] if counted.tickets or paid.spent else ())],
        grids=[_assumptions(assumed, paid)],
        notes=(
            "Tiers are published ranges of consumer and small-company support, targets and not absolutes. "
            "Only tickets count of which it is known by now whether they lasted seven days.",
        ),
    )


def _earned(paid: Return) -> list[Card]:
    return [
        Card("Saved in a month", f"{paid.saved:,.2f}", "after corrections"),
        Card("Spent in a month", f"{paid.spent:,.2f}"),
        Card("Remains", f"{paid.net:,.2f}", tone=GOOD if paid.net > 0 else BAD),
        Card("Return", "unknown") if paid.ratio is None else Card("Return", f"{paid.ratio:+.0%}", "of what is spent"),
    ]


def _tiers(share: float | None) -> Chart:
    bars = [
        Bar(
            f"{name}{'  ← you' if tier(share) == name else ''}",
            f"> {least:.0%}" if name == TIERS[0][0] else f"from {least:.0%}",
            least,
        )
        for name, least in TIERS
    ]
    mine = [] if share is None else [Bar("this desk", f"{share:.1%}", 0.0, min(1.0, share))]
    return Chart("Deflection rates in production", [*mine, *bars])


def _drafts(counted: Month) -> Chart:
    low, high = SAVED_WITH_DRAFT
    saved = counted.measured_saving
    mine = Bar("this desk", "not measured yet" if saved is None else f"{saved:.1%}", 0.0, min(1.0, saved or 0.0))
    return Chart("Time that drafts save people", [mine, Bar("the aim", f"{low:.0%} to {high:.0%}", low, high - low)])


def _money(paid: Return) -> Chart:
    parts = (
        ("deflected", paid.deflected, True),
        ("people with drafts", paid.assisted, True),
        ("corrections", paid.corrections, False),
        ("spent", paid.spent, False),
    )
    most = max(abs(value) for _, value, _ in parts) or 1.0
    bars = [
        Bar(name, f"{value:,.2f}", value / most if gain else 0.0, 0.0 if gain else value / most)
        for name, value, gain in parts
    ]
    return Chart("A month in money", bars, legend=("saved", "costs"))


def _assumptions(assumed: Assumptions, paid: Return) -> Grid:
    rows = [[Cell(name.replace("_", "-")), Cell(f"{value:g}", figure=True)] for name, value in vars(assumed).items()]
    note = f"Set them with --assume name=value. What drafts save is {'measured at this desk' if paid.saving_from == 'fact' else 'assumed'}."
    return Grid("What is assumed", ("assumption", "value"), rows, note)
