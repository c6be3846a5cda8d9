"""What the doctor looks at in people's data: the keys that it is sealed with, what stands bare, and what people asked."""

from collections.abc import Iterator
from datetime import datetime

from app.cli.doctor.finding import Finding, judged, noted, tried
from app.db import resealing, rights, rotation
from app.db.rights import Request, State
from app.services import Services


def look(services: Services) -> Iterator[Finding]:
    """Keys, columns, requests."""
    yield tried("keys in use", lambda: _keys(services))
    yield tried("sealed", lambda: _bare(services))
    yield tried("rights", lambda: _asked(services))


def _keys(services: Services) -> Finding:
    with services.database.reading() as session:
        left = rotation.old(services.keyring, session, services.vault)
    if left.unreadable:
        text = f"{left.unreadable} accounts' keys open with no master key that we have"
        return Finding(
            "keys in use", False, text, "put the missing key back into DESKHAND_SECRET_KEY, behind the newest"
        )
    older = left.masters + left.accounts
    text = f"{older} still need an older key" if older else "everything is under the newest keys"
    return noted(
        "keys in use", text, "run `deskhand keys rotate --continue`, then the older key can go", quiet=left.none
    )


def _bare(services: Services) -> Finding:
    with services.database.reading() as session:
        bare = sum(resealing.bare(session).values())
    if services.keyring.closed:
        planted = f"{bare} values stand there that were never sealed here; they are not read"
        remedy = "find out who wrote to the database; after an old backup came back: `deskhand keys seal --trust`"
        return judged("sealed", planted if bare else "everything is, and nothing bare is taken", remedy, well=not bare)
    text = f"{bare} values from an earlier version stand bare" if bare else "nothing that people wrote stands bare"
    remedy = "the clock seals them by and by, and lets nothing bare in after that; `deskhand keys seal` does it now"
    return noted("sealed", text, remedy, quiet=not bare)


def _asked(services: Services) -> Finding:
    with services.database.reading() as session:
        now = services.database.now(session)
        waiting = rights.unfinished(session)
    late = [one for one in waiting if _overdue(one, now)]
    text = f"{len(waiting)} requests are not done, {len(late)} of them late" if waiting else "nobody waits"
    remedy = "see `deskhand rights --account NAME`: the law gives a month"
    return judged("rights", text, remedy, well=not late)


def _overdue(one: Request, now: datetime) -> bool:
    """Where only the host is left, the time runs as well."""
    return one.due_at < now and one.state is not State.DONE
