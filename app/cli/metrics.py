"""``deskhand metrics``: figures made from the tickets' stories when somebody asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from statistics import fmean

import click

from app.cli import opening
from app.db import accounts, lessons, stories
from app.engine.lessons import Lesson
from app.engine.outcomes import Costs, Story, bot_metrics, effectiveness, metrics
from app.engine.trends import Error, Trend, error, trends

DAYS = 30
WHO: Mapping[str, Callable[[Story], str]] = {"customers": lambda s: s.person, "agents": lambda s: s.agent}
"""Whose trends can be asked for."""
ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")


@click.command(name="metrics")
@ACCOUNT
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3660), help="How far back.")
@click.option("--of", "which", type=click.Choice((*("desk", "bot", "effectiveness"), *WHO)), default="desk")
@click.option(
    "--hour", default=Costs.hour, show_default=True, type=click.FloatRange(0), help="What a person's hour costs."
)
@click.option(
    "--each",
    default=Costs.automatic,
    show_default=True,
    type=click.FloatRange(0),
    help="What one answer of ours costs.",
)
@opening.as_json
def shown(account_name: str, days: int, which: str, hour: float, each: float, as_json: bool) -> None:
    """Show how the desk is doing: what was resolved and lasted, how long it took, and what it cost."""
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
        told = stories.since(session, account.id, now - timedelta(days=days))
        learned = lessons.counts(session, account.id, now - timedelta(days=days))
    if which in WHO:
        _print_trends(f"{account_name}, {days} days", trends(told, WHO[which]), error(told), as_json=as_json)
        return
    right = _right(learned)
    found = {
        "desk": lambda: metrics(told, now, Costs(hour, each)),
        "bot": lambda: bot_metrics(told, right, {}),
        "effectiveness": lambda: effectiveness(told, right),
    }[which]()
    if as_json:
        opening.print_json({"days": days, **found})
        return
    rows = [(name, _words(value)) for name, value in found.items()]
    opening.print_table(f"{account_name}, {days} days", ("figure", "value"), rows)


def _print_trends(title: str, found: Sequence[Trend], wrong: Error, *, as_json: bool) -> None:
    if as_json:
        opening.print_json({"trends": [_listed(one) for one in found], "error": asdict(wrong)})
        return
    rows = [(one.who, str(one.tickets), *_turn(one), _weeks(one)) for one in found]
    opening.print_table(title, ("who", "tickets", "mood a week", "rated", "by week: mood, good rating foreseen"), rows)
    if wrong.ratings:
        click.echo(f"\nForeseen against {wrong.ratings} ratings: wrong by {wrong.absolute:.2f} on average.")
    else:
        click.echo("\nNobody has rated anything yet: how wrong what is foreseen is cannot be said.")


def _listed(one: Trend) -> dict[str, object]:
    points = [asdict(point) | {"week": point.week.isoformat()} for point in one.points]
    return {"who": one.who, "tickets": one.tickets, "slope": one.slope, "points": points}


def _turn(one: Trend) -> tuple[str, str]:
    rated = [point.rating for point in one.points if point.rating is not None]
    return ("unknown" if one.slope is None else f"{one.slope:+.2f}", f"{fmean(rated):.1f}" if rated else "never")


def _weeks(one: Trend) -> str:
    said = (f"{p.week:%d %b} {_share(p.mood, '+.2f')}, {_share(p.foreseen, '.0%')}" for p in one.points[-4:])
    return "; ".join(said)


def _share(value: float | None, how: str) -> str:
    return "unknown" if value is None else format(value, how)


def _right(learned: dict[str, dict[Lesson, int]]) -> tuple[int, int]:
    """Drafts that people let stand, of all that they judged."""
    every = [(kind, number) for counts in learned.values() for kind, number in counts.items()]
    return sum(number for kind, number in every if kind.right), sum(number for _, number in every)


def _words(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(one)}" for name, one in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(_words(one) for one in value) or "none"
    return "unknown" if value is None else str(value)
