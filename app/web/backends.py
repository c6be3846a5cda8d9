"""Backends' webhooks, once the one door has them: verified, read, saved, rung for, answered. Nothing is decided here."""

import logging

from flask import Response, abort

from app import metrics
from app.db import signals
from app.db.problems import Problem
from app.db.signals import Told
from app.errors import DatabaseDown, SealBroken, UnknownRecord
from app.services import Services
from app.web.intake import Intake
from connectors.errors import BadPayload, BadSignature
from connectors.operations import Signal, Signals
from connectors.types import Inbound

log = logging.getLogger(__name__)

LONGEST = 200
"""Characters of a delivery's or an issue's name that every database of ours can index."""
UNSIGNED = "a backend's webhook came with a signature that did not fit"
UNSIGNED_REMEDY = (
    "copy the webhook's secret from there again and run `deskhand connect`; a few by strangers are harmless"
)


def answered(services: Services, intake: Intake, connection_id: str, inbound: Inbound, *, head: bool) -> Response:
    """2xx only once it is saved. What cannot be read is answered as taken: sending it again would not help."""
    try:
        installed, backend = services.connected.backend_at(connection_id)
        if not isinstance(backend, Signals):
            abort(404)
        if head:
            return Response(status=200)
        told = _read(backend, inbound)
        with services.database.session() as session:
            now = services.database.now(session)
            new = signals.accept(session, installed.account_id, connection_id, [_told(one) for one in told], now)
    except UnknownRecord:
        abort(404)
    except BadSignature:
        metrics.count("webhooks.unsigned")
        intake.record(Problem("webhook_unsigned", UNSIGNED, UNSIGNED_REMEDY, connection_id), inbound.at)
        return Response(status=401)
    except BadPayload as error:
        metrics.count("webhooks.unreadable")
        text = f"a verified webhook could not be read at {error.path}"
        intake.record(Problem("webhook_unreadable", text, error.remedy, connection_id), inbound.at)
        return Response(status=200)
    except (DatabaseDown, SealBroken):
        metrics.count("webhooks.refused")
        return Response(status=503, headers={"Retry-After": "10"})
    log.info("webhook.accepted", extra={"signals": new})
    if new:
        services.work.signals(installed.account_id)
    return Response(status=200)


def _read(backend: Signals, inbound: Inbound) -> list[Signal]:
    """What the backend reads, if our database can keep it. Raises BadSignature or BadPayload."""
    told = list(backend.heard(inbound))
    for one in told:
        for path, name in (("delivery", one.delivery), ("about", one.about)):
            if not 0 < len(name) <= LONGEST or not name.isprintable():
                raise BadPayload(path, f"a name of printable characters, {LONGEST} at most")
    return told


def _told(one: Signal) -> Told:
    return Told(one.delivery, one.kind, one.at, one.about, values=dict(one.values))
