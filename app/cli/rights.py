"""``deskhand erase``, ``export``, ``consent`` and ``rights``: what people may ask about their data."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.cli import opening
from app.db import accounts, rights
from app.db.consents import Consent, Purpose
from app.db.rights import Request, State
from app.errors import BadInput
from app.rights import erasing, exporting, proof, restored, who
from app.rights.erasing import Asked
from app.services import Services

account_option = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
person_option = click.option(
    "--person",
    required=True,
    metavar="PERSON",
    help="An address, a number that begins with +, or <connection>:<id at the host>.",
)


@click.command()
@account_option
@person_option
@click.option("--reason", default="", metavar="TEXT", help="Why; it is kept. Write no name in it.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--in-host", is_flag=True, help="The host's own record of them goes as well: it cannot be brought back.")
@opening.as_json
def erase(account_name: str, person: str, reason: str, dry_run: bool, in_host: bool, as_json: bool) -> None:
    """Erase one person from every store, with a signed proof. What was killed goes on when this is run again."""
    services = opening.services()
    account_id = _account(services, account_name)
    asked = Asked(account_id, person, "operator", reason, in_host)
    if dry_run:
        return opening.print_json(dict(erasing.foreseen(services, asked)))
    done = erasing.go_on(services, erasing.ask(services, asked))
    if as_json:
        opening.print_json(_plain(done))
    else:
        click.echo(_said(done, account_name))
    raise SystemExit(0 if done.state in (State.DONE, State.HOST) else 1)


def _said(done: Request, account_name: str) -> str:
    if done.state is State.HELD:
        return f"Request {done.id}: a legal hold keeps it ({', '.join(done.progress['held'])}); it goes on when that is lifted."
    if done.done_at is None:
        again = f" at {done.progress['again_at'][:16]}Z" if done.progress.get("again_at") else ""
        return f"Request {done.id}: waits in the step '{done.progress.get('waits')}'; the clock goes on with it{again}."
    found = done.proof["stores"]["tables"]
    rows, keys = sum(found.values()), done.proof["keys"]["destroyed"]
    what = (
        f"{rows} rows in {len(found)} tables, {keys} keys destroyed" if rows or keys else "nothing of theirs was here"
    )
    said = f"Request {done.id}: {what}. Signed: `deskhand rights --account {account_name} --proof {done.id}`."
    for one in done.proof["host"].values():
        said += f"\n{one['vendor']}: {one['state']}" + (f" ({one['why']})" if one.get("why") else "")
        said += f"; {one['remedy']}" if one.get("remedy") else ""
    if done.state is State.HOST:
        over = f"deskhand rights --account {account_name} --done {done.id}"
        said += f"\nThe host still has its own record of them. When somebody erased it there: `{over}`."
    return said


@click.command()
@account_option
@click.option("--person", required=True, metavar="PERSON", help="As for `deskhand erase`.")
@click.option("--to", "file", required=True, type=click.Path(path_type=Path), help="A new file; it is for them alone.")
def export(account_name: str, person: str, file: Path) -> None:
    """Write all that is kept of one person into a JSON file, as docs/data-protection.md describes it."""
    services = opening.services()
    told = exporting.export(services, _account(services, account_name), person, "operator")
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise BadInput(
            f"--to: {file} cannot be made new ({error.strerror})", "name a file that is not there yet"
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(told, out, ensure_ascii=False, indent=1)
    rows = sum(len(part["rows"]) for part in told["data"].values())
    click.echo(f"{rows} rows of {len(told['data'])} tables are in {file}")


@click.command()
@account_option
@click.option("--person", required=True, metavar="PERSON", help="As for `deskhand erase`.")
@click.option("--purpose", type=click.Choice([str(one) for one in Purpose]), help="What it is about.")
@click.option("--given/--withdrawn", default=None, help="What they said; without it, what is known is shown.")
@opening.as_json
def consent(account_name: str, person: str, purpose: str | None, given: bool | None, as_json: bool) -> None:
    """Keep what a person consented to or withdrew, or show what is known."""
    services = opening.services()
    account_id = _account(services, account_name)
    if given is not None:
        if purpose is None:
            raise BadInput("--purpose is missing: say what they said it about")
        with services.database.session() as session:
            meant, now = who.meant(services, session, account_id, person), services.database.now(session)
            who.agree(session, account_id, Consent(meant.person, Purpose(purpose), given, "cli", now))
    with services.database.reading() as session:
        found = who.said(services, session, account_id, person)
    rows = [
        (str(one.purpose), "given" if one.given else "withdrawn", one.source, f"{one.at:%Y-%m-%d %H:%M}")
        for one in found
    ]
    if as_json:
        opening.print_json({"said": [dict(zip(("purpose", "said", "source", "at"), row, strict=True)) for row in rows]})
    else:
        opening.print_table("Consent", ("purpose", "said", "source", "when"), rows)


@click.command(name="rights")
@account_option
@click.option("--done", "done", metavar="ID", help="The host is seen to: that request is over.")
@click.option("--proof", "shown", metavar="ID", help="Print the signed certificate of an erasure.")
@click.option("--restored", "again", is_flag=True, help="After a backup came back: erase again whoever was erased.")
@opening.as_json
def asked(account_name: str, done: str | None, shown: str | None, again: bool, as_json: bool) -> None:
    """What was asked about people's data: by when it has to be done, how far it is, and the proof."""
    services = opening.services()
    account_id = _account(services, account_name)
    if again:
        return opening.print_json({"erased_again": restored.erase(services, account_id)})
    if done:
        with services.database.session() as session:
            rights.at_host(session, account_id, done, "operator", services.database.now(session))
    with services.database.reading() as session:
        now = services.database.now(session)
        if shown:
            request = rights.find(session, account_id, shown)
            return opening.print_json({**request.proof, "right": proof.right(services, request.proof)})
        found = rights.requests(session, account_id, datetime.min.replace(tzinfo=UTC), now.replace(year=now.year + 1))
    if as_json:
        opening.print_json({"requests": [_plain(one) for one in found]})
    else:
        rows = [
            (one.id, str(one.kind), f"{one.asked_at:%Y-%m-%d}", f"{one.due_at:%Y-%m-%d}", _state(one, now))
            for one in found
        ]
        opening.print_table("Requests", ("id", "kind", "asked", "due", "state"), rows)
    return None


def _state(one: Request, now: datetime) -> str:
    return f"{one.state}, LATE" if one.late(now) else str(one.state)


def _plain(one: Request) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": str(one.kind),
        "person": one.person,
        "state": str(one.state),
        "asked_at": one.asked_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "done_at": one.done_at.isoformat() if one.done_at else None,
        "by": one.by,
        "waits": one.progress.get("waits", ""),
        "held": one.progress.get("held", []),
        "proof": dict(one.proof),
    }


def _account(services: Services, name: str) -> str:
    with services.database.reading() as session:
        return accounts.named(session, name).id
