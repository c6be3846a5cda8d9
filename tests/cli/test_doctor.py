"""What the doctor sees by itself: each finding is shown to change when what it is about does."""

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app import pulse
from app.cli.doctor import connected, keys, machine, stores, work
from app.db import accounts, connections, effects, inbox, tickets
from app.db.connections import Installed
from app.db.effects import Planned
from app.errors import BrokerDown, DatabaseDown
from app.queue import Server
from app.services import Services
from connectors import watch
from connectors.types import Event, EventKind, Note, Ref

NOW = datetime.now(UTC)


class Broker:
    """Stands in for Redis."""

    def __init__(self, told=None, failed=0):
        self.told, self.failed = told, failed

    def server(self):
        return self.told

    def depth(self):
        return 0, self.failed


@pytest.fixture
def services(prepared):
    opened = Services(prepared, work=Broker())
    yield opened
    opened.dispose()


def test_a_full_disk_a_slow_one_and_one_that_takes_nothing(tmp_path, monkeypatch):
    assert machine.disk(tmp_path).well
    monkeypatch.setattr(machine, "ROOM", 1 << 60)
    assert "make room" in machine.disk(tmp_path).remedy
    assert machine.sync(tmp_path).well
    monkeypatch.setattr(machine, "SLOW", -1.0)
    assert "waits for such a write" in machine.sync(tmp_path).remedy
    assert not machine.sync(tmp_path / "gone").well
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_can_read(prepared):
    assert machine.private(prepared.data_dir).well
    (prepared.data_dir / "secret.key").chmod(0o644)
    found = machine.private(prepared.data_dir)
    assert (found.well, found.text) == (False, "others may read secret.key")


def test_few_open_files(monkeypatch):
    assert machine.files().well == (machine.resource.getrlimit(machine.resource.RLIMIT_NOFILE)[0] >= machine.FILES)
    monkeypatch.setattr(machine, "FILES", 1 << 40)
    assert "ulimit -n" in machine.files().remedy


def test_a_process_that_is_stuck(tmp_path):
    folder = pulse.folder(tmp_path)
    folder.mkdir()
    file = folder / f"worker-{machine.pulse.socket.gethostname()[:40]}-{os.getpid()}.json"
    file.write_text(json.dumps(vars(pulse.Sign("worker", os.getpid(), time.time(), time.time() + 60))))
    assert machine.processes(tmp_path).text == "here: 0 web, 1 worker, 0 clock"
    file.write_text(json.dumps(vars(pulse.Sign("worker", os.getpid(), time.time(), time.time() - 60))))
    assert "stuck" in machine.processes(tmp_path).text


def test_a_socket_that_a_broker_left(prepared):
    assert machine.locks(prepared).mark == "well"
    prepared.broker_socket.touch()
    assert machine.locks(prepared).mark == "read"


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (Server(0.0, "noeviction", kept=True), set()),
        (Server(0.0, "", kept=None), set()),
        (Server(0.0, "allkeys-lru", kept=True), {"broker memory"}),
        (Server(90.0, "noeviction", kept=True), {"broker clock"}),
    ],
)
def test_what_redis_does_with_what_it_is_given(services, told, wrong):
    services.work.told = replace(told, time=time.time() + told.time)
    assert {one.what for one in stores.keeps(services) if not one.well} == wrong


def test_a_redis_that_keeps_nothing_is_told(services):
    services.work.told = Server(time.time(), "noeviction", kept=False)
    assert [one.what for one in stores.keeps(services) if one.note] == ["broker persistence"]


def test_what_waits_what_was_given_up_and_what_is_unclear(services):
    before = {one.what: one.mark for one in work.look(services)}
    assert set(before.values()) == {"well", "read"}
    assert before["backup"] == "read"
    with services.database.session() as session:
        account = accounts.add(session, "shop", NOW)
        one = connections.add(session, Installed("c1", account.id, "zendesk", "https://x.example", {}, "sealed"), NOW)
        long_ago = NOW - timedelta(minutes=10)
        inbox.accept(session, one.id, [Event("d1", EventKind.MESSAGE, Ref("t1"), long_ago)], long_ago)
        (ours,) = inbox.accept(session, one.id, [Event("d2", EventKind.MESSAGE, Ref("t2"), NOW)], NOW)
        assert tickets.take(session, ours, "me", NOW, NOW + timedelta(minutes=1))
        effects.plan(session, ours, [Planned(key, one.id, Ref("t2"), (Note("x"),)) for key in ("k1", "k2")], NOW)
        first, second = effects.unfinished(session, ours)
        effects.begin(session, first, NOW, NOW)
        effects.end(session, second, effects.REVIEW, "Refused")
        inbox.settle(session, [event.id for event in inbox.waiting(session, ours)], "Refused", state=inbox.PARKED)
    services.work.failed = 2
    after = {one.what: one for one in work.look(services)}
    assert after["inbox"].mark == "WRONG"
    assert {name for name, one in after.items() if one.mark == "read"} == {
        *("parked tickets", "unclear writes", "refused writes", "queue", "backup", "backup of keys"),
    }
    assert all(one.remedy for one in after.values() if one.mark != "well")


def test_several_keys_are_told(prepared):
    one, _ = keys.look(prepared)
    two, _ = keys.look(replace(prepared, keys=(*prepared.keys, b"x" * 32)))
    assert (one.mark, two.mark) == ("well", "read")


def test_keys_that_are_not_the_datas_are_told(services, deskhand, prepared):
    with services.database.session() as session:
        account = accounts.add(session, "shop", NOW)
        one = connections.add(session, Installed("c1", account.id, "zendesk", "https://x.example", {}, "sealed"), NOW)
        tickets.add(session, "t1", one.id, "1", NOW)
        effects.plan(session, "t1", [Planned("k1", one.id, Ref("1"), (Note("x"),))], NOW)
    assert keys.whole(services).well
    services.dispose()
    (prepared.data_dir / "keys.db").unlink()
    with_others = Services(prepared, work=Broker())
    found = keys.whole(with_others)
    with_others.dispose()
    assert not found.well
    assert "DESKHAND_KEYS_URL" in found.remedy
    told = deskhand("keys", "status")
    assert told.code == 1
    assert "restore the key store" in told.out
    assert "can be removed" not in told.out


def test_a_backup_of_the_keys_is_none_of_the_data(deskhand, prepared, tmp_path):
    for keys_too, made in (("--keys", {"backup of keys"}), (None, {"backup", "backup of keys"})):
        assert (
            deskhand("backup", "--to", str(tmp_path / f"file{keys_too}"), *([keys_too] if keys_too else [])).code == 0
        )
        opened = Services(prepared, work=Broker())
        assert {one.what for one in work.look(opened) if one.what.startswith("backup") and one.mark == "well"} == made
        opened.dispose()


def test_only_who_has_no_redis_is_told_to_start_one(services):
    def away() -> work.Finding:
        raise BrokerDown("Redis does not answer", "start it")

    services.work.workers = lambda: 0
    assert "deskhand worker" in stores.asked_broker(services, "workers", lambda: work.workers(services)).remedy
    assert "deskhand up" in stores.asked_broker(services, "workers", away).remedy


def test_another_error_of_ours_beside_redis_is_a_finding_too(services):
    def away() -> work.Finding:
        raise DatabaseDown("the database does not answer", "start it")

    found = stores.asked_broker(services, "workers", away)
    assert (found.well, found.text, found.remedy) == (False, "the database does not answer", "start it")


def test_a_vendors_clock_is_heard_from_whatever_it_answers():
    with connected._listening() as dates, watch.call("zendesk", "GET") as call:
        call.answered(200, "Tue, 10 Mar 2026 12:00:00 GMT")
    (told, here), *_ = dates
    apart = connected._apart("zendesk: clock", told, here)
    assert not apart.well
    assert connected._apart("clock", "Tue, 10 Mar 2026 12:00:00 GMT", datetime(2026, 3, 10, 12, 0, 9, tzinfo=UTC)).well
    assert connected._apart("clock", "yesterday", here).well
