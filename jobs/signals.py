"""What backends and the account's own site told: runs that waited for it go on, or a customer is reached out to.

Nothing is said to anybody here. A ticket that only the team reads is opened, and a run is begun in it: what that says goes
through the same gate as every answer.
"""

import logging
from dataclasses import replace
from datetime import timedelta

from app import logs
from app.db import accounts, connections, ids, problems, runs, signals, tickets
from app.db.connections import Installed
from app.db.problems import Problem
from app.db.runs import Record
from app.db.signals import DONE, OPENED, SITE, UNHEARD, Kept
from app.engine import reaching
from app.engine.configuration import Configuration
from app.engine.reaching import Reaction
from app.engine.types import Classification, Label
from app.engine.workflows import runner
from app.engine.workflows.types import Wait
from app.errors import UnknownRecord
from app.queue import SIGNALS
from app.services import Services
from connectors.errors import ConnectorError, RateLimited, Unavailable
from connectors.types import OpenTicket, Person, Ref, Role, Tag
from jobs import base, workflow

log = logging.getLogger(__name__)

WAITS = timedelta(days=7)
"""How long the news of an issue is kept for somebody who begins to wait for it after it came."""
WITHIN = timedelta(days=1)
"""What budgets count."""
TAG = "deskhand_proactive"
SUBJECT = "Reaching out"


def run(account_id: str) -> None:
    """Deal with everything that waits for one account. Called by name from the queue."""
    services = base.services()
    services.work.answered(SIGNALS, account_id)
    with logs.context(account=account_id):
        deal(services, account_id)


def sweep(services: Services) -> None:
    """Ring for every account that something was told about."""
    with services.database.reading() as session:
        due = signals.accounts(session, services.database.now(session) - WAITS)
    for account_id in due:
        services.work.signals(account_id)


def deal(services: Services, account_id: str) -> None:
    """Each signal in order; one that cannot be dealt with now stays for the next time and stops no other."""
    with services.database.reading() as session:
        now = services.database.now(session)
        told = [*signals.waiting(session, account_id), *signals.unheard(session, account_id, now - WAITS)]
        stopped = accounts.find(session, account_id).stopped
    for one in told:
        if one.source != SITE:
            _heard(services, one)
        elif stopped:
            _end(services, one, "stopped")
        else:
            _reach(services, one)


def _heard(services: Services, one: Kept) -> None:
    """Wake whoever waits for it. News of an issue is kept a while: somebody may be about to wait for it."""
    values = {name: value for name, value in one.told.values.items() if isinstance(value, str | int | float | bool)}
    woken = workflow.heard(services, one.account_id, f"{one.told.kind}:{one.told.about}", values)
    if woken or one.told.kind != "issue.resolved":
        _end(services, one, "heard" if woken else "nobody")
    elif one.state != UNHEARD:
        _end(services, one, "nobody", state=UNHEARD)


# --- reaching out -------------------------------------------------------------------------------------------


def _reach(services: Services, one: Kept) -> None:
    """Begin a conversation where a trigger holds, somebody may be written to now, and no budget is used up."""
    try:
        configuration = services.configuration(one.account_id)
    except UnknownRecord:
        return _end(services, one, "unsettled")
    host = _host(services, one.account_id)
    if host is None:
        return _end(services, one, "no_host")
    said, outcome = _wanted(services, configuration, one)
    if said is None:
        return _end(services, one, outcome)
    try:
        ref = _opened(services, host, one)
    except (Unavailable, RateLimited) as error:
        log.info("signal.postponed", extra={"error": type(error).__name__})
        return None
    except ConnectorError as error:
        _problem(services, host, error)
        return _end(services, one, type(error).__name__)
    _begin(services, host, ref, one, said)
    return _end(services, one, OPENED)


def _host(services: Services, account_id: str) -> Installed | None:
    """The helpdesk in which the account's conversations are held."""
    with services.database.reading() as session:
        every = connections.of_account(session, account_id)
    return next((one for one in services.connected.opening(every) if one.active), None)


def _wanted(services: Services, configuration: Configuration, one: Kept) -> tuple[Reaction | None, str]:
    """What is to be said; or why nothing is, in a word. What was begun is gone on with."""
    facts = dict(one.told.values.get("facts") or {})
    with services.database.reading() as session:
        now = services.database.now(session)
        if one.told.kind == reaching.ERROR:
            lately = timedelta(seconds=reaching.MOST_ERRORS_FOR)
            given = facts.get("errors")
            counted = signals.errors(session, one, now, lately)
            facts["errors"] = max(given, counted) if isinstance(given, int | float) else counted
        begun = signals.begun(session, one.account_id, one.told.person, now, WITHIN)
    message = str(one.told.values.get("message") or "")
    said = reaching.reaction(configuration, one.told.kind, facts, message)
    if said is None or one.started_at is not None:
        return said, "no_trigger"
    if why := reaching.quiet(configuration, now, str(one.told.values.get("timezone") or "")):
        return None, why
    return (None, "budget") if reaching.over(begun.person, begun.account) else (said, "")


def _opened(services: Services, host: Installed, one: Kept) -> Ref:
    """The ticket that only the team reads, opened once however often this is tried. Raises a ConnectorError."""
    with services.database.session() as session:
        since = signals.begin(session, one, services.database.now(session))
    values = one.told.values
    requester = Person(f"signal:{one.told.person[:24]}", Role.CUSTOMER, str(values["name"]), str(values["email"]))
    opening = OpenTicket(SUBJECT, _note(one), requester, public=False)
    tried = since if one.started_at else None
    receipt = services.connected.connector(host.id).apply(Ref(""), [opening, Tag((TAG,))], key=one.key, since=tried)
    return Ref(receipt.refs[0])


def _note(one: Kept) -> str:
    """What the team reads about why this ticket is there."""
    facts = one.told.values.get("facts") or {}
    shown = ", ".join(f"{name} {value}" for name, value in facts.items())
    what = {
        reaching.PAGE: "A visitor's behaviour",
        reaching.ERROR: "Repeated errors",
        reaching.ASKED: "A program of the account's",
    }[one.told.kind]
    about = f" ({one.told.about})" if one.told.about else ""
    return f"{what}{about} set this off; the customer has not written. {shown}".strip()


def _begin(services: Services, host: Installed, ref: Ref, one: Kept, said: Reaction) -> None:
    """A run in the new ticket that is woken at once, unless an earlier attempt has begun it."""
    with services.database.session() as session:
        now = services.database.now(session)
        ticket_id = ids.ticket(host.id, ref.id)
        tickets.add(session, ticket_id, host.id, ref.id, now)
        if runs.of_ticket(session, ticket_id):
            return
        flow = reaching.workflow(said, one.told.about)
        progress = replace(runner.begun(flow), waiting=Wait(until=now), since=now)
        judged = Classification((Label(reaching.FLOW, 1.0),), (), "signal/1")
        record = Record("", ticket_id, one.account_id, reaching.FLOW, "", progress, judged)
        runs.save(session, runs.begin(session, record, now), now)


def _problem(services: Services, host: Installed, error: ConnectorError) -> None:
    text = f"{type(error).__name__}: a conversation could not be begun for a signal"
    remedy = "see that the helpdesk lets Deskhand open tickets; what the signal told is dropped"
    with services.database.session() as session:
        problems.report(session, Problem("signal_refused", text, remedy, host.id), services.database.now(session))


def _end(services: Services, one: Kept, outcome: str, *, state: str = DONE) -> None:
    log.info("signal.dealt_with", extra={"kind": one.told.kind, "outcome": outcome})
    with services.database.session() as session:
        signals.end(session, one, outcome, state=state)
