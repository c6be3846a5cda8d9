"""Erasing somebody from every store: step by step, each kept before the next begins, so that whatever is killed goes on where it was.

In the order of harm: first they cannot come back, then the tables, files, models and the queue, then the keys (and with them every
backup), then what was deleted is taken out of the files too. The proof comes last: it looks for them once more, and is signed.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db import accounts, erasing, naming, parties, problems, rights, trail
from app.db.erasing import Busy, Subject
from app.db.problems import Problem
from app.db.rights import Request, Right, State
from app.db.trail import Entry, What
from app.errors import BadInput, BrokerDown, DatabaseDown
from app.rights import files, hosts, proof, who
from app.rights.work import STEPS, Work
from app.services import Services

log = logging.getLogger(__name__)

WAITS, AGAIN = "waits", "again_at"
"""Where a request says what it waits for, and until when nobody has to look."""


@dataclass(frozen=True)
class Asked:
    """An erasure as it is asked for. ``in_host``: somebody who may has said that the host's own record goes, too."""

    account_id: str
    person: str
    by: str
    reason: str = ""
    in_host: bool = False


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
        if asked.in_host and len({name.host for name in meant.names if name.host}) > 1:
            raise BadInput(
                "several hosts may have somebody of that id: say which one with <connection>:<id at the host>"
            )
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
    if request.state in (State.DONE, State.HOST) or _early(services, request):
        return request
    work = _begun(services, request)
    if work.request.state is State.HELD:
        return work.request
    for name, step in _STEPS.items():
        if name in work.request.progress[STEPS]:
            continue
        try:
            told = step(work)
        except (Busy, DatabaseDown, hosts.Later) as reason:
            log.info("erasure.waits", extra={"request": request.id, "step": name, "kind": type(reason).__name__})
            return _waits(work, name, reason.at.isoformat() if isinstance(reason, hosts.Later) else "")
        work = replace(work, request=_done(work, name, told))
    return _finished(work)


def _early(services: Services, request: Request) -> bool:
    """Whether a host said that it wants to be asked later."""
    again = request.progress.get(AGAIN)
    if not again:
        return False
    with services.database.reading() as session:
        return services.database.now(session) < datetime.fromisoformat(again)


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
            at = {f"at:{place}": " ".join(ids) for place, ids in who.at_hosts(services, session, subject).items()}
            kept = rights.remember(session, kept, texts="\n".join(subject.texts), **at)
    return Work(services, kept, subject)


def _named(subject: Subject) -> list[list[str]]:
    return [list(one) for one in (subject.tickets, subject.people, subject.sketched, subject.signalled)]


def _done(work: Work, name: str, told: Mapping[str, Any]) -> Request:
    """What a step kept by itself, in the transaction of what it did, stands."""
    with work.services.database.session() as session:
        known = rights.find(session, work.request.account_id, work.request.id).progress
        steps = {**known[STEPS], name: known[STEPS].get(name, told)}
        return rights.go_on(session, work.request, {**known, STEPS: steps, WAITS: "", AGAIN: ""})


def _waits(work: Work, name: str, again: str) -> Request:
    with work.services.database.session() as session:
        known = rights.find(session, work.request.account_id, work.request.id).progress
        return rights.go_on(session, work.request, {**known, WAITS: name, AGAIN: again})


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


def _words(work: Work) -> Mapping[str, Any]:
    """Looked for before anything is locked: it takes long where much was taught."""
    services, subject = work.services, work.subject
    return naming.naming(services.database, services.keyring, subject.account_id, subject.texts)


def _rows(work: Work) -> Mapping[str, Any]:
    with work.services.database.session() as session:
        found = work.request.progress[STEPS]["words"]
        done = erasing.away(session, work.subject, work.services.database.now(session), found)
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
    database = work.services.database
    database.scrub()
    return {
        "files": "written anew" if database.engine.dialect.name == "sqlite" else "freed, to be written over in time"
    }


_STEPS: Mapping[str, Callable[[Work], Mapping[str, Any]]] = {
    "away": _away,
    "named": _named_keys,
    "words": _words,
    "tables": _rows,
    "files": _files,
    "queue": _queue,
    "keys": _keys,
    "scrub": _scrub,
    "host": hosts.asked,
}


def _finished(work: Work) -> Request:
    """The certificate, and nobody knows any more who it was."""
    request = work.request
    by_hand = {name: one for name, one in request.progress[STEPS]["host"].items() if one["state"] not in hosts.SETTLED}
    state = State.HOST if by_hand else State.DONE
    certificate = proof.certificate(work.services, request, work.subject)
    with work.services.database.session() as session:
        now = work.services.database.now(session)
        in_host = request.progress.get("in_host", False)
        rights.go_on(session, request, {"in_host": in_host}, state)
        rights.finish(session, request, certificate, state, now)
        detail = {"request": request.id, "tickets": len(work.subject.tickets), "digest": certificate["digest"]}
        entry = Entry(What.ERASED, request.id, person=request.person, why="request", detail=detail)
        trail.record(session, request.account_id, entry)
        _told_people(session, request, by_hand, now)
        if in_host and not by_hand:
            rights.seen_to(session, request, now)
    work.services.keyring.destroy(request.account_id, [request.id], request.id, now)
    work.services.database.scrub()
    with work.services.database.reading() as session:
        return rights.find(session, request.account_id, request.id)


def _told_people(session: Session, request: Request, by_hand: Mapping[str, hosts.Told], now: datetime) -> None:
    """Without a name: whoever asked knows who it is about."""
    name = accounts.find(session, request.account_id).name
    done = f"erase them there, then run `deskhand rights --account {name} --done {request.id}`"
    for connection_id, one in by_hand.items():
        text = f"request {request.id}: Deskhand has erased the person; the host still has its own record: {one['why']}"
        remedy = "; or ".join(filter(None, (one["remedy"], done)))
        problems.report(session, Problem("erasure_at_host", text, remedy, connection_id), now)
