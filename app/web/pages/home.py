"""The first page after signing in: the overview, from where everything else is a click away."""

from flask import Response

from app.db.visits import Visit
from app.web.pages.door import Door
from connectors.types import Level


def register(door: Door) -> None:
    """``/app/``."""

    @door.route("/", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        from app.web.pages import settings_overview  # noqa: PLC0415  # naming the web loads none of the engine's rules

        return settings_overview.overview(door.services, who)
