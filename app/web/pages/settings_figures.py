"""Figures: how many tickets there were, what we resolved alone and whether it lasted, how long people needed. With their pictures."""

from datetime import timedelta

from flask import Response, request

from app.db import stories
from app.db.visits import Visit
from app.engine.outcomes import metrics
from app.web.pages.door import Door
from app.web.pages.pictures import bars
from app.web.pages.settings_nav import settings
from connectors.types import Level

PERIODS = (7, 30, 90)


def register(door: Door) -> None:
    """``/app/figures?days=``."""
    database = door.services.database

    @door.route("/figures", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        given = request.args.get("days", "")
        days = int(given) if given.isdecimal() and len(given) < 4 and int(given) in PERIODS else 30
        with database.reading() as session:
            now = database.now(session)
            told = stories.since(session, who.account_id, now - timedelta(days=days))
        found = metrics(told, now)
        return settings(
            who, "settings_figures.html", figures=found, bars=bars(told, now, days), days=days, periods=PERIODS
        )
