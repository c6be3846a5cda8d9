"""``deskhand audit``: whether the trail is as it was sealed, its acts as a file, and what signs it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

import click
from sqlalchemy.orm import Session

from app import audit as trails
from app.audit import Anchor
from app.cli import holds, opening
from app.db import accounts, chains, history, trail
from app.db.history import Act, Wanted
from app.db.trail import INSTALLATION, Entry, What
from app.engine.chain import Fault, Verdict
from app.engine.signatures import Signer
from app.errors import BadInput
from app.reports.trails import json_lines, sheet
from app.services import Services

INSTALLATIONS = "the installation's own"
account = click.option("--account", "account_name", metavar="NAME", help="One account, by name; without it all.")
public_key = click.option(
    "--public-key", "keys", multiple=True, metavar="HEX", help="A public key of before that signed such a digest."
)


@click.group()
def audit() -> None:
    """Who did what: verify that nothing of it was changed, export it, place holds."""


@audit.command()
@account
@click.option(
    "--anchor", "files", multiple=True, type=click.Path(path_type=Path), help="A digest that was sent outside."
)
@public_key
@opening.as_json
def verify(account_name: str | None, files: tuple[Path, ...], keys: tuple[str, ...], as_json: bool) -> None:
    """Follow every chain from its beginning. Exit 1 at the first row that was changed, removed, inserted or reordered."""
    services = opening.services()
    given, signed = _anchors(files), _signer(services, keys)
    chosen = _chosen(services, account_name, given)
    found = {shown: trails.looked(services.database, id_, signed, given) for id_, shown in chosen.items()}
    sound = all(one.fault is None for one in found.values())
    if as_json:
        opening.print_json({"ok": sound, "chains": {shown: _plain(one) for shown, one in found.items()}})
    else:
        rows = [(shown, "well" if one.fault is None else "WRONG", _told(one)) for shown, one in found.items()]
        opening.print_table("Audit trail", ("chain", "", "what"), rows)
        click.echo(_waiting(services))
    raise SystemExit(0 if sound else 1)


def _chosen(services: Services, name: str | None, given: list[Anchor]) -> dict[str, str]:
    """Account id -> the name that is shown. Raises UnknownRecord."""
    with services.database.reading() as session:
        if name:
            return {accounts.named(session, name).id: name}
        known = {one.id: one.name for one in accounts.every(session)}
        there = {*chains.accounts(session), *chains.waiting(session), *(one.account_id for one in given)}
    return {one: known.get(one, one) or INSTALLATIONS for one in sorted(there)}


def _signer(services: Services, keys: tuple[str, ...]) -> Signer:
    try:
        return Signer([services.root], (*services.settings.audit_keys, *keys))
    except ValueError as error:
        raise BadInput("--public-key", "give the 64 hexadecimal digits of a public key") from error


def _anchors(files: tuple[Path, ...]) -> list[Anchor]:
    try:
        return [one for file in files for one in trails.found_in(file.read_text("utf-8"))]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("--anchor", "name a file that can be read") from error


def _named(session: Session, name: str | None) -> str:
    """The account's id; the installation's own without a name. Raises UnknownRecord."""
    return accounts.named(session, name).id if name else INSTALLATION


def _told(verdict: Verdict) -> str:
    if fault := verdict.fault:
        row = f" (id {fault.row})" if fault.row is not None else ""
        return f"{fault.kind} at row {fault.sequence}{row}: {fault.text}"
    known = ", ".join(f"{one.kind} at row {one.sequence}" for one in verdict.acknowledged)
    but = f" but for what is known ({known})" if known else ""
    return f"{verdict.rows} rows, all as they were sealed{but}; {verdict.anchors} anchors agree"


def _waiting(services: Services) -> str:
    """What is in no chain yet, and so is not verified."""
    with services.database.reading() as session:
        count, since = chains.lag(session)
    return f"{count} acts wait for a clock to seal them, since {since:%Y-%m-%d %H:%M} UTC" if since else "none waits"


def _plain(verdict: Verdict) -> dict[str, object]:
    return {
        "rows": verdict.rows,
        "anchors": verdict.anchors,
        "digest": verdict.good.digest,
        "fault": verdict.fault and _plainly(verdict.fault),
        "acknowledged": [_plainly(one) for one in verdict.acknowledged],
    }


def _plainly(fault: Fault) -> dict[str, object]:
    return {"kind": fault.kind, "sequence": fault.sequence, "id": fault.row, "text": fault.text}


@audit.command()
@click.option(
    "--account", "account_name", metavar="NAME", help="The account, by name; without it the installation's own."
)
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", help="How it is written.")
@click.option("--since", type=click.DateTime(), help="From that day on, in UTC.")
@click.option("--until", type=click.DateTime(), help="Before that day.")
@click.option("--what", multiple=True, type=click.Choice([str(one) for one in What]), help="Only acts of this kind.")
@click.option(
    "--out", type=click.File("w", encoding="utf-8", lazy=False), default="-", help="A file; without it standard output."
)
def export(
    account_name: str | None,
    form: str,
    since: datetime | None,
    until: datetime | None,
    what: tuple[str, ...],
    out: IO[str],
) -> None:
    """Write acts as JSON lines or as a sheet, in their order. The export is an act itself."""
    services = opening.services()
    with services.database.session() as session:
        account_id = _named(session, account_name)
        wanted = Wanted(account_id, opening.in_utc(since), opening.in_utc(until), what=what)
        trail.record(session, account_id, Entry(What.EXPORTED, "audit", detail={"format": form, "what": list(what)}))
    for line in _lines(services, wanted, form):
        out.write(line)


def _lines(services: Services, wanted: Wanted, form: str) -> Iterator[str]:
    with services.database.reading() as session:
        found: Iterator[Act] = history.every(session, wanted)
        yield from json_lines(found) if form == "jsonl" else sheet(found)


@audit.command()
def key() -> None:
    """Print the public key: whoever has it can check a digest, and can make none. Give it to your auditor."""
    click.echo(opening.services().signer.public)


@audit.command()
@account
@click.option("--reason", required=True, help="What was found out; it is kept.")
def adopt(account_name: str | None, reason: str) -> None:
    """Let sealing go on where it stopped because the end of a chain was not as it was signed. Nothing is mended by it."""
    services = opening.services()
    with services.database.session() as session:
        now = services.database.now(session)
        account_id = _named(session, account_name)
        end = chains.adopt(session, account_id, services.signer, now)
        detail = {"sequence": end.sequence, "digest": end.digest}
        trail.record(session, account_id, Entry(What.KEY, chains.CHAIN, why=reason, detail=detail))
    click.echo(f"Sealing goes on after row {end.sequence}.")


@audit.command()
@account
@click.option("--row", required=True, type=int, metavar="PLACE", help="The row that `verify` names.")
@click.option("--reason", required=True, metavar="TEXT", help="What was found out; it is kept. Write no name in it.")
@click.option(
    "--anchor", "files", multiple=True, type=click.Path(path_type=Path), help="The digest that it does not agree with."
)
@public_key
def acknowledge(
    account_name: str | None, row: int, reason: str, files: tuple[Path, ...], keys: tuple[str, ...]
) -> None:
    """Keep that people know of a fault, so that what follows it is verified and signed again. It stays on record, and mends nothing."""
    services, given = opening.services(), _anchors(files)
    signed = _signer(services, keys)
    with services.database.reading() as session:
        account_id = _named(session, account_name)
    click.echo(_told(trails.acknowledge(services.database, account_id, signed, row, reason, given)))


for command in (holds.hold, holds.listed, holds.lift):
    audit.add_command(command)
