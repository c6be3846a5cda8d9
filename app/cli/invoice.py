"""``deskhand invoice``: what a month costs, line by line with what each line rests on, and what is disputed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import yaml

from app.cli import opening
from app.db import accounts, usage
from app.db.usage import Dispute, Line, NoSuchLine
from app.engine.metering import blended
from app.engine.plans import PlanError, plan
from app.engine.pricing import InvoiceLine, Plan, Usage, invoice, money, total
from app.errors import BadInput
from app.metering import metered

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="invoice")
@click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--month", required=True, metavar="YYYY-MM", help="The month, in UTC.")
@click.option("--plan", "file", required=True, type=FILE, help="The plan, YAML; docs/plans has one of each kind.")
@click.option("--add-on", "chosen", multiple=True, help="An add-on that was on; as often as there are.")
@click.option("--begun", multiple=True, help="An add-on of which this was the first month.")
@opening.as_json
def billed(
    account_name: str, month: str, file: Path, chosen: tuple[str, ...], begun: tuple[str, ...], as_json: bool
) -> None:
    """Show what a month costs, line by line with its tickets. Only what lasted is billed; tests and previews never are."""
    services = opening.services()
    start, end = _month(month)
    agreed = _plan(file, (*chosen, *begun))
    with services.database.session() as session:
        account, now = accounts.named(session, account_name), services.database.now(session)
        metered(session, account.id, now, start)
        used = usage.between(session, account.id, start, end)
    if now < end:
        click.echo(f"Not final before {end:%Y-%m-%d}: the month is not over.", err=True)
    good = [line.entry for line in used if line.dispute is None]
    lines = invoice(agreed, [Usage(one.use, one.ref, one.kind) for one in good], chosen, begun)
    alone = blended(good)
    if as_json:
        share = None if alone is None else round(alone, 4)
        opening.print_json(_plain(month, agreed, lines, used) | {"automation_share": share})
        return
    rows = [
        (line.text, str(line.count), money(line.micros, agreed.currency), money(line.total, agreed.currency))
        for line in lines
    ]
    opening.print_table(f"{account_name}, {month}", ("line", "count", "each", "sum"), rows)
    said = "no ticket was billed" if alone is None else f"{alone:.1%} of billed tickets without a person"
    click.echo(f"\nTotal {money(total(lines), agreed.currency)}; {said}")
    if disputed := [line for line in used if line.dispute]:
        click.echo(f"Not charged: {len(disputed)} that are disputed")


@click.command()
@click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--line", required=True, metavar="ID", help="The line, as `deskhand invoice --json` names it.")
@click.option("--by", required=True, metavar="PERSON", help="Who does not agree.")
@click.option("--why", required=True, help="Why, in a sentence; it is kept.")
def dispute(account_name: str, line: str, by: str, why: str) -> None:
    """Say that a line of the ledger is wrong: it is not charged, and stands there with who said so."""
    services = opening.services()
    with services.database.session() as session:
        account, now = accounts.named(session, account_name), services.database.now(session)
        try:
            usage.dispute(session, account.id, line, Dispute(by, why, now))
        except NoSuchLine as error:
            raise BadInput("--line", "is no line of the account's, or is disputed already") from error
    click.echo(f"line {line} is not charged")


def _plain(month: str, agreed: Plan, lines: Sequence[InvoiceLine], used: Sequence[Line]) -> dict[str, object]:
    return {
        "month": month,
        "currency": agreed.currency,
        "lines": [
            {"text": one.text, "count": one.count, "micros": one.total, "tickets": list(one.refs)} for one in lines
        ],
        "total_micros": total(lines),
        "ledger": [_entry(line) for line in used],
    }


def _entry(line: Line) -> dict[str, object]:
    one, said = line.entry, line.dispute
    disputed = {"by": said.by, "reason": said.reason, "at": said.at.isoformat()} if said else None
    told = {"id": one.id, "use": str(one.use), "ref": one.ref, "kind": one.kind, "at": one.at.isoformat()}
    return {**told, "evidence": dict(one.evidence), "disputed": disputed}


def _month(text: str) -> tuple[datetime, datetime]:
    try:
        start = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput("--month", "give it as 2026-10") from error
    return start, (start + timedelta(days=32)).replace(day=1)


def _plan(file: Path, chosen: Sequence[str]) -> Plan:
    try:
        agreed = plan(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError, PlanError) as error:
        raise BadInput("--plan", str(error)) from error
    if unknown := [name for name in chosen if name not in agreed.addons]:
        raise BadInput("--add-on", f"the plan has no {unknown[0]}; it has {', '.join(agreed.addons) or 'none'}")
    return agreed
