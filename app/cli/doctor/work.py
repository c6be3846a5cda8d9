"""What the doctor looks at in the work itself: who does it, what waits and for how long, what was given up, what was spent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.cli import backup
from app.cli.doctor.finding import Finding, judged, noted
from app.cli.doctor.stores import asked_broker
from app.db import accounts, anchors, chains, clocks, gauges, inbox, spending
from app.services import Services

OLD = 60.0
"""Seconds: what waits longer is not being worked on."""
LAG = timedelta(minutes=5)
LATEST = timedelta(days=2)
ANCHOR = timedelta(days=2)


def workers(services: Services) -> Finding:
    """How many work."""
    count = services.work.workers()
    remedy = "start `deskhand up`, or `deskhand worker` on a machine of its own"
    return judged("workers", f"{count} at work", remedy, well=bool(count))


def clock(services: Services) -> Finding:
    """Whether a clock leads."""
    with services.database.reading() as session:
        led = clocks.led(session, "clock", services.database.now(session))
    remedy = "start `deskhand up`, or `deskhand clock`: without it lost doorbells stay lost"
    return judged("clock", "beats" if led else "no clock has beaten in the last seconds", remedy, well=led)


def look(services: Services) -> Iterator[Finding]:
    """Everything about the work, from the database and the queue."""
    with services.database.reading() as session:
        now = services.database.now(session)
        yield _inbox(session, now)
        yield _parked(session)
        yield from _effects(session)
        yield from _trail(session, now)
        yield from _backups(session, now)
        if services.settings.model_url or services.settings.models_file:
            yield _budget(session, services, now)
    yield asked_broker(services, "queue", lambda: _failed(services))


def _inbox(session: Session, now: datetime) -> Finding:
    waiting, age = inbox.backlog(session), gauges.oldest(session, now)
    text = f"{waiting} events wait to be worked on" + (f", the oldest for {age:.0f} s" if waiting else "")
    remedy = (
        "see that workers run and that there are enough: `deskhand doctor` names them, docs/capacity.md says how many"
    )
    return judged("inbox", text, remedy, well=age <= OLD)


def _parked(session: Session) -> Finding:
    count = gauges.parked(session)
    remedy = "answer them in the helpdesk; docs/runbook.md, DeskhandTicketsParked, says how to find them"
    return noted("parked tickets", f"{count} were given up and are left to people", remedy, quiet=not count)


def _effects(session: Session) -> Iterator[Finding]:
    found = gauges.effects(session)
    remedy = (
        "wait: each is looked for at the vendor before it is tried again; docs/runbook.md, DeskhandEffectsAmbiguous"
    )
    unclear = found[gauges.AMBIGUOUS]
    yield noted("unclear writes", f"{unclear} have no clear answer yet", remedy, quiet=not unclear)
    remedy = "make them in the helpdesk; docs/runbook.md, DeskhandEffectsLeft, says how to find them"
    left = found["review"]
    yield noted("refused writes", f"{left} were given up and are left to people", remedy, quiet=not left)


def _trail(session: Session, now: datetime) -> Iterator[Finding]:
    count, since = chains.lag(session)
    late = since is not None and now - since > LAG
    text = f"{count} acts are not sealed yet" + (f", the oldest since {since:%Y-%m-%d %H:%M} UTC" if since else "")
    yield judged("audit trail", text, "see that a clock and a worker run: they seal it", well=not late)
    for account_id, fault in chains.faults(session).items():
        remedy = "run `deskhand audit verify`, with the latest digest that was sent outside"
        yield judged(f"audit trail of {account_id or 'the installation'}", fault, remedy, well=False)
    latest, owed = anchors.standing(session)
    if latest:
        text = f"the latest is of {latest:%Y-%m-%d}, {owed} have yet to arrive"
        remedy = "see where anchors are sent to (docs/audit.md), and that those places take them"
        yield judged("anchors", text, remedy, well=now - latest <= ANCHOR and owed <= 1)


def _backups(session: Session, now: datetime) -> Iterator[Finding]:
    """Of the data, and of the keys, without which it opens for nobody."""
    for what, command in ((backup.BACKUP, "deskhand backup"), (backup.KEY_BACKUP, "deskhand backup --keys")):
        latest = gauges.backed_up(session, what)
        text = f"the latest was made on {latest:%Y-%m-%d}" if latest else "none was ever made"
        remedy = f"run `{command}` every day, and keep data and keys on two other machines"
        yield noted(what, text, remedy, quiet=latest is not None and now - latest <= LATEST)


def _budget(session: Session, services: Services, now: datetime) -> Finding:
    most = services.settings.day_tokens
    taken = [(spending.used(session, one.id, now - spending.DAY), one.name) for one in accounts.every(session)]
    used, name = max(((one.tokens_in + one.tokens_out, name) for one, name in taken), default=(0, "nobody"))
    text = f"{used} of {most} tokens in a day, at most by {name}"
    remedy = "raise DESKHAND_DAY_TOKENS, or wait: drafts quote articles meanwhile"
    return noted("model budget", text, remedy, quiet=used < 0.9 * most)


def _failed(services: Services) -> Finding:
    queued, failed = services.work.depth()
    remedy = "look for the event `job.failed` in the workers' lines; what they were for is rung again by itself"
    return noted("queue", f"{queued} jobs wait, {failed} failed in the last week", remedy, quiet=not failed)
