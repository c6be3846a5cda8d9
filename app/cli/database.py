"""``deskhand db``: the tables."""

import click

from app.cli import opening
from app.db import migrations, trail
from app.db.database import Database
from app.db.trail import Entry, What
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
    if due:
        with database.session() as session:
            entry = Entry(What.OPERATED, "deskhand db upgrade", who=trail.OPERATOR, authority=f"cli:{opening.login()}")
            trail.record(session, trail.INSTALLATION, entry)
    click.echo(f"deskhand: the database is {'now ' if due else ''}up to date", err=True)
