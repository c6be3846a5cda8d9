"""``deskhand metrics``: figures made from the tickets' stories when somebody asks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from statistics import fmean

import click

from app.cli import opening
from app.db import accounts
from app.engine.outcomes import Story
from app.engine.trends import Error, Trend, error, trends
from app.reports import figures

DAYS = 30
WHO: Mapping[str, Callable[[Story], str]] = {"customers": lambda s: s.person, "agents": lambda s: s.agent}
"""Whose trends can be asked for."""
ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")


@click.command(name="metrics")
@ACCOUNT
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3660), help="How far back.")
@click.option("--of", "which", type=click.Choice((*("desk", "bot", "effectiveness"), *WHO)), default="desk")
@click.option(
    "--hour", type=click.FloatRange(0), help="What a person's hour costs; the configuration says it otherwise."
)
@click.option("--each", type=click.FloatRange(0), help="What one answer of ours costs.")
@opening.as_json
def shown(account_name: str, days: int, which: str, hour: float | None, each: float | None, as_json: bool) -> None:
    """Show how the desk is doing: what was resolved and lasted, how long it took, and what it cost."""
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
        watched = services.configuration(account.id, session).watched
        given = {name: value for name, value in (("hour", hour), ("automatic", each)) if value is not None}
        span = figures.period(f"last-{days}-days", now)
        found = figures.figures(session, account.id, span, now, replace(watched.costs, **given))
    if which in WHO:
        told = found.stories
        _print_trends(f"{account_name}, {days} days", trends(told, WHO[which]), error(told), as_json=as_json)
        return
    own = {one.name: one.value for one in figures.custom(found, watched)}
    values = {
        "desk": lambda: figures.metrics(found) | ({"custom": own} if own else {}),
        "bot": lambda: figures.bot_metrics(found),
        "effectiveness": lambda: figures.effectiveness(found),
    }[which]()
    if as_json:
        opening.print_json({"days": days, **values})
        return
    rows = [(name, _words(value)) for name, value in _flat(values)]
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


def _flat(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """A line each: what has categories or lengths of time in it is a line for each of those."""
    for name, value in values.items():
        if isinstance(value, dict) and value and all(isinstance(one, dict) for one in value.values()):
            yield from ((f"{name}: {of}", one) for of, one in value.items())
        elif isinstance(value, list) and value:
            yield from ((f"{name}: {n}", one) for n, one in enumerate(value, 1))
        else:
            yield name, value


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(_words(one) for one in value) or "none"
    return "not known" if value is None else str(value)
