"""``deskhand disconnect`` and ``deskhand resume``: the end of a connection, and its going on after a pause."""

import click

from app import connecting
from app.cli import opening
from app.db import connections


@click.command()
@click.argument("connection")
@opening.as_json
def disconnect(connection: str, as_json: bool) -> None:
    """Remove a connection, by its id. What was decided and written is kept; its secrets and articles are not."""
    services = opening.services()
    ended = connecting.remove(services, connection)
    removed = ended.installed
    if as_json:
        opening.print_json({"connection": removed.id, "disconnected": True, "left": list(ended.left)})
        return
    click.echo(f"disconnected {removed.vendor} {removed.id}; what was done there stays on record")
    for words in ended.left:
        click.echo(words)
    if connecting.HOOK not in removed.settings:
        click.echo("remove the webhook at the vendor, too: it is answered with 404 from now on")


@click.command()
@click.argument("connection")
@opening.as_json
def resume(connection: str, as_json: bool) -> None:
    """Let a paused connection go on, by its id, once the vendor answers again. What waited meanwhile is worked on."""
    services = opening.services()
    with services.database.reading() as session:
        paused = connections.find(session, connection)
    connecting.system(services, paused).check()
    with services.database.session() as session:
        connections.resume(session, connection)
        going_on = connections.find(session, connection)
    if as_json:
        opening.print_json({"connection": going_on.id, "active": going_on.active})
    else:
        click.echo(f"{going_on.vendor} {going_on.id} goes on")
