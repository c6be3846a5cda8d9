"""``deskhand db``: the tables."""

import click

from app.db import migrations
from app.db.database import Database
from app.settings import Settings


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
def upgrade() -> None:
    """Bring the tables up to date. Twice changes nothing."""
    database = Database(Settings.load().database_url)
    due = migrations.pending(database)
    migrations.upgrade(database)
    click.echo(f"deskhand: the database is {'now ' if due else ''}up to date", err=True)
