"""``deskhand experiment``: arms beside each other, with intervals that hold however often somebody looks."""

import click

from app.cli import opening
from app.db import accounts
from app.db.trials import Running
from app.engine.configuration.trials import Experiment
from app.engine.experiments import Found
from app.engine.sequences import Interval
from app.errors import BadInput
from app.trying import looked, plain


@click.command(name="experiment")
@click.argument("name", required=False)
@click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
@opening.as_json
def shown(name: str | None, account_name: str, as_json: bool) -> None:
    """Show what is tried, and what can be said of it by now."""
    services = opening.services()
    with services.database.session() as session:
        account, now = accounts.named(session, account_name), services.database.now(session)
        every = services.configuration(account.id, session).experiments
        if name and name not in {one.name for one in every}:
            raise BadInput("NAME", f"is no experiment; there are {', '.join(one.name for one in every) or 'none'}")
        seen = [(one, looked(session, account.id, one, now)) for one in every if name in (None, one.name)]
    if as_json:
        opening.print_json({"experiments": [_plain(one, result) for one, result in seen]})
        return
    for one, result in seen:
        _show(one, result)
    if not seen:
        click.echo("nothing is tried: see `experiments` in docs")


def _show(one: Experiment, result: tuple[Running, Found] | None) -> None:
    if result is None:
        click.echo(f"{one.name}: nobody was drawn yet")
        return
    running, seen = result
    rows = [
        (
            m.arm,
            str(m.people),
            str(m.tickets),
            _words(m.metric),
            _words(m.satisfaction),
            _words(seen.differences.get(m.arm)),
        )
        for m in seen.measured
    ]
    columns = ("arm", "customers", "tickets", str(one.metric), "satisfaction", "difference to the first")
    opening.print_table(f"{one.name}, since {running.began_at:%Y-%m-%d}", columns, rows)
    click.echo(_end(running))


def _end(running: Running) -> str:
    if running.ended_at is None:
        return "goes on: nothing is clear yet"
    arm = f" {running.arm}" if running.arm else ""
    return f"ended {running.ended_at:%Y-%m-%d}: {running.outcome}{arm}; everybody is answered as usual since"


def _words(one: Interval | None) -> str:
    """A mean of values between 0 and 1 with where it lies; nothing where nothing was measured."""
    return f"{one.mean:.3f} ({one.low:.3f} to {one.high:.3f}, n={one.count})" if one and one.count else ""


def _plain(one: Experiment, result: tuple[Running, Found] | None) -> dict[str, object]:
    if result is None:
        return {"name": one.name, "state": "not begun"}
    running, seen = result
    state = "ended" if running.ended_at else "running"
    return {
        "name": one.name,
        "state": state,
        "began": running.began_at.isoformat(),
        "outcome": running.outcome,
        **plain(seen),
    }
