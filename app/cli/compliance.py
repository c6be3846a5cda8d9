"""``deskhand compliance``: what the standards ask for, checked against our records; and a look through tables and logs at once."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from app.cli import opening
from app.db import accounts
from app.reports import compliance as reports
from app.reports.compliance import Report


@click.group()
def compliance() -> None:
    """Check what PCI-DSS, GDPR and SOC 2 ask for."""


@compliance.command()
@click.option("--account", "name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--period", default="", metavar="2026-Q4", help="A quarter in UTC; this one without it.")
@click.option("--standard", "standards", multiple=True, metavar="NAME", help="Only this one; may be given again.")
@opening.as_json
def report(name: str, period: str, standards: tuple[str, ...], as_json: bool) -> None:
    """Show each check with what it looked at, and every violation. Exit code 1 where a check fails."""
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, name)
        now = services.database.now(session)
    when = reports.quarter(period or f"{now:%Y}-Q{(now.month + 2) // 3}")
    settled = services.configuration(account.id)
    with services.database.reading() as session:
        found = reports.report(session, account.id, settled, when, now, standards)
    if as_json:
        opening.print_json(reports.plain(found, services.settings.public_url))
    else:
        _print(found, services.settings.public_url)
    sys.exit(1 if any(one.compliant is False for one in found.checked) else 0)


def _print(found: Report, public_url: str) -> None:
    if not found.checked and not found.unknown:
        click.echo("The configuration names no standards: see `compliance.standards`, or give --standard.")
        return
    rows = [
        (one.standard, check.title, str(result.status), result.said)
        for one in found.checked
        for check, result in one.results
    ]
    rows += [(name, "-", "UNKNOWN", "there are no checks for it") for name in found.unknown]
    opening.print_table(f"{found.period.name}", ("standard", "check", "", "what was looked at"), rows)
    wrong = [
        (
            f"{violation.at:%Y-%m-%d %H:%M}",
            one.standard,
            check.title,
            violation.text,
            reports.where(check, violation, public_url) or "-",
        )
        for one in found.checked
        for check, violation in one.violations
    ]
    if wrong:
        opening.print_table("Violations", ("at", "standard", "check", "what", "where"), wrong)
    asked = reports.counted(found.requests) if found.requests is not None else {}
    said = ", ".join(f"{kind} {number}" for kind, number in asked.items()) or "not kept"
    took = reports.answered(found.requests)
    click.echo(
        f"Interactions: {found.interactions}. Requests about data: {said}{f'; answered in {took}' if took else ''}."
    )
    fraud = found.fraud
    took = reports.length(fraud.took)
    click.echo(
        f"Reports of fraud: {fraud.cases}; resolved: {fraud.resolved}{f' in {took}' if took else ''}; pending: {fraud.pending}."
    )


@compliance.command()
@click.option(
    "--logs",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Look through this log, too; - is standard input. May be given again.",
)
@opening.as_json
def scan(files: tuple[Path, ...], as_json: bool) -> None:
    """Look through every table for card data now, to the end, and through logs. What was found is in the report."""
    from app import scanning  # noqa: PLC0415  # it loads the language engine

    services = opening.services()
    rows = scanning.through(services.database)
    lines = 0
    for file in files:
        with click.open_file(str(file), errors="replace") as there:
            lines += scanning.logged(services.database, "-" if str(file) == "-" else str(file.resolve()), there)
    told = {"rows": rows, "lines": lines, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    if as_json:
        opening.print_json(told)
        return
    click.echo(f"{rows} rows and {lines} lines of logs were looked through: see `deskhand compliance report`.")
