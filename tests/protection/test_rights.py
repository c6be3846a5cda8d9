"""Consent, retention, portability: what is asked, honoured, handed out, and deleted when its time is over."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.db import consents, effects, examples, memories, retention, rights, trail
from app.db.consents import Consent, Purpose
from app.db.effects import Planned
from app.db.models import Base
from app.db.models.judgement import JudgementRow
from app.db.models.rights import ConsentRow
from app.engine.configuration.privacy import USUAL, Privacy
from app.engine.memory import Memory
from app.engine.training import Taught
from app.errors import SealBroken
from app.rights import exporting, who
from connectors.types import Note, Ref
from jobs import privacy as clock
from tests.flows.stage import CONFIGURATION
from tests.protection.test_erasing import ANA, MAIL, MARK, Desk, desk

__all__ = ["desk"]
ASKED = CONFIGURATION + "privacy: {consent: {required: [memory, learning], fields: {memory: remember_me}}}\n"


def said(desk: Desk, purpose: Purpose, given: bool, seconds: float = 0) -> bool:
    with desk.stage.database.session() as session:
        meant = who.meant(desk.services, session, desk.account, MAIL)
        at = desk.stage.time + timedelta(seconds=seconds)
        return who.agree(session, desk.account, Consent(meant.person, purpose, given, "cli", at))


def may(desk: Desk, purpose: Purpose) -> bool:
    ticket = desk.services.connected.connector(desk.connection).ticket(Ref(desk.mine))
    with desk.stage.database.reading() as session:
        return who.allowed(desk.services, session, desk.account, desk.ticket, ticket, purpose)


def test_a_no_is_honoured_where_nothing_is_asked_and_a_yes_is_needed_where_it_is() -> None:
    usual, strict = Privacy(), Privacy(frozenset({"memory"}))
    assert [usual.allows("memory", one) for one in (None, True, False)] == [True, True, False]
    assert [strict.allows("memory", one) for one in (None, True, False)] == [False, True, False]


def test_the_newest_word_counts_and_every_word_is_kept(desk: Desk) -> None:
    assert may(desk, Purpose.LEARNING)
    assert said(desk, Purpose.LEARNING, given=False)
    assert not said(desk, Purpose.LEARNING, given=False, seconds=1)
    assert not may(desk, Purpose.LEARNING)
    assert said(desk, Purpose.LEARNING, given=True, seconds=2)
    assert may(desk, Purpose.LEARNING)
    desk.stage.configure(ASKED)
    assert not may(desk, Purpose.MEMORY)
    with desk.stage.database.reading() as session:
        assert session.query(ConsentRow).count() == 2
        assert sum(row.what == "consent" for row in session.query(trail.TrailRow)) == 2


@pytest.mark.slow
def test_a_withdrawal_forgets_the_person_at_once(desk: Desk) -> None:
    with desk.stage.database.session() as session:
        person = who.meant(desk.services, session, desk.account, MAIL).person
        memories.keep(session, desk.account, person, Memory(desk.stage.time, "t"))
    said(desk, Purpose.MEMORY, given=False)
    with desk.stage.database.reading() as session:
        assert memories.find(session, desk.account, person, desk.stage.time) is None


def test_the_hosts_own_field_is_read_in_the_tickets_turn(desk: Desk) -> None:
    desk.stage.configure(ASKED)
    desk.vendor.tickets[desk.mine].fields["remember_me"] = "yes"
    desk.vendor.knock(desk.mine)
    desk.turn()
    with desk.stage.database.reading() as session:
        (row,) = session.query(ConsentRow)
    assert (row.purpose, row.given, row.source) == ("memory", True, "host:remember_me")
    assert may(desk, Purpose.MEMORY)


@pytest.mark.slow
def test_who_does_not_want_to_teach_teaches_nothing(desk: Desk) -> None:
    said(desk, Purpose.LEARNING, given=False)
    held = desk.vendor.tickets[desk.mine]
    desk.vendor.agent_writes(desk.mine, "Open Your orders to track a parcel: where it is shows there.")
    held.tags.add("order-status")
    desk.turn()
    with desk.stage.database.reading() as session:
        assert examples.every(session, desk.account) == []


def test_what_is_handed_out_is_what_would_be_erased(desk: Desk) -> None:
    desk.plant()
    with desk.stage.database.session() as session:
        missed = Taught("missed", f"as {MAIL} said", "order-status", "p", desk.stage.time, ref="somebody-elses")
        examples.add(session, desk.account, [missed])
    told = exporting.export(desk.services, desk.account, MAIL, "operator")
    assert "missed" in {row["id"] for row in told["data"]["example"]["rows"]}
    assert [MAIL in line for line in told["lines"]] == [True]
    assert json.dumps(told).count(MARK) >= 8
    assert told["format"] == "deskhand-person/1"
    assert {
        "judgement",
        "effect",
        "memory",
        "example",
        "difference",
        "solved",
        "errand",
        "notice",
        "signal",
        "party",
    } <= set(told["data"])
    assert [one["ref"] for one in told["tickets"]] == [desk.mine]
    assert desk.other not in {row.get("external_id") for part in told["data"].values() for row in part["rows"]}
    with desk.stage.database.reading() as session:
        (kept,) = rights.requests(
            session, desk.account, desk.stage.time - timedelta(days=1), desk.stage.time + timedelta(days=1)
        )
        assert (kept.kind, kept.state, kept.wanted) == (rights.Right.PORTABILITY, rights.State.DONE, {})
        assert MARK not in repr(kept)


def test_what_is_past_its_time_goes_and_what_waits_or_is_held_stays(desk: Desk) -> None:
    other = who.ids.ticket(desk.connection, desk.other)
    with desk.stage.database.session() as session:
        waits = Planned("waits", desk.connection, Ref(desk.other), (Note("x"),))
        effects.plan(session, other, [waits], desk.stage.time)
    assert clock.expired(desk.services, desk.account) == {}
    desk.stage.pass_time((USUAL["decisions"] + timedelta(days=1)).total_seconds())
    gone = clock.expired(desk.services, desk.account)
    assert gone["judgement"] == 3
    with desk.stage.database.reading() as session:
        left = {row.ticket_id for row in session.query(JudgementRow)}
        removed = [row.detail for row in session.query(trail.TrailRow) if row.what == "removed"]
    assert left == {other}
    assert {"table": "judgement", "rows": 3} in removed
    assert clock.expired(desk.services, desk.account) == {}


@pytest.mark.slow
def test_an_account_on_hold_keeps_everything(desk: Desk) -> None:
    with desk.stage.database.session() as session:
        values = {
            "account_id": desk.account,
            "kind": "account",
            "subject": "",
            "why": "case",
            "by": "p",
            "at": desk.stage.time,
        }
        session.add(retention.HoldRow(id="h", lifted_by="", lifted_at=None, **values))
    desk.stage.pass_time(timedelta(days=4000).total_seconds())
    assert clock.expired(desk.services, desk.account) == {}


def test_the_clock_seals_what_is_bare_and_then_lets_nothing_bare_in(desk: Desk) -> None:
    ring = desk.services.keyring
    with desk.stage.database.session() as session:
        planted = json.dumps([{"is": "Note", "text": "from an earlier version"}])
        session.execute(text("update effect set changes = :bare"), {"bare": planted})
    clock.seal(desk.services)
    assert not ring.closed
    clock.seal(desk.services)
    ring._look_again = 0.0
    assert ring.closed
    with desk.stage.database.session() as session:
        session.execute(text("update effect set changes = :bare"), {"bare": planted})
    clock.seal(desk.services)
    with pytest.raises(SealBroken, match="never sealed"), desk.stage.database.reading() as session:
        effects.of_ticket(session, desk.ticket)


@pytest.mark.slow
def test_the_clock_goes_on_with_erasures_that_wait(desk: Desk) -> None:
    asked = desk.ask()
    clock.erasures(desk.services)
    with desk.stage.database.reading() as session:
        assert rights.find(session, desk.account, asked.id).state is rights.State.HOST
        assert consents.history(session, desk.account, ["nobody"]) == []


def test_every_rule_of_retention_names_a_period_and_a_table_that_there_is() -> None:
    names = set(Base.metadata.tables)
    for rule in retention.RULES:
        assert rule.kept in (*USUAL, retention.LONGEST)
        assert rule.table.__tablename__ in names
    assert ANA.email == MAIL
