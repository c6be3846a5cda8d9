"""A real Redis server after an erasure: neither the person nor their ticket is in any key of any kind."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus

from app.queue import QUEUE, Work
from app.rights import erasing
from tests.protection.test_erasing import MAIL, MARK, Desk

pytestmark = pytest.mark.servers


@pytest.fixture
def redis() -> Iterator[Any]:
    url = os.environ.get("TEST_REDIS_URL")
    if not url:
        pytest.skip("TEST_REDIS_URL names no server")
    line = Redis.from_url(url)
    line.flushdb()
    yield line
    line.flushdb()
    line.close()


@pytest.fixture
def desk(redis: Any, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.services.work = Work(os.environ["TEST_REDIS_URL"])
    yield made
    made.services.dispose()


READ = {
    "string": lambda line, key: line.get(key),
    "hash": lambda line, key: line.hgetall(key),
    "list": lambda line, key: line.lrange(key, 0, -1),
    "set": lambda line, key: line.smembers(key),
    "zset": lambda line, key: line.zrange(key, 0, -1, withscores=True),
    "stream": lambda line, key: line.xrange(key),
}


def everything(line: Any) -> str:
    """Every key with all that it holds."""
    return "\n".join(repr((key, READ[line.type(key).decode()](line, key))) for key in sorted(line.scan_iter("*")))


def test_nothing_of_the_person_or_their_ticket_is_left_and_others_jobs_are(desk: Desk, redis: Any) -> None:
    other = erasing.who.ids.ticket(desk.connection, desk.other)
    desk.services.work.ring(desk.ticket, other)
    failed = _failed(redis, desk.ticket)
    desk.services.work.tally("worker-1", json.dumps({"jobs": 1}), {"decisions.assist": 1.0})
    before = everything(redis)
    assert before.count(desk.ticket) >= 3
    assert MARK not in before

    done = erasing.go_on(desk.services, desk.ask())

    left = everything(redis)
    assert (done.proof["stores"]["queue"]["jobs"] >= 3, desk.ticket in left, failed in left) == (True, False, False)
    assert MARK not in left
    assert MAIL not in left
    assert left.count(other) == 2, "another customer's bell and job are as they were"
    assert "decisions.assist" in left


def _failed(redis: Any, ticket_id: str) -> str:
    """A job of that ticket which failed, as RQ keeps it: its hash, its error, its place among the failed."""
    queue = Queue(QUEUE, connection=redis, serializer="rq.serializers.JSONSerializer")
    job = queue.enqueue("jobs.ticket.run", ticket_id)
    queue.remove(job)
    job.set_status(JobStatus.FAILED)
    queue.failed_job_registry.add(job, ttl=1000, exc_string=f"in the turn of {ticket_id}")
    assert Job.exists(job.id, connection=redis)
    return str(job.id)


def test_a_job_whose_words_are_gone_troubles_no_worker(desk: Desk, redis: Any) -> None:
    """Its name may still stand on the list: whoever takes it finds nothing, and goes on with the next."""
    other = erasing.who.ids.ticket(desk.connection, desk.other)
    desk.services.work.ring(desk.ticket, other)
    desk.services.work.erase([desk.ticket])
    queue = Queue(QUEUE, connection=redis, serializer="rq.serializers.JSONSerializer")
    assert [list(job.args) for job in queue.jobs] == [[other]]
