"""The first page after signing in: where somebody is, and where they can go."""

from flask import Response

from app.db import accounts
from app.db.visits import Visit
from app.web.pages.door import Door
from app.web.pages.shell import page
from connectors.types import Level


def register(door: Door) -> None:
    """``/app/``."""
    database = door.services.database

    @door.route("/", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        with database.reading() as session:
            account = accounts.find(session, who.account_id)
        return page("home.html", account=account)
