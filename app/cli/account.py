"""``deskhand account``: our customers and their configuration."""

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from app.cli import opening
from app.db import access, accounts, approvals, codes, trail, visits
from app.db.access import SCOPES
from app.db.authenticators import Authenticators
from app.db.trail import Entry, What
from app.engine import otp
from app.engine.configuration import ConfigurationError, load
from app.engine.templates import shipped
from app.errors import BadInput, UnknownRecord
from connectors.types import Level


@click.group()
def account() -> None:
    """Accounts and their configuration."""


@account.command()
@click.argument("name")
@click.option(
    "--config",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The account's configuration, YAML or JSON.",
)
@click.option(
    "--examples",
    "known",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Labelled tickets to learn from, instead of those given before: JSON lines with text and labels, or CSV.",
)
@opening.as_json
def add(name: str, file: Path, known: Path | None, as_json: bool) -> None:
    """Add an account, or publish the next version of its configuration, and what its tickets are recognised by."""
    text = read(file)
    try:
        load(text, name=file.name)
    except ConfigurationError as error:
        raise BadInput("--config", str(error)) from error
    taught = _taught(read(known)) if known else None
    services = opening.services()
    with services.database.session() as session:
        at = datetime.now(UTC)
        try:
            record = accounts.named(session, name)
        except UnknownRecord:
            record = accounts.add(session, name, at)
        configured = accounts.configure(session, record.id, file.name, text, at)
    if taught is not None:
        _keep(services.examples_file(record.id), taught)
    if as_json:
        opening.print_json({"account": record.id, "name": record.name, "version": configured.version})
    else:
        click.echo(f"account {record.name}: version {configured.version} of {file.name} is in force")


@account.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", required=True, multiple=True, type=click.Choice(sorted(SCOPES)), help="What it is for."
)
@click.option("--label", default="", help="Where it is used, for people.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is good; without it, until it is revoked.")
@click.option("--rate", type=click.IntRange(1, 6000), help="Requests a minute that it may make, instead of 600.")
@opening.as_json
def token(name: str, scopes: tuple[str, ...], label: str, days: int | None, rate: int | None, as_json: bool) -> None:
    """Give out a token for our API. It is shown once."""
    services, at = opening.services(), datetime.now(UTC)
    ends = at + timedelta(days=days) if days else None
    with services.database.session() as session:
        owner = accounts.named(session, name)
        given, shown = access.issue(session, owner.id, scopes, at=at, label=label[:80], ends_at=ends)
        if rate:
            access.slow(session, owner.id, given.id, rate)
    if as_json:
        opening.print_json({"id": given.id, "token": shown, "scopes": sorted(given.scopes)})
    else:
        click.echo(f"{shown}\nThis is shown once: keep it where your other secrets are. To end it: {given.id}")


@account.command()
@click.argument("name")
@opening.as_json
def tokens(name: str, as_json: bool) -> None:
    """List an account's tokens, without the tokens themselves."""
    services = opening.services()
    with services.database.reading() as session:
        found = access.of_account(session, accounts.named(session, name).id)
    if as_json:
        opening.print_json({"tokens": [_listed(one) for one in found]})
        return
    rows = [tuple(str(value) for value in _listed(one).values()) for one in found]
    opening.print_table("Tokens", ("id", "label", "scopes", "made", "until", "revoked"), rows)


def _listed(one: access.Access) -> dict[str, str]:
    moments = (one.created_at, one.ends_at, one.revoked_at)
    made, until, revoked = (moment.isoformat(timespec="seconds") if moment else "" for moment in moments)
    scopes = " ".join(sorted(one.scopes))
    return {"id": one.id, "label": one.label, "scopes": scopes, "made": made, "until": until, "revoked": revoked}


@account.command()
@click.argument("name")
@click.argument("token_id")
def revoke(name: str, token_id: str) -> None:
    """End a token at once."""
    services = opening.services()
    with services.database.session() as session:
        access.revoke(session, accounts.named(session, name).id, token_id, datetime.now(UTC))
    click.echo(f"token {token_id} allows nothing any more")


@account.command()
@click.argument("name")
def stop(name: str) -> None:
    """Turn the one switch: nothing is written anywhere for this account until `deskhand account start`."""
    _switched(name, stopped=True)


@account.command()
@click.argument("name")
def start(name: str) -> None:
    """Turn the one switch back."""
    _switched(name, stopped=False)


def _switched(name: str, *, stopped: bool) -> None:
    services = opening.services()
    with services.database.session() as session:
        accounts.stop(session, accounts.named(session, name).id, stopped=stopped)
    click.echo(f"account {name} {'is stopped' if stopped else 'runs'}")


@account.command()
@click.argument("name")
@click.option(
    "--role", "level", default="lead", type=click.Choice([one.value for one in Level]), help="What they may do there."
)
@click.option("--as", "person", default="", help="Who it is for, as the pages and the log name them.")
@opening.as_json
def signin(name: str, level: str, person: str, as_json: bool) -> None:
    """Make a link to our pages that lets one person in, once, within ten minutes."""
    services = opening.services()
    with services.database.session() as session:
        owner = accounts.named(session, name)
        token = visits.invite(session, owner.id, Level(level), person, services.database.now(session))
        trail.record(session, owner.id, Entry(What.INVITED, "link", detail={"role": level}))
    settings = services.settings
    link = f"{settings.public_url.rstrip('/') or f'http://{settings.host}:{settings.port}'}/app/signin/{token}"
    if as_json:
        opening.print_json({"link": link, "role": level, "minutes": int(visits.INVITED.total_seconds() // 60)})
    else:
        click.echo(link)


@account.command()
@click.argument("name")
@click.argument("templates", nargs=-1)
@click.option("--by", required=True, help="Who approves.")
@opening.as_json
def approve(name: str, templates: tuple[str, ...], by: str, as_json: bool) -> None:
    """Approve messages, word for word as they are now; without names, list which are approved."""
    services = opening.services()
    with services.database.session() as session:
        owner = accounts.named(session, name)
        known = {**shipped(), **services.configuration(owner.id, session).shelf.own}
        if unknown := [one for one in templates if one not in known]:
            raise BadInput(unknown[0], f"is no template; there are {', '.join(sorted(known))}")
        approvals.approve(session, owner.id, (known[one] for one in templates), by, datetime.now(UTC))
        approved = approvals.of_account(session, owner.id)
    states = {one: template.digest in approved for one, template in sorted(known.items())}
    if as_json:
        opening.print_json({"approved": [one for one, good in states.items() if good]})
    else:
        rows = [(one, "approved" if good else "not approved") for one, good in states.items()]
        opening.print_table("Messages", ("name", "state"), rows)


@account.command()
@click.argument("name")
@click.argument("email")
def authenticator(name: str, email: str) -> None:
    """Give a customer an authenticator, instead of the one before. The invitation is shown once: only its owner may see it."""
    services = opening.services()
    with services.database.session() as session:
        owner = accounts.named(session, name)
        own = Authenticators(owner.id, services.vault, codes.key_of(services.root))
        secret = own.enrol(session, email, datetime.now(UTC))
    click.echo(otp.invitation(secret, email, name))


def _taught(text: str) -> str:
    """The examples as JSON lines, without what is personal in them: only that is kept."""
    from app.nlp.lines import BadLine, examples  # noqa: PLC0415  # slow to load, and rarely wanted
    from app.nlp.personal import mask  # noqa: PLC0415

    try:
        found = examples(text.splitlines(keepends=True))
    except BadLine as error:
        raise BadInput("--examples", str(error)) from error
    rows = ({"text": mask(example.text).text, "labels": list(example.labels)} for example in found)
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def _keep(file: Path, text: str) -> None:
    """Write a file for us alone, whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as part:
        part.write(text)
    Path(part.name).replace(file)


def read(file: Path) -> str:
    """A configuration file's text. Raises BadInput when it is no text."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(file), "give a text file in UTF-8 that can be read") from error
