"""The request to the hosts: each is asked for its own record of somebody until it has answered, once all of ours is gone.

Who is meant there is found first and kept, sealed, until it is done: whatever is killed goes on with the same ids. No answer of a
host, and nothing that people are told, names anybody.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.db import connections, erasing
from app.db.connections import Installed
from app.errors import SealBroken, UnknownRecord
from app.rights.work import Work
from connectors.base import ErasesPeople
from connectors.errors import AuthFailed, ConnectorError, NotErased, RateLimited, Unavailable

PATIENCE = timedelta(days=3)
"""How long a host is asked that does not answer, before people see to it."""
AGAIN = timedelta(minutes=1)
ERASED, NOBODY = "erased", "nobody there"
SETTLED = frozenset({ERASED, NOBODY})
"""What leaves people nothing to do at the host."""
HOSTS, SINCE = "hosts", "asked_hosts_at"

Told = Mapping[str, str]
"""What came of one host: its vendor and ``state``; ``why`` and ``remedy`` where people have to see to it."""


class Later(Exception):
    """A host is to be asked again at ``at``."""

    def __init__(self, at: datetime) -> None:
        super().__init__("a host is asked again later")
        self.at = at


def asked(work: Work) -> Mapping[str, Any]:
    """Ask every host that is left, and keep each answer as it comes. Raises Later for those that have none yet."""
    now = _now(work)
    if SINCE not in work.request.progress:
        work = work.kept(**{SINCE: now.isoformat(), HOSTS: {}})
    later: list[datetime] = []
    for place in _places(work):
        told = work.request.progress[HOSTS]
        if place.id in told:
            continue
        try:
            work, answer = _of(work, place)
        except (RateLimited, Unavailable) as error:
            wait = timedelta(seconds=error.retry_after) if isinstance(error, RateLimited) else AGAIN
            if now < datetime.fromisoformat(work.request.progress[SINCE]) + PATIENCE:
                later.append(now + max(wait, AGAIN))
                continue
            answer = _no("no answer", type(error).__name__, "see why it does not answer, then ask again with --in-host")
        work = work.kept(**{HOSTS: {**told, place.id: {"vendor": place.vendor, **answer}}})
    if later:
        raise Later(min(later))
    hosts: Mapping[str, Any] = work.request.progress[HOSTS]
    return hosts


def _places(work: Work) -> list[Installed]:
    """The helpdesks that their tickets are at; where somebody approved that they are asked, every one of the account's."""
    with work.services.database.reading() as session:
        every = connections.of_account(session, work.subject.account_id)
        theirs = {name for name, _ in erasing.connections(session, work.subject)}
    approved = bool(work.request.progress.get("in_host"))
    return [one for one in every if one.vendor in work.services.connected.helpdesks and (approved or one.id in theirs)]


def _of(work: Work, place: Installed) -> tuple[Work, Told]:
    """What one host says. Raises RateLimited and Unavailable."""
    if not work.request.progress.get("in_host"):
        return work, _no("not approved", "nobody approved that the host is asked", "ask again with --in-host")
    try:
        connector = work.services.connected.connector(place.id)
        if not isinstance(connector, ErasesPeople):
            return work, _no("by hand", "this host erases nobody for us", "")
        return _erased(work, place, connector)
    except NotErased as error:
        return work, _no("refused", str(error), error.remedy)
    except AuthFailed:
        return work, _no(
            "refused", "the host does not know us any more", "connect it anew, then ask again with --in-host"
        )
    except (RateLimited, Unavailable):
        raise
    except (ConnectorError, SealBroken, UnknownRecord) as error:
        return work, _no("refused", type(error).__name__, "")


def _erased(work: Work, place: Installed, connector: ErasesPeople) -> tuple[Work, Told]:
    known, name = work.request.wanted, f"found:{place.id}"
    if name not in known:
        names = _names(work, place.id)
        if not names:
            return work, _no("by hand", "a host is not searched for a number", "")
        work = work.remembered(**{name: " ".join(connector.customers(names))})
    people = work.request.wanted[name].split()
    for one in people:
        connector.erase(one)
    return work, {"state": ERASED if people else NOBODY}


def _names(work: Work, connection_id: str) -> list[str]:
    """Their ids at that host as we knew them, and the address or id by which somebody asked."""
    typed, known = work.request.wanted["typed"].strip(), work.request.wanted.get(f"at:{connection_id}", "")
    place, _, id = typed.partition(":")
    given = id if place == connection_id else "" if typed.startswith("+") or (id and "@" not in typed) else typed
    return sorted({*known.split(), given} - {""})


def _no(state: str, why: str, remedy: str) -> Told:
    return {"state": state, "why": why, "remedy": remedy}


def _now(work: Work) -> datetime:
    with work.services.database.reading() as session:
        now: datetime = work.services.database.now(session)
    return now
