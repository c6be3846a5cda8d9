"""What is done about an audit trail each day: rows past their time go, the rest is looked at, its end is signed and sent outside."""

import logging
from datetime import timedelta

from app import audit
from app.db import anchors, chains, clocks, problems, trimming
from app.db.anchors import Kept
from app.db.problems import Problem
from app.db.trimming import BATCH
from app.engine.chain import Fault
from app.engine.configuration.complying import USUAL, whole
from app.notices import outside
from app.queue import AUDIT
from app.services import Services
from jobs import base

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""Between two tries of a place that did not take a digest."""


def sweep(services: Services) -> None:
    """Have every chain seen to."""
    with services.database.reading() as session:
        every = chains.accounts(session)
    for account_id in every:
        services.work.audit(account_id)


def run(account_id: str) -> None:
    """See to one account's trail. Called by name from the queue; safe to repeat, and each part is whole or not at all."""
    services = base.services()
    services.work.answered(AUDIT, account_id)
    with services.database.session() as session:
        daily = clocks.due(session, f"audit:{account_id}", services.database.now(session), DAY)
    if daily and not _fault(services, account_id):
        _anchor(services, account_id)
        _trim(services, account_id)
    _send(services, account_id)


def _fault(services: Services, account_id: str) -> Fault | None:
    """What is wrong with the rows since the last anchor; with any row, while a fault stands. A chain that is wrong is not signed."""
    signed = services.signer
    with services.database.reading() as session:
        standing = chains.chain(session, account_id)
        last = None if standing and standing.fault else anchors.newest(session, account_id)
        since = audit.read(last.body) if last else None
        fault = audit.verify_since(session, account_id, signed, since).fault
    with services.database.session() as session:
        now = services.database.now(session)
        chains.checked(session, account_id, now, fault.text if fault else "")
        if fault:
            advice = (
                "run `deskhand audit verify` with the latest digest that was sent outside, and find out who changed it"
            )
            problems.report(session, Problem("trail_wrong", f"The audit trail is wrong: {fault.text}", advice), now)
            log.error("trail.wrong", extra={"account": account_id, "kind": str(fault.kind), "row": fault.sequence})
    return fault


def _anchor(services: Services, account_id: str) -> None:
    signed = services.signer
    with services.database.session() as session:
        now = services.database.now(session)
        end = chains.signed_end(session, account_id, signed)
        if end:
            anchors.keep(session, account_id, audit.anchored(account_id, end, now, signed).written(), now)


def _trim(services: Services, account_id: str) -> None:
    """Only what was found to be right is taken away."""
    kept_for = _kept_for(services, account_id)
    removed = BATCH
    while removed == BATCH:
        with services.database.session() as session:
            now = services.database.now(session)
            removed = trimming.trim(session, account_id, services.signer, now - kept_for, now)
        if removed:
            log.info("trail.trimmed", extra={"account": account_id, "rows": removed})


def _kept_for(services: Services, account_id: str) -> timedelta:
    """As the account's configuration says; the installation's own trail, and that of an account without one, as long as is usual."""
    settled = base.settled(services, account_id)
    return settled.trail_kept if settled else whole(USUAL)


def _send(services: Services, account_id: str) -> None:
    places = outside.places(services.settings)
    with services.database.reading() as session:
        waiting = anchors.due(session, account_id, services.database.now(session))
    for one in waiting:
        missing = [name for name in places if name not in one.places]
        answers = outside.brought(places, missing, _named(one), one.body)
        with services.database.session() as session:
            now = services.database.now(session)
            arrived = {name: now.isoformat() for name, why in answers.items() if not why}
            failed = {name: why for name, why in answers.items() if why}
            anchors.arrived(session, one.id, arrived, now + AGAIN if failed else None)
            for name, why in failed.items():
                problems.report(session, _unsent(name, why), now)
        log.info("anchor.sent", extra={"account": account_id, "places": len(arrived), "failed": len(failed)})


def _named(anchor: Kept) -> str:
    return f"deskhand-audit-{anchor.account_id or 'installation'}-{anchor.day}.json"


def _unsent(place: str, why: str) -> Problem:
    return Problem("anchor_unsent", f"{place} did not take the audit trail's digest: {why}", "see DESKHAND_ANCHORS")
