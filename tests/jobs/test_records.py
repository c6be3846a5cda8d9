"""Threads and the tickets that record them in a helpdesk that will not: nothing that a customer said is lost in silence."""

import pytest

from app.db import effects, ids, problems
from app.db.effects import Planned
from connectors.errors import Conflict, ConnectorError, Forbidden, NotFound, Refused
from connectors.types import AddMessage, Note, OpenTicket, Ref, Reply, Role
from jobs import base, schedule
from tests.flows.played import Desk, Thread, Vendor
from tests.flows.stage import QUESTION, Stage


class Threads:
    """An account with a chat and a helpdesk in which somebody has to mend something."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.desk_id, self.desk = stage.connect("desk")
        self.chat_id, self.chat = stage.connect("thread")
        stage.earn()
        self.thread = self.chat.customer_writes(QUESTION)

    def go_on(self, seconds: float = 0) -> None:
        self.stage.pass_time(seconds)
        for connection_id, played in ((self.chat_id, self.chat), (self.desk_id, self.desk)):
            self.stage.deliver(connection_id, played)
        schedule.sweep(self.stage.services)
        self.stage.work()

    def told(self) -> set[tuple[str, str]]:
        with self.stage.database.reading() as session:
            return {(one.kind, one.connection_id or "") for one in problems.newest(session)}

    def plan_reply(self) -> None:
        reply = Planned("reply-by-hand", self.chat_id, Ref(self.thread), (Reply("Here it is."),))
        with self.stage.database.session() as session:
            if not effects.exists(session, reply.key):
                effects.plan(session, ids.ticket(self.chat_id, self.thread), [reply], self.stage.time)

    def refuse(self, monkeypatch: pytest.MonkeyPatch, error: ConnectorError) -> None:
        """The helpdesk opens nothing for us. A reply in the thread is planned after that."""

        def apply(desk: Desk, ref, changes, **more):  # type: ignore[no-untyped-def]
            if any(isinstance(change, OpenTicket) for change in changes):
                self.plan_reply()
                raise error
            return real(desk, ref, changes, **more)

        real = Desk.apply
        monkeypatch.setattr(Desk, "apply", apply)


@pytest.fixture
def threads(stage: Stage) -> Threads:
    return Threads(stage)


def customers(vendor: Vendor) -> list[str]:
    held = next(iter(vendor.tickets.values()))
    return [m.text for m in held.messages if m.author.role is Role.CUSTOMER]


@pytest.mark.parametrize("error", [NotFound("404"), Forbidden("403"), Refused("422")], ids=lambda e: type(e).__name__)
def test_a_ticket_that_cannot_be_opened_is_said_and_opened_once_somebody_has_mended_it(
    threads: Threads, monkeypatch: pytest.MonkeyPatch, error: ConnectorError
) -> None:
    with monkeypatch.context() as patched:
        threads.refuse(patched, error)
        threads.go_on()
        threads.go_on(60)
        assert threads.told() == {("record_refused", threads.desk_id)}
        assert [key for key, _ in threads.chat.tickets[threads.thread].log].count("reply-by-hand") == 1
    threads.go_on(base.PATIENCE.longest.total_seconds())
    threads.go_on(1)
    assert customers(threads.desk) == customers(threads.chat)


def test_a_copy_that_met_another_write_is_made_again(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    threads.go_on()
    threads.chat.customer_writes("It is order 1234.", threads.thread)
    real, met = Desk.apply, []

    def apply(desk: Desk, ref, changes, **more):  # type: ignore[no-untyped-def]
        if not met and any(isinstance(change, AddMessage) for change in changes):
            met.append(ref)
            raise Conflict("409")
        return real(desk, ref, changes, **more)

    monkeypatch.setattr(Desk, "apply", apply)
    threads.go_on()
    threads.go_on((base.PATIENCE.grace + base.PATIENCE.longest).total_seconds())
    assert met
    assert customers(threads.desk) == customers(threads.chat)


def test_meanwhile_the_helpdesks_own_tickets_are_worked_on(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    threads.refuse(monkeypatch, NotFound("404"))
    threads.go_on()
    own = threads.desk.customer_writes(QUESTION)
    threads.go_on(1)
    assert threads.desk.tickets[own].log


def test_it_is_not_tried_for_ever(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    threads.refuse(monkeypatch, NotFound("404"))
    for _ in range(base.PATIENCE.tries + 2):
        threads.go_on(base.PATIENCE.longest.total_seconds())
    with threads.stage.database.reading() as session:
        found = effects.of_ticket(session, ids.ticket(threads.chat_id, threads.thread))
    assert (found[0].state, found[0].attempts) == ("review", base.PATIENCE.tries)
    assert ("effect_refused", threads.desk_id) in threads.told()


def test_a_ticket_that_was_deleted_meanwhile_is_said(threads: Threads) -> None:
    threads.go_on()
    next(iter(threads.desk.tickets.values())).gone = True
    threads.chat.customer_writes(QUESTION, threads.thread)
    threads.go_on(10)
    assert threads.told() == {("record_gone", threads.desk_id)}


@pytest.mark.parametrize("apart", [True, False])
def test_without_a_helpdesk_the_team_reads_the_note_where_the_chat_keeps_notes_apart(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    monkeypatch.setattr(Thread, "supports", Thread.supports | {Note})
    monkeypatch.setattr(Thread, "notes_apart", apart, raising=False)
    chat_id, chat = stage.connect("thread")
    thread = chat.customer_writes(QUESTION)
    stage.deliver(chat_id, chat)
    stage.work()
    assert [type(change) for _, change in chat.tickets[thread].log] == ([Note] if apart else [])
