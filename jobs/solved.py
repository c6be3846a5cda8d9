"""A ticket that is solved in its helpdesk is told of at the issue that was opened for it: the way back of an issue's own news."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.db import accounts, deeds, problems, runs
from app.db.deeds import Deed
from app.db.problems import Problem
from app.db.runs import OPEN, Record
from app.engine import permission
from app.engine.configuration.settled import Configuration
from app.engine.permission import CLOSE, COMMENT
from app.engine.types import Mode
from app.engine.workflows import runner
from app.engine.workflows.limits import Wanted
from app.engine.workflows.types import NOBODY, Call
from connectors.types import Status, Ticket
from jobs import deed
from jobs.base import Run

log = logging.getLogger(__name__)

OVER = frozenset({Status.SOLVED, Status.CLOSED})
SOLVED = "The customer's ticket is solved: {ticket}"
OPEN_AGAIN = "The customer's ticket is open again: {ticket}"
MOST = 6
"""How often an issue is told of one ticket: who opens and solves it without end is not followed."""
_PART = "-s"
"""Stands between a run's id and the number of what was told, in the effect's key."""


@dataclass(frozen=True)
class Opened:
    """An issue that a run opened for the ticket, and what was told there so far."""

    record: Record
    issue: str
    system: str
    told: tuple[Deed, ...]

    @property
    def times(self) -> int:
        """How often it was told that the ticket is solved, or open again."""
        return sum(one.name == COMMENT for one in self.told)


def told(run: Run, account_id: str, ticket: Ticket) -> None:
    """Comment on each issue that was opened for the ticket when it is solved or open again, and close it, where the account wants that.

    Each once, whatever is killed or comes twice. Raises Later while one of them is unclear.
    """
    configuration = run.services.configuration(account_id)
    if not permission.synced_systems(configuration):
        return
    for one in _opened(run, account_id, configuration):
        for waiting in (*_unfinished(one), *_planned(run, one, ticket, configuration)):
            _perform(run, waiting)


def _opened(run: Run, account_id: str, configuration: Configuration) -> list[Opened]:
    """What may be told of. An issue that was taken back is none any more."""
    with run.services.database.reading() as session:
        if accounts.find(session, account_id).stopped:
            return []
        known = [(one, deeds.of_run(session, one.id)) for one in runs.of_ticket(session, run.ticket_id)]
    found = []
    for record, every in known:
        outputs = {name: value for step in record.progress.outputs.values() for name, value in step.items()}
        issue, system = str(outputs.get("issue") or ""), str(outputs.get("issueIn") or "")
        acts = configuration.mode(record.category)[0].rank >= Mode.ASSIST.rank
        if issue and acts and not any(one.undoes for one in every):
            ours = tuple(one for one in every if one.key.startswith(f"dh-{record.id}{_PART}"))
            found.append(Opened(record, issue, system, ours))
    return found


def _unfinished(one: Opened) -> Sequence[Deed]:
    return [deed for deed in one.told if deed.state in (deeds.PERMITTED, deeds.BEGUN)]


def _planned(run: Run, one: Opened, ticket: Ticket, configuration: Configuration) -> list[Deed]:
    """What is new to the issue, kept before anything is done: solved and open again take turns."""
    over = ticket.status in OVER
    if over == bool(one.times % 2) or one.times >= MOST:
        return []
    words = (SOLVED if over else OPEN_AGAIN).format(ticket=ticket.url or ticket.ref.id)
    key = f"dh-{one.record.id}{_PART}{one.times}"
    wanted = [(key, COMMENT, {"issue": one.issue, "text": words})]
    wanted += [(f"{key}c", CLOSE, {"issue": one.issue})] if over else []
    planned = [new for each in wanted if (new := _permitted(run, one, configuration, *each))]
    with run.transaction() as (session, now):
        for new in planned:
            deeds.add(session, new, now)
        if CLOSE in {new.name for new in planned} and one.record.state == OPEN:
            # What we close ourselves is no news to wait for: its customer would be told of a fix that nobody made.
            over_here = runner.ended(one.record.progress, "solved_here", "The ticket was solved in the helpdesk.")
            runs.save(session, replace(one.record, progress=over_here), now)
    return planned


def _permitted(
    run: Run, one: Opened, configuration: Configuration, key: str, name: str, inputs: dict[str, str]
) -> Deed | None:
    """The effect with the leave that the account's configuration gives; None where it gives none, or nothing does that."""
    offer = deed.offered(run, one.record.account_id, Call(name, {}, one.system))
    leave = permission.synced(Wanted(key, name, offer.operation, inputs), one.system, configuration) if offer else None
    if leave is None:
        return None
    return Deed(
        key,
        one.record.id,
        run.ticket_id,
        one.record.account_id,
        name,
        one.system,
        inputs,
        deeds.PERMITTED,
        permit=leave,
    )


def _perform(run: Run, one: Deed) -> None:
    offer = deed.offer_of(run, one)
    answer = deed.perform(run, one, offer, NOBODY)
    if answer:
        log.info("issue.told", extra={"system": one.system, "operation": one.name})
        return
    text = f"{one.name} at {one.system} failed ({answer.failure}): the issue does not say how its ticket stands"
    with run.transaction() as (session, now):
        problems.report(session, Problem("not_synced", text, "say it there by hand", None, run.ticket_id), now)
