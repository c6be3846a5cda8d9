"""``deskhand report``: how it went. Reads our records only."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from app.cli import opening, sheets
from app.db import accounts, deadlines, forecasts, hostclocks
from app.db.deadlines import Line
from app.db.forecasts import Place
from app.db.hostclocks import HostLine
from app.engine import routing
from app.engine.prediction import calibration_error
from app.engine.routing import Waiting
from connectors.types import Priority

DAYS = 30


@click.group()
def report() -> None:
    """Show how it went."""


for command in (sheets.agreed, sheets.reported, sheets.changed, sheets.pays):
    report.add_command(command)


@report.command()
@click.option("--account", "name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3660), help="How far back.")
@opening.as_json
def sla(name: str, days: int, as_json: bool) -> None:
    """Show how promises were kept, by policy, team and tier; a clock that has run out counts as broken."""
    services = opening.services()
    with services.database.reading() as session:
        now = services.database.now(session)
        account, since = accounts.named(session, name).id, now - timedelta(days=days)
        found = deadlines.report(session, account, since, now)
        host = hostclocks.report(session, account, since, now)
        said = forecasts.outcomes(session, account, since, now)
    foretold = {"cases": len(said), "calibration_error": round(calibration_error(said), 4) if said else None}
    if as_json:
        lines = [_plain(line) for line in found]
        opening.print_json(
            {"days": days, "lines": lines, "helpdesk": [vars(one) for one in host], "forecasts": foretold}
        )
        return
    rows = [
        (
            one.policy,
            one.metric,
            one.team or "-",
            one.tier or "-",
            str(one.clocks),
            f"{one.breached} ({_share(one):.1%})",
        )
        for one in found
    ]
    _print_host(host)
    if said:
        click.echo(
            f"{len(said)} forecasts of broken promises were off by {foretold['calibration_error']:.1%} on average"
        )
    opening.print_table(f"Promises of {days} days", ("policy", "metric", "team", "tier", "clocks", "broken"), rows)


def _print_host(host: Sequence[HostLine]) -> None:
    """The helpdesk's own clocks, where it keeps any."""
    if host:
        rows = [(one.metric or "-", one.policy or "-", str(one.clocks), str(one.missed)) for one in host]
        opening.print_table("The helpdesk's own SLA", ("metric", "policy", "clocks", "missed"), rows)


@report.command()
@click.option("--account", "name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--team", default="", metavar="NAME", help="Only this team's.")
@opening.as_json
def queue(name: str, team: str, as_json: bool) -> None:
    """Show what waits in the order to work in: by the time left, urgent ones earlier."""
    services = opening.services()
    with services.database.reading() as session:
        now = services.database.now(session)
        places = forecasts.places(session, accounts.named(session, name).id)
    ordered = _ordered([one for one in places if not team or one.team.casefold() == team.casefold()])
    if as_json:
        opening.print_json({"tickets": [_waits(one, now) for one in ordered]})
        return
    rows = [
        (one.ref, one.priority, one.team or "-", one.metric, _left(one.due - now), _risk(one.risk)) for one in ordered
    ]
    opening.print_table("What waits", ("ticket", "priority", "team", "promise", "left", "risk"), rows)


def _ordered(places: Sequence[Place]) -> list[Place]:
    waiting = {
        str(n): Waiting(str(n), Priority(one.priority or "normal"), one.started, one.due)
        for n, one in enumerate(places)
    }
    return [places[int(one.ticket)] for one in routing.queue(waiting.values())]


def _waits(one: Place, now: datetime) -> dict[str, object]:
    left = int((one.due - now).total_seconds() // 60)
    times = {"started": one.started.isoformat(), "due": one.due.isoformat()}
    return {**vars(one), **times, "minutes_left": left, "risk": None if one.risk is None else round(one.risk, 3)}


def _left(left: timedelta) -> str:
    minutes = int(abs(left).total_seconds()) // 60
    return f"{'-' if left < timedelta() else ''}{minutes // 60}:{minutes % 60:02}"


def _risk(risk: float | None) -> str:
    return "-" if risk is None else f"{risk:.0%}"


def _share(line: Line) -> float:
    return line.breached / line.clocks


def _plain(line: Line) -> dict[str, object]:
    return {**vars(line), "share": round(_share(line), 4)}
