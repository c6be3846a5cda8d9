"""``deskhand report shadow``, ``day``, ``drift`` and ``roi``: what our records show, as a table, as JSON, or as a page."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from app.cli import opening
from app.db import accounts, agreements
from app.db.accounts import Account
from app.engine.configuration import Configuration
from app.engine.measures import MEASURES
from app.engine.returning import AssumptionError, assuming, returned
from app.errors import BadInput
from app.nlp.topics import crowds
from app.reports import daily, figures, roi, shadow, sheets
from app.reports.daily import Asked
from app.reports.drifting import drifting
from app.reports.figures import Period
from app.reports.sheets import Sheet
from app.services import Services

ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
PAGE = click.option("--html", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to look at.")
MAIL = click.option("--mail", "as_mail", is_flag=True, help="The page as it goes out by mail.")


def _time(default: str) -> Callable[..., Callable[..., object]]:
    return click.option("--time", "when", default=default, show_default=True, help="yesterday, last-7-days, 2026-10...")


@click.command(name="shadow")
@ACCOUNT
@_time("last-30-days")
@PAGE
@opening.as_json
def agreed(account_name: str, when: str, file: Path | None, as_json: bool) -> None:
    """Show what people did beside what we would have done: agreement with its exact interval, disagreements worst first."""
    services = opening.services()
    account, settled, span, now = _looked(services, account_name, when)
    with services.database.reading() as session:
        kept = agreements.between(session, account.id, span.since, span.until)
    drawn = shadow.sheet(kept, f"{settled.service}, {span.name}", now)
    _told(drawn, shadow.summary(kept), file, as_json=as_json)


@click.command(name="day")
@ACCOUNT
@_time("yesterday")
@PAGE
@MAIL
@opening.as_json
def reported(account_name: str, when: str, file: Path | None, as_mail: bool, as_json: bool) -> None:
    """Show the report that recipients get: figures beside the time before, what lasted, what is out of order."""
    services = opening.services()
    account, settled, span, now = _looked(services, account_name, when)
    with services.database.reading() as session:
        asked = Asked(account.id, settled.service, settled.watched, settled.rules.hours.zone, span.name)
        drawn = daily.sheet(session, asked, now, drifting(session, account.id, now, crowds))
        found = figures.figures(session, account.id, span, now, settled.watched.costs)
    values = {"figures": {name: found.values[name] for name in MEASURES}}
    own = {one.name: {"value": one.value, "met": one.met} for one in figures.custom(found, settled.watched)}
    _told(drawn, {"time": span.name, **values, "own": own}, file, as_json=as_json, as_mail=as_mail)


@click.command(name="drift")
@ACCOUNT
@opening.as_json
def changed(account_name: str, as_json: bool) -> None:
    """Show which types of tickets are new, grow or go, this week beside the eight before; of those listed one in twenty is chance."""
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        found = drifting(session, account.id, services.database.now(session), crowds)
    if as_json:
        types = [{**vars(one), "kind": one.kind} for one in found.categories]
        groups = [
            {**vars(one.drift), "kind": one.drift.kind, "category": one.category, "urls": one.urls}
            for one in found.groups
        ]
        opening.print_json({"weeks": found.weeks, "types": types, "groups": groups})
        return
    rows = [
        (one.name, one.kind or "as ever", str(one.count), f"{one.expected:.1f}", f"{one.chance:.2g}")
        for one in found.categories
    ]
    opening.print_table(f"This week beside {found.weeks} before", ("type", "is", "tickets", "expected", "chance"), rows)
    for one in found.groups:
        click.echo(f"{one.drift.kind}: {one.drift.count} alike, filed under {one.category}: {', '.join(one.urls)}")


@click.command(name="roi")
@ACCOUNT
@_time("last-30-days")
@click.option(
    "--assume", "given", multiple=True, metavar="NAME=VALUE", help="Another assumption, such as cost-per-ticket=8."
)
@PAGE
@opening.as_json
def pays(account_name: str, when: str, given: tuple[str, ...], file: Path | None, as_json: bool) -> None:
    """Show how the desk compares with others and what a month pays: numbers from facts, every assumption named and yours to set."""
    try:
        assumed = assuming({name: float(value) for name, _, value in (one.partition("=") for one in given)})
    except (AssumptionError, ValueError) as error:
        raise BadInput("--assume", str(error)) from error
    services = opening.services()
    account, settled, span, now = _looked(services, account_name, when)
    with services.database.reading() as session:
        old = roi.settled(span, now)
        counted = roi.month(figures.figures(session, account.id, old, now, settled.watched.costs))
    plain = roi.plain(counted, returned(counted, assumed), assumed)
    about = f"{old.since:%Y-%m-%d} to {old.until:%Y-%m-%d}"
    _told(roi.sheet(counted, assumed, (settled.service, about), now), plain, file, as_json=as_json)


def _looked(services: Services, name: str, when: str) -> tuple[Account, Configuration, Period, datetime]:
    """Whose report of which time, and the time now."""
    with services.database.reading() as session:
        account = accounts.named(session, name)
        now = services.database.now(session)
        settled = services.configuration(account.id, session)
    return account, settled, figures.period(when, now, settled.rules.hours.zone), now


def _told(drawn: Sheet, plain: dict[str, object], file: Path | None, *, as_json: bool, as_mail: bool = False) -> None:
    if file:
        file.write_text(sheets.mail(drawn) if as_mail else sheets.page(drawn), encoding="utf-8")
    if as_json:
        opening.print_json(plain)
        return
    click.echo(sheets.text(drawn))
    if file:
        click.echo(f"\nreport     {file}")
