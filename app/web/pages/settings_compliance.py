"""Compliance: the account's standards, each check with what it looked at, and every violation with the way to it. Made to be printed."""

from datetime import datetime

from flask import Response, request
from markupsafe import Markup, escape

from app.db.visits import Visit
from app.errors import BadInput, UnknownRecord
from app.reports import compliance
from app.reports.compliance import Report
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_nav import settings
from connectors.types import Level

BACK = 8
"""Quarters that are offered."""


def register(door: Door) -> None:
    """``/app/compliance?period=``."""
    services = door.services

    @door.route("/compliance", level=Level.LEAD, shows="compliance")
    def show(who: Visit) -> Response:
        found, periods = _known(services, who.account_id, request.args.get("period", ""))
        return settings(
            who,
            "settings_compliance.html",
            found=found,
            periods=periods,
            asked=compliance.counted(found.requests) if found and found.requests is not None else None,
            answered=compliance.answered(found.requests) if found else None,
            took=compliance.length(found.fraud.took) if found else None,
            coded=coded,
        )


def coded(text: str) -> Markup:
    """Text in which commands and settings stand between backticks, with these as code; everything is escaped."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _known(services: Services, account_id: str, given: str) -> tuple[Report | None, list[str]]:
    """The report of the quarter that is asked for, else of this one; none where nothing is configured."""
    with services.database.reading() as session:
        now = services.database.now(session)
    periods = _quarters(now)
    try:
        settled = services.configuration(account_id)
        when = compliance.quarter(given or periods[0])
    except UnknownRecord:
        return None, periods
    except BadInput:
        when = compliance.quarter(periods[0])
    with services.database.reading() as session:
        return compliance.report(session, account_id, settled, when, now), periods


def _quarters(now: datetime) -> list[str]:
    """This quarter and those before it."""
    first = now.year * 4 + (now.month - 1) // 3
    return [f"{number // 4}-Q{number % 4 + 1}" for number in range(first, first - BACK, -1)]
