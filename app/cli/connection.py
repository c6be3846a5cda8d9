"""``deskhand disconnect`` and ``deskhand resume``: the end of a connection, and its going on after a pause."""

from datetime import UTC, datetime

import click

from app.cli import opening
from app.db import articles, connections
from app.db.connections import Installed
from app.services import Services


@click.command()
@click.argument("connection")
@opening.as_json
def disconnect(connection: str, as_json: bool) -> None:
    """Remove a connection, by its id. What was decided and written is kept; its secrets and articles are not."""
    services = opening.services()
    removed = remove(services, connection)
    if as_json:
        opening.print_json({"connection": removed.id, "disconnected": True})
        return
    click.echo(f"disconnected {removed.vendor} {removed.id}; what was done there stays on record")
    click.echo("remove the webhook at the vendor, too: it is answered with 404 from now on")


@click.command()
@click.argument("connection")
@opening.as_json
def resume(connection: str, as_json: bool) -> None:
    """Let a paused connection go on, by its id, once the vendor answers again. What waited meanwhile is worked on."""
    services = opening.services()
    with services.database.reading() as session:
        paused = connections.find(session, connection)
    opening.system(services, paused).check()
    with services.database.session() as session:
        connections.resume(session, connection)
        going_on = connections.find(session, connection)
    if as_json:
        opening.print_json({"connection": going_on.id, "active": going_on.active})
    else:
        click.echo(f"{going_on.vendor} {going_on.id} goes on")


def remove(services: Services, connection_id: str) -> Installed:
    """End a connection and let its articles be quoted no more. Raises UnknownRecord when there is none (any more)."""
    with services.database.session() as session:
        found = connections.find(session, connection_id)
        articles.prune(session, found.account_id, found.id, (), datetime.now(UTC))
        connections.remove(session, found.id)
    return found
