"""Asking backends: reads at once, effects once each. What is permitted is begun, done and kept in steps that survive a crash."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app import metrics
from app.connected import Offer
from app.db import deeds, problems
from app.db.deeds import Deed
from app.db.problems import Problem
from app.engine import permission
from app.engine.types import Reason
from app.engine.workflows.types import Answer, Call, Failure, Identity
from connectors.errors import (
    AuthFailed,
    Closed,
    Conflict,
    ConnectorError,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)
from connectors.operations import Operation, Result
from jobs import recorded
from jobs.base import Later, Run, backoff

log = logging.getLogger(__name__)

LOOKS = 2
"""How often a read is tried before a person goes on."""
TRIES = 6
"""How often an effect without a clear answer is tried, about a minute in all, before a person has to look."""
UNDO = "-u"
"""Ends the key of what takes something back."""
WITHDRAWN = Reason("withdrawn", "What it belonged to was taken back.")

_FAILURES: Mapping[type[ConnectorError], Failure] = {
    NotFound: Failure.NOT_FOUND,
    Refused: Failure.REFUSED,
    Closed: Failure.REFUSED,
    Conflict: Failure.REFUSED,
    Unsupported: Failure.UNSUPPORTED,
}
"""What a backend's error means to a run; every other one is no answer."""


def offered(run: Run, account_id: str, call: Call) -> Offer | None:
    """The backend that the call goes to; None where there is none, or nobody knows which."""
    try:
        return run.services.connected.backend(account_id, call.operation, call.system)
    except Unsupported:
        return None


def offer_of(run: Run, deed: Deed) -> Offer | None:
    """The backend that an effect goes to, as it was asked for; None as for ``offered``."""
    return offered(run, deed.account_id, Call(deed.name, {}, deed.system))


def read(run: Run, offer: Offer, call: Call, identity: Identity) -> Answer:
    """What the backend says. Never raises: a backend that does not answer is an answer too."""
    error: ConnectorError = Unavailable("never asked")
    for _ in range(LOOKS):
        try:
            result = offer.backend.run(call.operation, call.inputs)
            return checked(offer, result, identity)
        except ConnectorError as failed:
            error = failed
            if not isinstance(error, Unavailable):
                break
    return _failed(run, offer, call.operation, error)


def checked(offer: Offer, result: Result, identity: Identity) -> Answer:
    """The result if it has the promised shape and is about whoever is proven to ask."""
    operation, outputs = offer.operation, result.outputs
    if not isinstance(outputs, Mapping) or any(name not in outputs for name in operation.outputs):
        log.warning("backend.shape", extra={"system": offer.system, "operation": operation.title})
        return Answer(failure=Failure.DOWN, source=offer.system)
    if operation.owner and not _owned(outputs[operation.owner], identity):
        return Answer(failure=Failure.FOREIGN, source=offer.system)
    return Answer(dict(outputs), result.files, source=offer.system)


def _owned(owner: Any, identity: Identity) -> bool:
    """Whether the data is that of whoever is proven to ask. Nobody's data is nobody's."""
    if not isinstance(owner, str) or not owner.strip():
        return False
    return owner.strip().casefold() in {identity.email.casefold(), identity.user.casefold()} - {""}


def _failed(run: Run, offer: Offer, operation: str, error: ConnectorError) -> Answer:
    kind = type(error).__name__
    log.warning("backend.failed", extra={"system": offer.system, "operation": operation, "error": kind})
    metrics.count("backends.failed")
    if isinstance(error, AuthFailed):
        text, advice = (
            f"{kind}: {offer.system} does not take our credentials",
            "connect it again with `deskhand connect`",
        )
        with run.transaction() as (session, now):
            problems.report(session, Problem("backend_locked", text, advice, offer.connection), now)
    return Answer(failure=_meaning(error), source=offer.system)


def _meaning(error: ConnectorError) -> Failure:
    return next((_FAILURES[kind] for kind in type(error).__mro__ if kind in _FAILURES), Failure.DOWN)


# --- effects ------------------------------------------------------------------------------------------------


Told = Callable[[Session, Answer, datetime], None]
"""What is kept together with the answer."""


def perform(run: Run, deed: Deed, offer: Offer | None, identity: Identity, told: Told | None = None) -> Answer:
    """Do what is permitted, once, and keep the answer, with what ``told`` keeps. Raises Later while it is not known whether it was taken.

    Raises ValueError for what nobody permitted: nothing is sent then.
    """
    if deed.answer is not None and deed.state not in (deeds.PERMITTED, deeds.BEGUN):
        return deed.answer
    if deed.permit is None or (deed.permit.effect, deed.permit.operation) != (deed.key, deed.name):
        raise ValueError("an effect needs its own permit")
    if offer is None:
        answer = Answer(failure=Failure.UNCLEAR if deed.state == deeds.BEGUN else Failure.UNSUPPORTED)
        return _over(run, deed, answer, told)
    begun = _begin(run, deed)
    run.still_in_time(begun)
    try:
        since = deed.started_at if deed.state == deeds.BEGUN else None
        result = offer.backend.run(deed.name, deed.inputs, key=deed.key, since=since)
    except (Unavailable, RateLimited) as error:
        return _unsure(run, deed, offer, error, told)
    except ConnectorError as error:
        return _over(run, deed, _failed(run, offer, deed.name, error), told)
    metrics.count("deeds.done")
    log.info("deed.done", extra={"key": deed.key, "operation": deed.name, "recovered": result.recovered})
    return _over(run, deed, _taken(offer, result), told)


def _taken(offer: Offer, result: Result) -> Answer:
    """An effect that was taken counts as done whatever it looks like; what it promised and did not give is empty."""
    given = result.outputs if isinstance(result.outputs, Mapping) else {}
    outputs = {name: given.get(name) for name in offer.operation.outputs}
    return Answer({**given, **outputs}, result.files, source=offer.system)


def _begin(run: Run, deed: Deed) -> datetime:
    with run.transaction() as (session, now):
        if deed.not_before and deed.not_before > now:
            raise Later(deed.not_before)
        deeds.start(session, deed.key, now, now + run.patience.unanswered)
    return now


def _unsure(run: Run, deed: Deed, offer: Offer, error: ConnectorError, told: Told | None) -> Answer:
    """It may have been taken, or will be: tried again with the same key, and looked for first."""
    if deed.attempts + 1 >= TRIES:
        _failed(run, offer, deed.name, error)
        answer = Answer(failure=Failure.UNCLEAR, source=offer.system)
        text = f"{deed.name} at {offer.system} had no clear answer: it may or may not have been done"
        with run.transaction() as (session, now):
            problems.report(session, Problem("deed_unclear", text, "look there", offer.connection, deed.ticket_id), now)
        return _over(run, deed, answer, told)
    asked = timedelta(seconds=min(error.retry_after, 60.0) if isinstance(error, RateLimited) else 0.0)
    with run.transaction() as (session, now):
        at = now + max(asked, backoff(deed.attempts + 1, run.patience.longest))
        deeds.postpone(session, deed.key, at, now)
    raise Later(at)


def _over(run: Run, deed: Deed, answer: Answer, told: Told | None) -> Answer:
    state = deeds.DONE if answer else deeds.REVIEW if answer.failure is Failure.UNCLEAR else deeds.FAILED
    with run.transaction() as (session, now):
        deeds.end(session, deed.key, state, answer, now)
        run.note(recorded.done(deed, state, answer))
        if told:
            told(session, answer, now)
    return answer


def lines(offers: Mapping[str, Sequence[Offer]], every: Sequence[Deed]) -> list[str]:
    """What came of a run's effects, a line each, for the note; called as it was when somebody was asked to approve it."""
    titles = {name: there[0].operation.title for name, there in offers.items()}
    words = {
        deeds.DONE: "done",
        deeds.FAILED: "failed",
        deeds.REJECTED: "not done",
        deeds.REVIEW: "not clear whether it was done: look there",
    }
    undone = {one.undoes: one.state for one in every if one.undoes}
    found = []
    for one in every:
        if one.undoes or one.state not in words:
            continue
        back = {deeds.DONE: ", taken back", None: ""}.get(
            undone.get(one.key), ", could not be taken back: do it by hand"
        )
        why = f": {one.why.text}" if one.why and one.state == deeds.REJECTED else ""
        found.append(f"{titles.get(one.name, one.name)} ({one.system}): {words[one.state]}{why}{back}")
    return found


# --- taking back --------------------------------------------------------------------------------------------


def undo(run: Run, run_id: str, identity: Identity) -> None:
    """Take back what a run has done, newest first, each once; what it still asks for is not done.

    What cannot be taken back is an admin's to know.
    """
    with run.transaction() as (session, now):
        deeds.withdraw(session, run_id, WITHDRAWN, now)
        every = deeds.of_run(session, run_id)
    known = {one.key: one for one in every}
    for done in reversed([one for one in every if one.state == deeds.DONE and not one.undoes]):
        offer = offer_of(run, done)
        inverse = offer.operation.inverse if offer else ""
        if not inverse or done.permit is None:
            continue
        key = f"{done.key}{UNDO}"
        back = known.get(key) or _planned_back(run, done, key, inverse)
        there = offered(run, done.account_id, Call(inverse, {}, done.system))
        if not perform(run, back, there, identity):
            text = f"{done.name} could not be taken back ({inverse} failed)"
            with run.transaction() as (session, now):
                problem = Problem("not_undone", text, "take it back there by hand", None, done.ticket_id)
                problems.report(session, problem, now)


def _planned_back(run: Run, done: Deed, key: str, inverse: str) -> Deed:
    """What takes it back, kept before it is done. Its inputs come by name from what was given and what came of it."""
    if done.permit is None:
        raise ValueError("what was done had a permit")
    outputs = done.answer.outputs if done.answer else {}
    leave = permission.undone(done.permit, key, inverse)
    back = replace(
        done,
        key=key,
        name=inverse,
        inputs=_fitting({**done.inputs, **outputs}, run, done, inverse),
        state=deeds.PERMITTED,
        amount=None,
        permit=leave,
        undoes=done.key,
        attempts=0,
        started_at=None,
        not_before=None,
        answer=None,
    )
    with run.transaction() as (session, now):
        deeds.add(session, back, now)
    return back


def _fitting(values: Mapping[str, Any], run: Run, done: Deed, inverse: str) -> dict[str, Any]:
    offer = offered(run, done.account_id, Call(inverse, {}, done.system))
    operation: Operation | None = offer.operation if offer else None
    wanted = (*operation.inputs, *operation.optional) if operation else tuple(values)
    return {name: values[name] for name in wanted if name in values}
