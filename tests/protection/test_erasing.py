"""Somebody is erased: a mark that only they wrote is planted in every store, and afterwards it is nowhere."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.db import erasing as tables
from app.db import errands, examples, gaps, memories, notices, parties, rights, runs, signals, solved, trail
from app.db.errands import Errand
from app.db.examples import TRAINED, Generation
from app.db.keyring import KeyDestroyed
from app.db.models import Base
from app.db.models.rights import AbsentRow, PartyRow
from app.db.models.trail import HoldRow
from app.db.notices import Notice
from app.db.rights import Right, State
from app.db.runs import Record
from app.db.signals import Told
from app.db.solved import Solved
from app.engine.compliance.standards import STANDARDS
from app.engine.gaps import Difference, Said
from app.engine.memory import Memory
from app.engine.training import Taught
from app.engine.workflows.types import Progress, Workflow
from app.errors import BadInput, DatabaseDown
from app.reports import compliance
from app.rights import erasing, proof, who
from app.rights.erasing import Asked
from connectors.types import Person, Role
from tests.builders import NOON, a_classification
from tests.flows.stage import QUESTION, Stage
from tests.server import everything, schema

MARK = "zanzibarquokka"
MAIL = f"{MARK}@customer.example"
ANA = Person("p-ana", Role.CUSTOMER, f"Ana {MARK}", MAIL, phone="+351 912 345 678")


class Desk:
    """A stage with one ticket of Ana's, one of somebody else's, and a copy of all that stood there before."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.stage = Stage(url or f"sqlite:///{folder / 'deskhand.db'}")
        self.folder, self.services, self.account = folder, self.stage.services, self.stage.account.id
        self.connection, self.vendor = self.stage.connect("desk")
        self.mine = self.vendor.customer_writes(f"{QUESTION} I am {MARK}.", who=ANA)
        self.other = self.vendor.customer_writes(QUESTION)
        self.turn()

    def turn(self) -> None:
        self.stage.deliver(self.connection, self.vendor)
        self.stage.work()

    @property
    def ticket(self) -> str:
        return tables.ids.ticket(self.connection, self.mine)

    def plant(self) -> None:
        """The mark in every other store, by the functions that write there."""
        key, now = tables_key(self), self.stage.time
        with self.stage.database.session() as session:
            person = parties.Names(mail=MAIL).hashes(self.account, key)["mail"]
            memories.keep(session, self.account, person, Memory(now, self.ticket, f"https://desk.example/{MARK}"))
            taught = [Taught(f"e{n}", f"{MARK} wants {n}", "order-status", "p", now, ref=self.ticket) for n in (1, 2)]
            examples.add(session, self.account, [*taught, Taught("e3", "another wants it", "order-status", "p", now)])
            examples.keep(session, self.account, Generation(1, TRAINED, "m", ("e1", "e3"), {"of": 1}, "p", now))
            decided = tables.decisions(session, self.subject(session))[0]
            gaps.observe(
                session, self.account, Difference(decided, self.ticket, "x", "p", (Said(f"{MARK} said"),)), now
            )
            solved.keep(
                session, self.account, self.connection, [Solved(self.mine, f"{MARK} asked", f"{MARK} told", now)]
            )
            notices.plan(session, "n", Notice(self.account, self.ticket, "lead", "email", "a ticket", text=MARK), now)
            errands.ask(session, Errand("er", self.account, self.ticket, decided, "undo", "p", {"why": MARK}), now)
            signals.accept(
                session, self.account, "site", [Told("s", "page", now, person=MAIL, values={"name": MARK})], now
            )
        files = self.services.examples_file(self.account)
        files.parent.mkdir(parents=True, exist_ok=True)
        files.write_text(json.dumps({"text": f"write to {MAIL}"}) + "\n" + json.dumps({"text": "another"}) + "\n")
        models = self.services.settings.data_dir / "models"
        models.mkdir(exist_ok=True)
        (models / "m.json").write_text(json.dumps({"texts": [MARK]}))

    def subject(self, session: Any) -> tables.Subject:
        return who.subject(session, self.account, who.meant(self.services, session, self.account, MAIL))

    def ask(self, **more: Any) -> rights.Request:
        return erasing.ask(self.services, Asked(self.account, MAIL, "operator", **more))

    def bytes(self) -> bytes:
        """Every file of the data, the keys left out: those are what a backup of the data has not."""
        places = (self.folder, self.services.settings.data_dir)
        served = self.stage.database.url.startswith("sqlite") is False
        dumped = everything(self.stage.database) if served else b""
        files = [one for place in places for one in place.rglob("*") if one.is_file() and "keys.db" not in one.name]
        return b"".join([dumped, *(one.read_bytes() for one in files)])

    def tables(self) -> set[str]:
        """The tables that hold the mark as the program reads them."""
        with self.stage.database.reading() as session:
            every = [(table, session.execute(table.select()).all()) for table in Base.metadata.sorted_tables]
        return {table.name for table, rows in every if MARK in repr(rows)}

    def opened(self) -> str:
        """Everything in every table as the program reads it."""
        with self.stage.database.reading() as session:
            return repr([session.execute(table.select()).all() for table in Base.metadata.sorted_tables])


def tables_key(desk: Desk) -> bytes:
    return who.codes.key_of(desk.services.root)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, schema("protection_desk") if request.param == "postgresql" else "")
    yield made
    made.services.dispose()


def test_before_the_mark_is_in_every_store_that_holds_words_and_after_in_none(desk: Desk, capfd: Any) -> None:
    desk.plant()
    assert desk.tables() >= {"memory", "example", "difference", "solved", "notice", "errand", "signal"}
    assert desk.bytes().count(MARK.encode()) == 2  # an account's own file and a model: nothing of it stands in a table
    done = erasing.go_on(desk.services, desk.ask())
    assert done.state is State.HOST
    assert MARK not in desk.opened()
    assert MARK.encode() not in desk.bytes()
    assert MARK not in "".join(capfd.readouterr())
    assert done.proof["looked_again"] == {"rows": 0, "cells": {}, "files": 0}
    assert "another" in desk.services.examples_file(desk.account).read_text()


def test_what_auditors_ask_is_answered_after_somebody_was_erased(desk: Desk) -> None:
    with desk.stage.database.session() as session:
        judged, progress = a_classification(), Progress(Workflow("w", "category", ()))
        runs.begin(
            session, Record("", desk.ticket, desk.account, "order-status", "", progress, judged), desk.stage.time
        )
    erasing.go_on(desk.services, desk.ask())
    with desk.stage.database.reading() as session:
        now = desk.services.database.now(session)
        settled = desk.services.configuration(desk.account)
        found = compliance.report(session, desk.account, settled, compliance.quarter("2026-Q1"), now, list(STANDARDS))
        assert {one.standard for one in found.checked} == set(STANDARDS)


@pytest.mark.slow
def test_the_other_customers_ticket_is_untouched(desk: Desk) -> None:
    desk.plant()
    erasing.go_on(desk.services, desk.ask())
    other = tables.ids.ticket(desk.connection, desk.other)
    with desk.stage.database.reading() as session:
        assert [one.ref.id for one in [tables_ticket(session, other)]] == [desk.other]
        found = tables.counted(session, tables.Subject(desk.account, (other,), ()))
        assert found["judgement"] == 3
        assert [one.id for one in examples.every(session, desk.account)] == ["e3"]


def tables_ticket(session: Any, ticket_id: str) -> Any:
    from app.db import tickets  # noqa: PLC0415

    return tickets.remembered(session, ticket_id)


def test_a_backup_made_before_shows_nothing_any_more(desk: Desk, tmp_path: Path) -> None:
    if not desk.stage.database.url.startswith("sqlite"):
        pytest.skip("a file is copied; a server's backup is `test_backups.py`'s")
    desk.plant()
    copy = tmp_path / "backup.sqlite"
    source, target = sqlite3.connect(tmp_path / "deskhand.db"), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    erasing.go_on(desk.services, desk.ask())
    copied = copy.read_bytes()
    copy.unlink()
    assert MARK.encode() not in copied
    restored = tables_database(copied, tmp_path)
    desk.services.keyring.serve(restored.engine)
    with pytest.raises(KeyDestroyed), restored.reading() as session:
        tables_changes(session, desk.ticket)
    restored.dispose()


def tables_database(content: bytes, folder: Path) -> Any:
    from app.db.database import Database  # noqa: PLC0415

    (folder / "again.db").write_bytes(content)
    return Database(f"sqlite:///{folder / 'again.db'}")


def tables_changes(session: Any, ticket_id: str) -> Any:
    from app.db import effects  # noqa: PLC0415

    return effects.of_ticket(session, ticket_id)


STEPS = [pytest.param(one, marks=() if one == "tables" else pytest.mark.slow) for one in erasing._STEPS]


@pytest.mark.parametrize("step", STEPS)
def test_killed_in_any_step_it_goes_on_and_ends_alike(desk: Desk, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.plant()
    request, steps = desk.ask(), dict(erasing._STEPS)

    def killed(work: erasing.Work) -> Any:
        steps[step](work)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_STEPS", {**steps, step: killed})
        with pytest.raises(KeyboardInterrupt):
            erasing.go_on(desk.services, request)
    again = erasing.go_on(desk.services, desk.ask())
    assert again.id == request.id
    assert again.state is State.HOST
    assert MARK not in desk.opened()
    assert MARK.encode() not in desk.bytes()
    assert again.proof["keys"]["destroyed"] >= 5


@pytest.mark.slow
def test_twice_is_once(desk: Desk) -> None:
    first = erasing.go_on(desk.services, desk.ask())
    assert erasing.go_on(desk.services, first) == first
    second = erasing.go_on(desk.services, desk.ask())
    assert second.id == first.id


def test_the_certificate_is_signed_and_a_changed_one_is_not_right(desk: Desk) -> None:
    done = erasing.go_on(desk.services, desk.ask())
    assert proof.right(desk.services, done.proof)
    assert not proof.right(desk.services, {**done.proof, "by": "somebody else"})
    assert MARK not in repr(done)
    assert done.proof["stores"]["tables"]["judgement"] == 3


def test_what_comes_late_brings_nobody_back_until_they_write_anew(desk: Desk) -> None:
    erasing.go_on(desk.services, desk.ask())
    desk.vendor.knock(desk.mine)
    desk.turn()
    with desk.stage.database.reading() as session:
        assert tables.decisions(session, tables.Subject(desk.account, (desk.ticket,), ())) == []
        assert session.query(AbsentRow).count() > 0
    desk.stage.pass_time(60)
    desk.vendor.customer_writes(QUESTION, desk.mine, ANA)
    desk.turn()
    with desk.stage.database.reading() as session:
        assert len(tables.decisions(session, tables.Subject(desk.account, (desk.ticket,), ()))) == 1
        assert session.query(AbsentRow).count() == 0
        assert session.query(PartyRow).filter_by(ticket_id=desk.ticket).count() == 1


@pytest.mark.parametrize(
    "kind", ["ticket", *(pytest.param(one, marks=pytest.mark.slow) for one in ("account", "person"))]
)
def test_what_a_legal_hold_keeps_is_not_erased_until_it_is_lifted(desk: Desk, kind: str) -> None:
    with desk.stage.database.session() as session:
        subject = desk.subject(session)
        of = {"account": "", "ticket": desk.ticket, "person": subject.people[0]}[kind]
        values = {"account_id": desk.account, "kind": kind, "subject": of, "why": "case 1", "by": "p", "at": NOON}
        session.add(HoldRow(id="h1", lifted_by="", lifted_at=None, **values))
    held = erasing.go_on(desk.services, desk.ask())
    assert held.state is State.HELD
    assert MARK in desk.opened()
    with desk.stage.database.session() as session:
        session.get_one(HoldRow, "h1").lifted_at = NOON
    assert erasing.go_on(desk.services, held).state is State.HOST
    assert MARK not in desk.opened()


def test_a_ticket_that_is_worked_on_waits_and_is_then_erased(desk: Desk) -> None:
    from app.db import tickets  # noqa: PLC0415

    now = desk.stage.time
    with desk.stage.database.session() as session:
        lease = tickets.take(session, desk.ticket, "run", now, now + timedelta(minutes=1))
    waits = erasing.go_on(desk.services, desk.ask())
    assert (waits.state, waits.progress["waits"]) == (State.OPEN, "tables")
    assert MARK in desk.opened()
    with desk.stage.database.session() as session:
        assert lease
        tickets.release(session, lease)
    assert erasing.go_on(desk.services, waits).state is State.HOST


@pytest.mark.slow
def test_a_run_that_began_before_writes_nothing_afterwards(desk: Desk) -> None:
    from app.db import tickets  # noqa: PLC0415

    now = desk.stage.time
    with desk.stage.database.session() as session:
        lease = tickets.take(session, desk.ticket, "run", now, now + timedelta(seconds=5))
    desk.stage.pass_time(6)
    erasing.go_on(desk.services, desk.ask())
    assert lease
    with pytest.raises(tickets.LeaseLost), desk.stage.database.session() as session:
        tickets.renew(session, replace(lease, until=now + timedelta(hours=1)), desk.stage.time, desk.stage.time)


@pytest.mark.slow
def test_a_dry_run_says_what_would_go_and_changes_nothing(desk: Desk) -> None:
    desk.plant()
    before = desk.opened()
    told = erasing.foreseen(desk.services, Asked(desk.account, MAIL, "operator"))
    assert (told["tickets"], told["rows"]["judgement"], told["lines"], told["held"]) == (1, 3, 1, [])
    assert desk.opened() == before


def test_by_whatever_name_it_is_the_same_person(desk: Desk) -> None:
    with desk.stage.database.reading() as session:
        for typed in (MAIL, MAIL.upper(), "+351912345678", "p-ana"):
            meant = who.meant(desk.services, session, desk.account, typed)
            assert who.subject(session, desk.account, meant).tickets == (desk.ticket,)


def test_a_bare_word_that_no_host_knows_is_refused_and_one_of_somebody_erased_is_not(desk: Desk) -> None:
    for typed in ("Ana", "p-anna", f"{desk.mine}"):
        with pytest.raises(BadInput, match="names nobody"):
            erasing.ask(desk.services, Asked(desk.account, typed, "operator"))
    asked = Asked(desk.account, "p-ana", "operator")
    first = erasing.go_on(desk.services, erasing.ask(desk.services, asked))
    assert erasing.ask(desk.services, asked).id == first.id
    nobody = erasing.ask(desk.services, Asked(desk.account, f"{desk.connection}:p-anna", "operator"))
    assert nobody.person != first.person


@pytest.mark.slow
def test_the_act_stands_in_the_trail_and_names_nobody(desk: Desk) -> None:
    erasing.go_on(desk.services, desk.ask())
    with desk.stage.database.reading() as session:
        rows = [row for row in session.query(trail.TrailRow) if row.what == "erased"]
    assert len(rows) == 1
    assert MARK not in repr(vars(rows[0]))


@pytest.mark.slow
def test_a_disk_that_is_busy_makes_it_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> None:
        raise DatabaseDown("busy")

    with monkeypatch.context() as patched:
        patched.setattr(desk.stage.database, "scrub", busy)
        waits = erasing.go_on(desk.services, desk.ask())
    assert (waits.state, waits.progress["waits"]) == (State.OPEN, "scrub")
    assert erasing.go_on(desk.services, waits).state is State.HOST


@pytest.mark.slow
def test_it_is_due_within_a_calendar_month(desk: Desk) -> None:
    assert rights.due(NOON.replace(month=1, day=31)) == NOON.replace(month=2, day=28)
    assert rights.due(NOON.replace(month=12)) == NOON.replace(year=NOON.year + 1, month=1)
    asked = desk.ask()
    assert asked.kind is Right.ERASURE
    assert asked.late(asked.due_at + timedelta(seconds=1))
    assert not asked.late(asked.due_at)
