"""The queue on a real server: one bell per ticket, a job that RQ's own worker understands, and a Redis that is away."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from app import metrics
from app.cli.broker import binary
from app.db import effects, ids
from app.errors import BrokerDown
from app.queue import QUEUE, TICKET, Work
from jobs import worker
from tests.flows.played import VENDORS
from tests.flows.stage import QUESTION, Stage


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the test's own."""
    place = tmp_path / "broker.sock"
    flags = ["--port", "0", "--unixsocket", str(place), "--dir", str(tmp_path), "--save", "", "--appendonly", "no"]
    server = Popen([binary(), *flags], stdout=DEVNULL, stderr=DEVNULL)
    try:
        end = time.monotonic() + 60
        while not place.exists():
            assert time.monotonic() < end
            time.sleep(0.01)  # between two looks
        yield f"unix://{place}"
    finally:
        server.kill()
        server.wait()


def queued(address: str) -> list[str]:
    with Redis.from_url(address) as redis:
        return Queue(QUEUE, connection=redis, serializer=JSONSerializer).get_job_ids()


def test_a_ticket_is_queued_once_however_often_it_is_rung(broker: str) -> None:
    work = Work(broker)
    for _ in range(5):
        work.ring("t1")
    work.ring("t2")
    assert len(queued(broker)) == 2
    assert queued(broker) == sorted(queued(broker)), "ids sort by the time they were made"


def test_many_tickets_are_rung_by_one_question_each_with_a_job_of_its_own(broker: str) -> None:
    work = Work(broker)
    work.ring("t3")
    work.ring(*[f"t{n}" for n in range(1200)])
    with Redis.from_url(broker) as redis:
        queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        rung = [job.args[0] for job in queue.get_jobs()]
    assert rung == ["t3", *(f"t{n}" for n in range(1200) if n != 3)]


def test_once_a_run_began_the_next_ring_is_another_job(broker: str) -> None:
    work = Work(broker)
    work.ring("t1")
    work.answered(TICKET, "t1")
    work.ring("t1")
    assert len(queued(broker)) == 2


def test_rqs_own_worker_runs_what_was_rung_and_leaves_nothing_behind(broker: str) -> None:
    stage = Stage()
    connection_id, played = stage.connect("desk")
    held = played.customer_writes(QUESTION)
    stage.deliver(connection_id, played)
    work = Work(broker)
    for ticket_id in stage.bells.rung:
        work.ring(ticket_id)
    stage.services.work = work
    worker.build(stage.services).work(burst=True, logging_level="WARNING")
    with stage.database.reading() as session:
        assert [e.state for e in effects.of_ticket(session, ids.ticket(connection_id, held))] == ["sent"]
    with Redis.from_url(broker) as redis:
        assert list(redis.scan_iter("rq:job:*")) == []
        assert list(redis.scan_iter("deskhand:bell:*")) == []
    stage.database.dispose()
    VENDORS.clear()


def test_a_redis_that_is_away_is_asked_once_and_then_left_alone(tmp_path: Path) -> None:
    work = Work(f"unix://{tmp_path / 'nobody.sock'}")
    lost = metrics.counts().get("bells.lost", 0)
    for _ in range(100):
        work.ring("t1")
    assert metrics.counts()["bells.lost"] == lost + 1
    with pytest.raises(BrokerDown, match="see that it runs"):
        work.check()


def test_a_redis_that_says_nothing_is_waited_for_once(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "mute.sock"))
        mute.listen()
        work = Work(f"unix://{tmp_path / 'mute.sock'}")
        lost = metrics.counts().get("bells.lost", 0)
        for _ in range(100):
            work.ring("t1")
        assert metrics.counts()["bells.lost"] == lost + 1
        mute.setblocking(False)
        mute.accept()[0].close()
        with pytest.raises(BlockingIOError):
            mute.accept()
