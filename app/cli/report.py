"""``deskhand report``: how it went. Reads our records only."""

from datetime import timedelta

import click

from app.cli import opening
from app.db import accounts, deadlines
from app.db.deadlines import Line

DAYS = 30


@click.group()
def report() -> None:
    """Show how it went."""


@report.command()
@click.option("--account", "name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3660), help="How far back.")
@opening.as_json
def sla(name: str, days: int, as_json: bool) -> None:
    """Show how promises were kept, by policy, team and tier; a clock that has run out counts as broken."""
    services = opening.services()
    with services.database.reading() as session:
        now = services.database.now(session)
        found = deadlines.report(session, accounts.named(session, name).id, now - timedelta(days=days), now)
    if as_json:
        opening.print_json({"days": days, "lines": [_plain(line) for line in found]})
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
    opening.print_table(f"Promises of {days} days", ("policy", "metric", "team", "tier", "clocks", "broken"), rows)


def _share(line: Line) -> float:
    return line.breached / line.clocks


def _plain(line: Line) -> dict[str, object]:
    return {**vars(line), "share": round(_share(line), 4)}
