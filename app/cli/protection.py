"""``deskhand data``: what is kept about whom. ``deskhand keys``: the keys that what is kept is sealed with."""

from typing import Any

import click

from app.cli import opening
from app.db import accounts, resealing, rotation, trail, turning
from app.db.accounts import Account
from app.db.models import Base
from app.db.models.datamap import EVERY, Entry
from app.db.rotation import Old
from app.db.sealing import Sealed
from app.db.trail import Entry as Act
from app.db.trail import What
from app.db.unlocking import LOST
from app.errors import BadInput
from app.services import Services


@click.group()
def data() -> None:
    """What is kept about whom."""


@data.command(name="map")
@opening.as_json
def mapped(as_json: bool) -> None:
    """Every table and column: whose it is, what for, how long, whether it is sealed, and how it is erased."""
    if as_json:
        return opening.print_json({"tables": [_entry(one) for one in EVERY]})
    rows = [(one.table, one.holds, str(one.whose), one.purpose, one.kept, _columns(one), _erased(one)) for one in EVERY]
    return opening.print_table("Data", ("table", "holds", "whose", "purpose", "kept", "personal", "erased"), rows)


def _entry(one: Entry) -> dict[str, Any]:
    columns = {name: {"kind": str(kind), "sealed": _sealed(one.table, name)} for name, kind in one.personal.items()}
    return {
        "table": one.table,
        "holds": one.holds,
        "whose": str(one.whose),
        "purpose": one.purpose,
        "kept": one.kept,
        "personal": columns,
        "other_columns": sorted(one.plain.split()),
        "erased": _erased(one),
    }


def _columns(one: Entry) -> str:
    return ", ".join(
        f"{name} ({kind}{', sealed' if _sealed(one.table, name) else ''})" for name, kind in one.personal.items()
    )


def _erased(one: Entry) -> str:
    if one.stays:
        return f"stays: {one.stays}"
    said = [f"{'emptied' if rule.blank else 'deleted'} by {rule.of}" for rule in one.erased]
    return ", ".join(said) or "nothing of a customer's"


def _sealed(table: str, column: str) -> bool:
    return isinstance(Base.metadata.tables[table].c[column].type, Sealed)


@click.group()
def keys() -> None:
    """The keys that what is kept is sealed with."""


@keys.command()
@opening.as_json
def status(as_json: bool) -> None:
    """What still needs an older key, and what stands bare. Exit 1 when a key is missing."""
    services = opening.services()
    left, bare = _left(services)
    told = {
        "older_master": left.masters,
        "older_account_keys": left.accounts,
        "replaced_ticket_keys": left.aside,
        "unreadable": left.unreadable,
        "bare": bare,
    }
    if as_json:
        opening.print_json(told)
    else:
        click.echo(f"Under an older master key: {left.masters}. Under an older key of an account: {left.accounts}.")
        click.echo(f"Unreadable: {left.unreadable}. Bare: {sum(bare.values())}.")
        if left.aside:
            click.echo(
                f"Replaced keys of tickets: {left.aside}; `deskhand keys rotate --tickets --continue` finishes that."
            )
        if left.unreadable:
            click.echo(f"Stop Deskhand and {LOST}.")
        if left.none:
            click.echo("Older keys can be removed.")
    raise SystemExit(1 if left.unreadable else 0)


@keys.command()
@click.option("--accounts/--master-only", "whole", default=True, help="Give each account a new key, too.")
@click.option("--account", "account_name", metavar="NAME", help="Only this account's key.")
@click.option(
    "--tickets",
    is_flag=True,
    help="Each ticket and person gets a new key as well, and every text is sealed anew with it.",
)
@click.option("--continue", "resume", is_flag=True, help="Finish what was begun: no new keys.")
def rotate(whole: bool, account_name: str | None, tickets: bool, resume: bool) -> None:
    """Wrap every key anew, under the newest master key and new keys of the accounts. Nothing stops; killed, it can be run again.

    With --tickets every text is sealed anew: backups from before then open only with a copy of the keys from before.

    Put a new master key before the old one first (DESKHAND_SECRET_KEY=new,old) and restart; or rotate it at the key service.
    """
    services = opening.services()
    changed = rotation.masters(services.keyring)
    with services.database.session() as session:
        changed += rotation.secrets(session, services.vault)
        trail.record(session, trail.INSTALLATION, Act(What.KEY, "master", why="rotated", detail={"keys": changed}))
    click.echo(f"{changed} keys and secrets were brought under the newest master key")
    if tickets and not whole:
        raise BadInput("--tickets goes with new keys of the accounts: leave --master-only out")
    if whole or account_name:
        every = _chosen(services, account_name)
        _accounts(services, every, new=not resume)
        if tickets:
            _tickets(services, every)
    left, _ = _left(services)
    click.echo("Older keys can be removed." if left.none else "Something is left: see `deskhand keys status`.")


def _chosen(services: Services, name: str | None) -> list[Account]:
    with services.database.reading() as session:
        return [accounts.named(session, name)] if name else accounts.every(session)


def _accounts(services: Services, every: list[Account], *, new: bool) -> None:
    for one in every:
        moved = sum(rotation.account(services.keyring, one.id, new=new))
        _noted(services, one, "account", moved)
        click.echo(f"{one.name}: {moved} data keys were brought under its newest key")


def _tickets(services: Services, every: list[Account]) -> None:
    for one in every:
        made = turning.turn(services.keyring, one.id)
        _noted(services, one, "tickets", made)
        click.echo(f"{one.name}: {made} tickets and people have a new key")
    if not turning.put_aside(services.keyring):
        return
    click.echo(f"Waiting {turning.QUIET:.0f} seconds until every process knows that", err=True)
    done = sum(turning.finish(services.keyring, services.database))
    click.echo(f"{done} texts are sealed anew, and the keys from before are gone: make a new backup now")


def _noted(services: Services, account: Account, which: str, number: int) -> None:
    with services.database.session() as session:
        trail.record(session, account.id, Act(What.KEY, which, why="rotated", detail={"keys": number}))


@keys.command()
@click.option(
    "--trust", is_flag=True, help="What stands bare came with an old backup: seal it although all was sealed."
)
def seal(trust: bool) -> None:
    """Seal what earlier versions left bare, now; the clock does the same by and by. Nothing stops meanwhile.

    Once everything is sealed nothing bare is taken any more: whoever writes to the database could plant it.
    """
    services = opening.services()
    if services.keyring.closed and not trust:
        _, bare = _left(services)
        if bare:
            where = ", ".join(f"{number} in {place}" for place, number in sorted(bare.items()))
            raise BadInput(
                f"everything was sealed, and now there is something bare: {where}",
                "find out who wrote to the database; only if an old backup came back, say --trust",
            )
    done = 0
    for number in resealing.seal_all(services.database):
        done += number
        click.echo(f"{done} sealed", err=True)
    services.database.scrub()
    services.keyring.close()
    click.echo(
        f"{done} values were sealed, and what stood there bare is out of the files; nothing bare is taken any more"
    )


def _left(services: Services) -> tuple[Old, dict[str, int]]:
    with services.database.reading() as session:
        return rotation.old(services.keyring, session, services.vault), resealing.bare(session)
