"""Telling people: each notice once, at most a few singly, the rest as a digest; what nobody takes up goes to who is on call."""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.db import connections, notices, problems
from app.db.notices import Notice
from app.db.problems import Problem
from app.engine.configuration.rules import Contact
from app.engine.escalation import ON_CALL
from app.notices import Message, Way, ways
from app.queue import NOTICES
from app.services import Services
from connectors.base import Announces
from connectors.errors import ConnectorError, RateLimited
from jobs import base
from jobs.base import Remedy

log = logging.getLogger(__name__)

SINGLE = 5
"""Notices that one contact gets singly by one way within ``SPAN``; more become one digest."""
SPAN = timedelta(minutes=10)
SOONEST = timedelta(minutes=1)
"""No contact's time to say that they have it is shorter."""
ANSWER = timedelta(seconds=60)
"""An attempt whose answer has not come by then is made again, under the same key."""
TRIES = 8
NOBODY = Contact()
UNTAKEN = "Nobody took it: "
NAMED = 5
"""Tickets that a digest names."""


class Chat:
    """By the account's own team chat."""

    def __init__(self, connector: Announces) -> None:
        self._connector = connector

    def send(self, address: str, message: Message) -> None:
        """One message into a channel, with a button where it is about one ticket. Raises a ConnectorError."""
        text, offers = message.text or message.subject, () if message.text else ("acknowledge",)
        self._connector.announce(address, text, key=message.key, again=message.again, buttons=offers)


def run(account_id: str) -> None:
    """Send what is due for an account. Called by name from the queue."""
    services = base.services()
    services.work.answered(NOTICES, account_id)
    with services.database.reading() as session:
        now = services.database.now(session)
        due = notices.due(session, account_id, now)
    groups: dict[tuple[str, str], list[Notice]] = defaultdict(list)
    for notice in due:
        groups[notice.contact, notice.way].append(notice)
    if not groups:
        return
    contacts, known = services.configuration(account_id).rules.contacts, open_ways(services, account_id)
    for (name, way), waiting in groups.items():
        _tell(services, contacts.get(name), known.get(way), waiting, now)


def sweep(services: Services) -> None:
    """Have accounts with notices served, and bring further up what nobody took."""
    with services.database.reading() as session:
        now = services.database.now(session)
        accounts, unheard = notices.accounts(session, now), notices.unheard(session, now - SOONEST)
    raised = [notice.account_id for notice in unheard if _raise(services, notice, now)]
    for account_id in dict.fromkeys([*accounts, *raised]):
        services.work.notices(account_id)


def open_ways(services: Services, account_id: str) -> Mapping[str, Way]:
    """The ways that are set up: this installation's, and the account's own chat if one is connected."""
    found = dict(ways(services.settings))
    with services.database.reading() as session:
        installed = [one for one in connections.of_account(session, account_id) if one.active]
    for one in installed:
        if one.vendor in services.connected.helpdesks and issubclass(
            services.connected.helpdesks[one.vendor], Announces
        ):
            connector = services.connected.connector(one.id)
            if isinstance(connector, Announces):
                found["chat"] = Chat(connector)
    return found


def _raise(services: Services, notice: Notice, now: datetime) -> bool:
    """Tell the next one once the contact's own time is over; false when there is still time, or nobody else to tell."""
    contacts = services.configuration(notice.account_id).rules.contacts
    mine = contacts.get(notice.contact, NOBODY)
    if notice.sent_at is None or now < notice.sent_at + timedelta(minutes=mine.minutes):
        return False
    above = mine.then or ON_CALL
    with services.database.session() as session:
        if not notices.raised(session, notice, now) or notice.contact == above:
            return False
        for way in contacts.get(above, NOBODY).ways:
            subject = f"{UNTAKEN}{notice.subject.removeprefix(UNTAKEN)}"
            up = Notice(notice.account_id, notice.ticket_id, above, way, subject, notice.topic)
            notices.plan(session, f"{notice.ticket_id}:up:{above}:{way}:{notice.sent_at:%Y-%m-%d}", up, now)
    return True


def _tell(
    services: Services, contact: Contact | None, way: Way | None, waiting: Sequence[Notice], now: datetime
) -> None:
    """Reports and some others singly, then one digest of the rest, unless one went out a moment ago."""
    first = waiting[0]
    address = _address(contact, first.way)
    if way is None or not address:
        _given_up(services, waiting, f"{first.contact} cannot be told by {first.way}", now)
        return
    with services.database.reading() as session:
        single, digested = notices.lately(session, (first.account_id, first.contact, first.way), now - SPAN)
    reports = [notice for notice in waiting if notice.text]
    others = [notice for notice in waiting if not notice.text]
    room = max(0, SINGLE - single)
    for notice in [*reports, *others[:room]]:
        if not _send(
            services,
            way,
            address,
            [notice],
            Message(notice.key, f"Deskhand: {notice.subject}", notice.text, notice.attempts > 0, notice.page),
        ):
            return
    rest = others[room:]
    if rest and not digested:
        _send(services, way, address, rest, _digest(rest))
    elif rest:
        with services.database.session() as session:
            notices.settle(session, [one.id for one in rest], notices.PENDING, now, not_before=now + SPAN / 2)


def _send(services: Services, way: Way, address: str, told: Sequence[Notice], message: Message) -> bool:
    """One attempt, and what follows from its answer. False: leave this contact alone for now."""
    ids = [notice.id for notice in told]
    with services.database.session() as session:
        now = services.database.now(session)
        if not notices.claim(session, ids, now, now + ANSWER):
            session.rollback()
            return False
    try:
        way.send(address, message)
    except ConnectorError as error:
        _failed(services, told, error, now)
        return False
    with services.database.session() as session:
        notices.settle(
            session, ids, notices.SENT if len(told) == 1 else notices.DIGESTED, services.database.now(session)
        )
    log.info("notice.sent", extra={"way": told[0].way, "notices": len(told)})
    return True


def _failed(services: Services, told: Sequence[Notice], error: ConnectorError, now: datetime) -> None:
    again = base.remedy(error) in (Remedy.RETRY, Remedy.WAIT)
    attempts = max(notice.attempts for notice in told)
    if not again or attempts + 1 >= TRIES:
        _given_up(services, told, f"{told[0].contact} could not be told by {told[0].way}: {type(error).__name__}", now)
        return
    wait = timedelta(seconds=error.retry_after) if isinstance(error, RateLimited) else base.backoff(attempts, SPAN)
    with services.database.session() as session:
        notices.settle(session, [one.id for one in told], notices.PENDING, now, not_before=now + wait)
    log.warning("notice.failed", extra={"way": told[0].way, "error": type(error).__name__})


def _given_up(services: Services, told: Sequence[Notice], text: str, now: datetime) -> None:
    """People read it in the doctor's list instead; the ticket itself says it in its briefing."""
    with services.database.session() as session:
        notices.settle(session, [one.id for one in told], notices.REVIEW, now)
        remedy = "see `contacts` in the configuration, and DESKHAND_SMTP_URL or DESKHAND_PAGER_URL"
        problems.report(session, Problem("notice_refused", text, remedy), now)


def _digest(told: Sequence[Notice]) -> Message:
    """All of them as one message: how many of what, and the first few by name."""
    topics = Counter(notice.topic or "other" for notice in told)
    counted = ", ".join(f"{count} {topic}" for topic, count in topics.most_common())
    lines = [f"{len(told)} more tickets: {counted}.", *(f"- {notice.subject}" for notice in told[:NAMED])]
    if len(told) > NAMED:
        lines.append(f"- and {len(told) - NAMED} more, under the tag deskhand_escalated")
    return Message(told[0].key, f"Deskhand: {len(told)} more tickets need you", "\n".join(lines), told[0].attempts > 0)


def _address(contact: Contact | None, way: str) -> str:
    if contact is None:
        return ""
    given = {"chat": contact.chat, "email": contact.email, "webhook": contact.webhook}
    return given.get(way, "pager" if contact.pager else "")
