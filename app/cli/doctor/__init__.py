"""``deskhand doctor``: what is wrong, in words, and what to do. Looks only; changes nothing. What it looks at is a module by subject."""

from collections.abc import Iterator
from dataclasses import asdict

import click

from app import logs
from app.cli import opening
from app.cli.doctor import connected, keys, machine, people, stores, watching, work
from app.cli.doctor.finding import Finding, tried
from app.services import Services
from app.settings import Settings


@click.command()
@click.option("--offline", is_flag=True, help="Ask no vendor.")
@opening.as_json
def doctor(offline: bool, as_json: bool) -> None:
    """Look at this machine, Redis, the database, keys, the work and every connection. Exit 1 when something is wrong."""
    settings = Settings.load()
    logs.set_up(settings.log_level, plain=settings.log_plain)
    findings = list(examine(Services(settings), offline=offline))
    well = all(finding.well for finding in findings)
    if as_json:
        opening.print_json({"ok": well, "findings": [asdict(finding) for finding in findings]})
    else:
        rows = [(f.what, f.mark, f.text, f.remedy) for f in findings]
        opening.print_table("Deskhand", ("", "", "what", "what to do"), rows)
    raise SystemExit(0 if well else 1)


def examine(services: Services, *, offline: bool) -> Iterator[Finding]:
    """Everything that was looked at, in the order in which things depend on each other."""
    database = tried("database", lambda: stores.database(services))
    yield database
    broker = stores.asked_broker(services, "broker", lambda: stores.broker(services))
    yield broker
    yield from machine.look(services.settings)
    yield keys.language(services)
    yield from keys.look(services.settings)
    yield from watching.look(services.settings)
    if not database.well:
        return
    yield tried("sealed values", lambda: keys.whole(services))
    yield from stores.look(services, broker_well=broker.well)
    yield stores.asked_broker(services, "workers", lambda: work.workers(services))
    yield tried("clock", lambda: work.clock(services))
    yield from work.look(services)
    yield from watching.told(services)
    yield from people.look(services)
    yield from connected.look(services, offline=offline)
