"""People's data: what was asked about it, by when it has to be done, how far it is; an admin asks that somebody is erased."""

import json
from datetime import timedelta

from flask import Response, request
from werkzeug.exceptions import BadRequest

from app.db import rights
from app.db.models.datamap import CUSTOMERS
from app.db.retention import LONGEST
from app.db.visits import Visit
from app.engine.configuration.privacy import USUAL
from app.errors import BadInput, UnknownRecord
from app.rights import erasing, proof
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_nav import may, settings
from connectors.types import Level

SHOWN = timedelta(days=7 * 365)
"""How far back requests are shown."""


def register(door: Door) -> None:
    """``/app/privacy``."""
    services = door.services

    @door.route("/privacy", level=Level.LEAD, shows="rights")
    def show(who: Visit) -> Response:
        return _page(services, who)

    @door.route("/privacy/erase", level=Level.ADMIN, methods=("POST",))
    def erase(who: Visit) -> Response:
        person, sure = request.form.get("person", "").strip()[:300], request.form.get("sure", "")
        if not person or sure != "erase":
            return _page(services, who, status=400, bad="Name one person, and write erase to say that you are sure.")
        asked = erasing.Asked(who.account_id, person, who.person, in_host=bool(request.form.get("in_host")))
        try:
            kept = erasing.ask(services, asked)
        except BadInput as error:
            return _page(services, who, status=400, bad=f"{error}.")
        return _page(services, who, said=f"Request {kept.id} is kept; it is done within a minute.")

    @door.route("/privacy/done", level=Level.ADMIN, methods=("POST",))
    def done(who: Visit) -> Response:
        with services.database.session() as session:
            named, now = request.form.get("request", ""), services.database.now(session)
            rights.at_host(session, who.account_id, named, who.person, now)
        return _page(services, who, said="Kept: the host is seen to.")

    @door.route("/privacy/proof", level=Level.LEAD, shows="rights")
    def certificate(who: Visit) -> Response:
        with services.database.reading() as session:
            found = rights.find(session, who.account_id, request.args.get("request", ""))
        if not found.proof:
            raise BadRequest
        told = {**found.proof, "right": proof.right(services, found.proof)}
        headers = {"Content-Disposition": f'attachment; filename="erasure-{found.id}.json"'}
        return Response(json.dumps(told, indent=1), mimetype="application/json", headers=headers)


def _page(services: Services, who: Visit, *, status: int = 200, said: str = "", bad: str = "") -> Response:
    with services.database.reading() as session:
        now = services.database.now(session)
        found = rights.requests(session, who.account_id, now - SHOWN, now + timedelta(days=1))
    periods = _periods(services, who.account_id)
    return settings(
        who,
        "settings_privacy.html",
        status=status,
        said=said,
        bad=bad,
        requests=[(one, one.late(now)) for one in reversed(found)],
        admin=may(who, Level.ADMIN),
        map=[(entry, periods.get(entry.kept, entry.kept)) for entry in CUSTOMERS if entry.personal],
    )


def _periods(services: Services, account_id: str) -> dict[str, str]:
    """How long what has a period of its own is kept, in days."""
    try:
        kept = services.configuration(account_id).privacy.kept
    except UnknownRecord:
        kept = USUAL
    return {name: f"{age.days} days" for name, age in {**kept, LONGEST: max(kept.values())}.items()}
