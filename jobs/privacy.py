"""What the clock does about personal data: erasures go on, what stands bare is sealed, what is past its time is deleted."""

import logging
from itertools import islice

from app.db import accounts, answered, resealing, retention, rights, trail
from app.db.rights import State
from app.db.trail import Entry, What
from app.errors import UnknownRecord
from app.rights import erasing
from app.services import Services

log = logging.getLogger(__name__)

MOST = 40
"""Batches of one beat: the clock has other things to do."""


def erasures(services: Services) -> None:
    """Go on with every erasure that waits: for a run to end, for a hold to be lifted, for a process that was killed."""
    with services.database.reading() as session:
        open_ones = [one for one in rights.unfinished(session) if one.kind is rights.Right.ERASURE]
    for one in open_ones:
        if one.state is not State.HOST:
            ended = erasing.go_on(services, one)
            log.info("erasure.went_on", extra={"request": one.id, "state": str(ended.state)})


def seal(services: Services) -> None:
    """Seal what earlier versions left bare, some batches at a time. Once nothing is left nothing bare is taken any more."""
    if services.keyring.closed:
        return
    done = sum(islice(resealing.seal_all(services.database), MOST))
    if done:
        log.info("columns.sealed", extra={"values": done})
        return
    services.keyring.close()
    with services.database.session() as session:
        trail.record(session, trail.INSTALLATION, Entry(What.KEY, "closed", why="all-sealed"))


def expire(services: Services) -> None:
    """Delete what is past its time, account by account."""
    with services.database.session() as session:
        answered.expire(session, services.database.now(session))
        every = [one.id for one in accounts.every(session)]
    for account_id in every:
        gone = expired(services, account_id)
        if gone:
            log.info("data.expired", extra={"account": account_id, "rows": sum(gone.values())})


def expired(services: Services, account_id: str) -> dict[str, int]:
    """What of one account was past its time, by table; nothing of one that is held whole or has no configuration."""
    gone: dict[str, int] = {}
    try:
        kept = services.configuration(account_id).privacy.kept
    except UnknownRecord:
        return gone
    for rule in retention.RULES:
        name = rule.table.__tablename__
        for _ in range(MOST):
            with services.database.session() as session:
                now = services.database.now(session)
                if retention.held(session, account_id):
                    return gone
                number = retention.expire(session, account_id, kept, rule, now)
                if number:
                    detail = {"table": name, "rows": number}
                    trail.record(session, account_id, Entry(What.REMOVED, name, why="past-its-time", detail=detail))
            gone[name] = gone.get(name, 0) + number
            if number < retention.BATCH:
                break
    return {name: number for name, number in gone.items() if number}
