"""The first page after signing in: the overview, from where everything else is a click away."""

from flask import Response

from app.db.visits import Visit
from app.web.pages.door import Door
from app.web.pages.settings_overview import overview
from connectors.types import Level


def register(door: Door) -> None:
    """``/app/``."""

    @door.route("/", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        return overview(door.services, who)
