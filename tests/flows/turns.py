"""A worker's turn at one ticket in a process of its own, which somebody may kill: what ``test_kills`` forks."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.db.database import Database
from app.services import Services
from app.settings import Settings
from jobs import base, ticket
from tests.flows.stage import Bells, Settled


def works(folder: Path, ahead: float = 0.0) -> Services:
    """Services on the folder's database, whose clock is so many seconds ahead; no ticket is drawn for the audit."""
    url = f"sqlite:///{folder / 'play.db'}"
    settings = Settings(folder, url, "redis://nowhere", (b"k" * 32,))
    database = Database(url, clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead))
    services = Settled(settings, database=database, work=Bells())  # type: ignore[arg-type]
    services.draw = lambda *asked: 0.5
    return services


def turn(folder: Path, ticket_id: str, ahead: float) -> None:
    """Work on the ticket as a worker does that was rung for it."""
    logging.disable()
    services = works(folder, ahead)
    base.use(services)
    ticket.run(ticket_id)
    services.dispose()
