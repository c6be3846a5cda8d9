"""Erasing somebody from every store: step by step, each kept before the next begins, so that whatever is killed goes on where it was.

In the order of harm: first they cannot come back, then the tables, files, models and the queue, then the keys (and with them every
backup), then what was deleted is taken out of the files too. The proof comes last: it looks for them once more, and is signed.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.db import erasing, parties, problems, rights, trail
from app.db.erasing import Busy, Subject
from app.db.problems import Problem
from app.db.rights import Request, Right, State
from app.db.trail import Entry, What
from app.errors import BrokerDown, DatabaseDown
from app.rights import files, proof, who
from app.services import Services
from connectors.base import ErasesPeople
from connectors.errors import ConnectorError

log = logging.getLogger(__name__)

WAITS = "waits"
"""Where a request says what it waits for."""
STEPS = "steps"


@dataclass(frozen=True)
class Asked:
    """An erasure as it is asked for. ``in_host``: somebody who may has said that the host's own record goes, too."""

    account_id: str
    person: str
    by: str
    reason: str = ""
    in_host: bool = False


@dataclass(frozen=True)
class Work:
    """One request under way."""

    services: Services
    request: Request
    subject: Subject


def foreseen(services: Services, asked: Asked) -> Mapping[str, Any]:
    """What would be erased, and what holds it back. Changes nothing."""
    with services.database.reading() as session:
        meant = who.meant(services, session, asked.account_id, asked.person)
        subject = who.subject(session, asked.account_id, meant)
        rows, held = erasing.counted(session, subject), erasing.held(session, subject)
    lines = files.lines(services, asked.account_id, subject.texts)
    return {"person": meant.person, "tickets": len(subject.tickets), "rows": rows, "lines": lines, "held": held}


def ask(services: Services, asked: Asked) -> Request:
    """Keep the request, once; nothing is erased yet."""
    with services.database.session() as session:
        now = services.database.now(session)
        meant = who.meant(services, session, asked.account_id, asked.person)
        request = Request(
            "",
            asked.account_id,
            Right.ERASURE,
            meant.person,
            asked.by,
            now,
            rights.due(now),
            reason=asked.reason,
            wanted=who.wanted(meant),
            progress={"in_host": asked.in_host, STEPS: {}},
        )
        return rights.ask(session, request)


def go_on(services: Services, request: Request) -> Request:
    """Do what is left of it, as far as that can be done now. Twice does nothing more."""
    if request.state in (State.DONE, State.HOST):
        return request
    work = _begun(services, request)
    if work.request.state is State.HELD:
        return work.request
    for name, step in _STEPS.items():
        if name in work.request.progress[STEPS]:
            continue
        try:
            told = step(work)
        except (Busy, DatabaseDown) as reason:
            log.info("erasure.waits", extra={"request": request.id, "step": name, "kind": type(reason).__name__})
            return _kept(work, {WAITS: name})
        work = Work(services, _done(work, name, told), work.subject)
    return _finished(work)


def _begun(services: Services, request: Request) -> Work:
    """Who it is and what is theirs: found once, and kept by hashes, because the tables forget it on the way."""
    with services.database.session() as session:
        known = request.progress.get("subject")
        if known is None:
            meant = who.meant(services, session, request.account_id, request.wanted["typed"])
            subject = who.subject(session, request.account_id, meant)
        else:
            texts = tuple(request.wanted.get("texts", "").splitlines())
            tickets, people, sketched, signalled = (tuple(one) for one in known)
            subject = Subject(request.account_id, tickets, people, sketched, signalled, texts)
        held = erasing.held(session, subject)
        state = State.HELD if held and not request.progress.get(STEPS) else State.OPEN
        progress = {**request.progress, "held": held, "subject": _named(subject)}
        kept = rights.go_on(session, request, progress, state)
        if known is None:
            kept = rights.keep_texts(session, kept, subject.texts)
    return Work(services, kept, subject)


def _named(subject: Subject) -> list[list[str]]:
    return [list(one) for one in (subject.tickets, subject.people, subject.sketched, subject.signalled)]


def _done(work: Work, name: str, told: Mapping[str, Any]) -> Request:
    """What a step kept by itself, in the transaction of what it did, stands."""
    with work.services.database.session() as session:
        known = rights.find(session, work.request.account_id, work.request.id).progress
        steps = {**known[STEPS], name: known[STEPS].get(name, told)}
        return rights.go_on(session, work.request, {**known, STEPS: steps, WAITS: ""})


def _kept(work: Work, more: Mapping[str, Any]) -> Request:
    with work.services.database.session() as session:
        return rights.go_on(session, work.request, {**work.request.progress, **more})


# --- the steps ----------------------------------------------------------------------------------------------


def _away(work: Work) -> Mapping[str, Any]:
    """Nothing of theirs that comes late is taken in."""
    with work.services.database.session() as session:
        now = work.services.database.now(session)
        parties.keep_away(session, work.subject.account_id, work.subject.people, now)
    return {"names": len(work.subject.people)}


def _named_keys(work: Work) -> Mapping[str, Any]:
    """Which keys are theirs: once the tables are empty nothing tells."""
    with work.services.database.reading() as session:
        return {"scopes": erasing.scopes(session, work.subject)}


def _host(work: Work) -> Mapping[str, Any]:
    """The host is asked where somebody approved that; else people are told what to do there."""
    with work.services.database.reading() as session:
        places, people = erasing.connections(session, work.subject), erasing.requesters(session, work.subject)
    typed = work.request.wanted["typed"]
    told = {}
    for connection_id, vendor in places:
        connector = work.services.connector(connection_id)
        theirs = sorted({*people, typed.partition(f"{connection_id}:")[2] or typed} - {""})
        if not isinstance(connector, ErasesPeople):
            told[connection_id] = {"vendor": vendor, "state": "by hand"}
        elif work.request.progress.get("in_host"):
            told[connection_id] = {"vendor": vendor, "state": _asked_host(connector, theirs)}
        else:
            told[connection_id] = {"vendor": vendor, "state": "not approved"}
    return told


def _asked_host(connector: ErasesPeople, people: list[str]) -> str:
    try:
        return "erased" if connector.erase(people) else "nobody there"
    except ConnectorError as error:
        return f"refused: {type(error).__name__}"


def _rows(work: Work) -> Mapping[str, Any]:
    with work.services.database.session() as session:
        done = erasing.away(session, work.subject, work.services.database.now(session))
        steps = {**work.request.progress[STEPS], "tables": done}
        rights.go_on(session, work.request, {**work.request.progress, STEPS: steps})
    return done


def _files(work: Work) -> Mapping[str, Any]:
    return files.erased(work.services, work.subject, examples=work.request.progress[STEPS]["tables"].get("example", 0))


def _queue(work: Work) -> Mapping[str, Any]:
    """It holds numbers of tickets and nothing else, so nobody waits for a broker that is away."""
    try:
        return {"jobs": work.services.work.erase(work.subject.tickets)}
    except BrokerDown:
        return {"jobs": 0, "away": True}


def _keys(work: Work) -> Mapping[str, Any]:
    """From here on no backup of the data shows what they wrote."""
    with work.services.database.reading() as session:
        now: datetime = work.services.database.now(session)
    wanted = work.request.progress[STEPS]["named"]["scopes"]
    destroyed = work.services.keyring.destroy(work.subject.account_id, wanted, work.request.id, now)
    return {"destroyed": len(destroyed), "ids": destroyed}


def _scrub(work: Work) -> Mapping[str, Any]:
    work.services.database.scrub()
    return {"files": "written anew"}


_STEPS: Mapping[str, Callable[[Work], Mapping[str, Any]]] = {
    "away": _away,
    "named": _named_keys,
    "host": _host,
    "tables": _rows,
    "files": _files,
    "queue": _queue,
    "keys": _keys,
    "scrub": _scrub,
}


def _finished(work: Work) -> Request:
    """The certificate, and nobody knows any more who it was."""
    request = work.request
    by_hand = [
        one for one in request.progress[STEPS]["host"].values() if one["state"] not in ("erased", "nobody there")
    ]
    state = State.HOST if by_hand else State.DONE
    certificate = proof.certificate(work.services, request, work.subject)
    with work.services.database.session() as session:
        now = work.services.database.now(session)
        rights.go_on(session, request, {"in_host": request.progress.get("in_host", False)}, state)
        rights.finish(session, request, certificate, state, now)
        detail = {"request": request.id, "tickets": len(work.subject.tickets), "digest": certificate["digest"]}
        entry = Entry(What.ERASED, request.id, person=request.person, why="request", detail=detail)
        trail.record(session, request.account_id, entry)
        if by_hand:
            _told_people(session, work, now)
    work.services.keyring.destroy(request.account_id, [request.id], request.id, now)
    work.services.database.scrub()
    with work.services.database.reading() as session:
        return rights.find(session, request.account_id, request.id)


def _told_people(session: Any, work: Work, now: datetime) -> None:
    """Without a name: whoever asked knows who it is about."""
    for connection_id, one in work.request.progress[STEPS]["host"].items():
        if one["state"] in ("erased", "nobody there"):
            continue
        text = f"request {work.request.id}: Deskhand has erased the person; the host still has its own record of them"
        remedy = f"erase them there, then run `deskhand rights done {work.request.id}`; or ask with --in-host next time"
        problems.report(session, Problem("erasure_at_host", text, remedy, connection_id), now)
