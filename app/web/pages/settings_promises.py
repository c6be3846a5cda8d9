"""Promises: when the team is there, and how soon each kind of ticket is to be answered."""

from collections.abc import Iterator

from flask import Response

from app.db.visits import Visit
from app.engine.configuration import Configuration
from app.engine.configuration.calendars import described
from app.errors import UnknownRecord
from app.web.pages.door import Door
from app.web.pages.pictures import week
from app.web.pages.settings_nav import settings
from connectors.types import Level


def register(door: Door) -> None:
    """``/app/promises``."""
    services = door.services

    @door.route("/promises", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        with services.database.reading() as session:
            try:
                configuration = services.configuration(who.account_id, session)
            except UnknownRecord:
                return settings(who, "settings_promises.html", calendars=[], targets=[])
        hours = configuration.rules.hours
        calendars = [("When people are there", described(hours), week(hours))]
        return settings(who, "settings_promises.html", calendars=calendars, targets=list(targets(configuration)))


def targets(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """(what for, how soon)."""
    for tier, by_priority in configuration.sla.items():
        for priority, text in by_priority.items():
            yield f"{tier + ', ' if tier else ''}{priority}", str(text)
    for category in configuration.categories:
        if category.sla:
            yield category.name, category.sla
    for channel, target in configuration.rules.channels.items():
        yield f"by {channel}", target.text
