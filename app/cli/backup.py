"""``deskhand backup`` and ``deskhand restore``: all that the database holds in one sealed file, and back into an empty place."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app import backups
from app.backups import DATA, KEYS, Manifest, Place
from app.cli import opening
from app.db import accounts, restored, trail
from app.db.database import Database
from app.db.problems import Problem, report
from app.db.trail import Entry, What
from app.db.unlocking import beside
from app.rights import restored as again
from app.services import Services
from app.settings import Settings

FILE = click.Path(dir_okay=False, path_type=Path)
BACKUP, KEY_BACKUP = "backup", "backup of keys"
"""What the audit trail calls them."""
LOST = "this database came out of a backup: what happened from {} to {} is not in it"
CARE = (
    "see what was promoted, published or revoked since; give out tokens anew; people go on with the tickets of that time; "
    "then start each account again on its overview page, or with `deskhand account start`"
)


@click.command()
@click.option("--to", "target", required=True, type=FILE, help="The file; it must not be there yet.")
@click.option("--keys", is_flag=True, help="Back up the key store instead of the data. Never keep both in one place.")
@opening.as_json
def backup(target: Path, keys: bool, as_json: bool) -> None:
    """Write everything that the database holds into one sealed file, while everything runs."""
    services = opening.services()
    place = _place(services, keys=keys)
    made = backups.save(place, target, datetime.now(UTC))
    with services.database.session() as session:
        trail.record(
            session, trail.INSTALLATION, Entry(What.OPERATED, KEY_BACKUP if keys else BACKUP, detail=_told(made))
        )
    _say(made, as_json, f"{target} holds {sum(made.rows.values())} rows of {made.kind}, sealed with the newest key")


@click.command()
@click.argument("file", type=FILE)
@click.option("--keys", is_flag=True, help="It holds the key store.")
@click.option("--check", is_flag=True, help="Read all of it, and write nothing.")
@click.option("--keep-tokens", is_flag=True, help="Let API tokens live, also those that were revoked since.")
@click.option("--start", is_flag=True, help="Let the accounts run at once, instead of waiting for somebody to look.")
@opening.as_json
def restore(file: Path, keys: bool, check: bool, keep_tokens: bool, start: bool, as_json: bool) -> None:
    """Load a backup into an empty database. Nothing is answered, paid or opened twice by what comes back."""
    settings = Settings.load()
    services = Services(settings)
    place = _place(services, keys=keys)
    if check:
        made = backups.check(file, place.keys)
        _say(made, as_json, f"{file} is whole: {sum(made.rows.values())} rows of {made.made_at:%Y-%m-%d %H:%M} UTC")
        return
    made = backups.restore(place, file)
    doubts = {} if keys else _settled(services, made, keep_tokens=keep_tokens, stopped=not start)
    _say(made, as_json, f"{sum(made.rows.values())} rows of {made.made_at:%Y-%m-%d %H:%M} UTC are back", doubts)
    if doubts and not as_json:
        click.echo(", ".join(f"{number} {name}" for name, number in doubts.items()) + f"; {CARE}")


def _settled(services: Services, made: Manifest, *, keep_tokens: bool, stopped: bool) -> dict[str, int]:
    """Put what came back into the state in which it can be woken, and say so to whoever looks."""
    with services.database.session() as session:
        now = services.database.now(session)
        found = restored.settle(session, made.made_at, now, keep_tokens=keep_tokens, stopped=stopped)
        lost = LOST.format(f"{made.made_at:%Y-%m-%d %H:%M}", f"{now:%Y-%m-%d %H:%M} UTC")
        report(session, Problem("restored", lost, CARE), now)
        counted: dict[str, int] = asdict(found)
        entry = Entry(What.OPERATED, "restore", detail={**_told(made), **counted}, at=now)
        trail.record(session, trail.INSTALLATION, entry)
        names = [one.id for one in accounts.every(session)]
    return {**counted, "erased_again": sum(again.erase(services, one) for one in names)}


def _place(services: Services, *, keys: bool) -> Place:
    settings = services.settings
    if not keys:
        return Place(services.database, settings.data_dir, settings.keys or (services.root,), DATA)
    store = Database(settings.keys_url or beside(services.database.url))
    return Place(store, settings.data_dir, settings.keys or (services.root,), KEYS)


def _told(made: Manifest) -> dict[str, Any]:
    moment = made.made_at.isoformat()
    return {"made_at": moment, "revision": made.revision, "rows": sum(made.rows.values()), "digest": made.digest}


def _say(made: Manifest, as_json: bool, words: str, more: dict[str, int] | None = None) -> None:
    if as_json:
        opening.print_json({**_told(made), "kind": made.kind, "version": made.made_by, **(more or {})})
    else:
        click.echo(words)
