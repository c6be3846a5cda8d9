"""Sealing the audit trail, each second, for every account that has acts without a place. The clock that leads is the one sealer."""

import logging

from app.db import chains, problems
from app.db.chains import BATCH, EndForged
from app.db.problems import Problem
from app.services import Services

log = logging.getLogger(__name__)

MOST = 20
"""Batches of one account at one beat: a backlog must not keep the clock from beating."""


def sweep(services: Services) -> None:
    """Give every act that was committed its place, a batch at a time; whoever dies in the middle has sealed whole batches."""
    with services.database.reading() as session:
        accounts = chains.waiting(session)
    for account_id in accounts:
        try:
            for _ in range(MOST):
                if _sealed(services, account_id) < BATCH:
                    break
        except EndForged as error:
            _report(services, account_id, error)


def _sealed(services: Services, account_id: str) -> int:
    with services.database.session() as session:
        return chains.seal(session, account_id, services.signer, services.database.now(session))


def _report(services: Services, account_id: str, error: EndForged) -> None:
    """The acts wait unsealed until a person has looked: to go on would cover up what was done."""
    log.error("trail.forged", extra={"account": account_id})
    with services.database.session() as session:
        now = services.database.now(session)
        chains.checked(session, account_id, now, error.problem)
        advice = "run `deskhand audit verify`; when you know why, `deskhand audit adopt` lets sealing go on"
        problems.report(
            session, Problem("trail_forged", f"{error.problem} ({account_id or 'installation'})", advice), now
        )
