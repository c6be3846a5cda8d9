"""The queue: one method per job, and the only file that names jobs and queues. What a job does lives in ``jobs``.

Nothing depends on the queue for its safety: every job can be asked for again from the database, so a Redis that is
away, slow or empty delays work and loses none.
"""

import json
import logging
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import Worker

from app import metrics
from app.db import ids
from app.errors import BrokerDown

log = logging.getLogger(__name__)

QUEUE = "deskhand"
TICKET = "jobs.ticket.run"
RECONCILE = "jobs.reconcile.run"
ARTICLES = "jobs.reconcile.articles"
SOLVED = "jobs.reconcile.solved"
NOTICES = "jobs.notify.run"
REPORTS = "jobs.reporting.run"
ROSTER = "jobs.roster.run"
FORECAST = "jobs.forecast.run"
SIGNALS = "jobs.signals.run"
UPKEEP = "jobs.upkeep.run"
AUDIT = "jobs.anchor.run"
FRAUDS = "jobs.fraud.run"
COMPLIANCE = "jobs.compliance.run"
SCANNING = "jobs.compliance.look"
LONGER = {UPKEEP: 3600, AUDIT: 3600}
"""Seconds that a job may take which takes longer than all others: a model is trained in it."""
EVERYBODY = "installation"
"""The subject of what is done once for the whole installation."""
BELL = 30
"""Seconds after which a ticket that was rung and not answered may be rung again."""
TOGETHER = 500
"""Tickets rung by one question: more would keep Redis from answering others."""
FAILED_FOR = 7 * 86_400
"""Seconds for which a failed job can be looked at."""
COUNTERS = "deskhand:counters"
WORDS = "deskhand:processes"
AWAY = 5.0
"""Seconds for which a Redis that failed is not asked again."""

# One round trip for all: ring where nobody rang before, and enqueue as RQ does (rq 3.0: the job's hash, then its id on
# the list). Keys: the list, the set of lists, then a bell and a job each. Arguments: six for all, then id and data each.
_RING = """
local rung = {}
for n = 3, #KEYS, 2 do
  local id = ARGV[n + 4]
  if redis.call('SET', KEYS[n], id, 'NX', 'EX', ARGV[1]) then
    redis.call('HSET', KEYS[n + 1], 'data', ARGV[n + 5], 'created_at', ARGV[2], 'enqueued_at', ARGV[2],
      'origin', ARGV[3], 'status', 'queued', 'timeout', ARGV[4], 'result_ttl', '0', 'failure_ttl', ARGV[5],
      'description', ARGV[6])
    rung[#rung + 1] = id
  end
end
if #rung > 0 then
  redis.call('SADD', KEYS[2], KEYS[1])
  redis.call('RPUSH', KEYS[1], unpack(rung))
end
return #rung
"""


@dataclass(frozen=True)
class Server:
    """The Redis server: its time, what it does when it is full, and whether it keeps what it is given. None, empty: it does not say."""

    time: float
    policy: str
    kept: bool | None


class Work:
    """Asks for work by name. A Redis that is away costs less than half a second once, then nothing for five.

    ``job_timeout`` is in seconds.
    """

    def __init__(self, redis_url: str, *, job_timeout: int = 120) -> None:
        self._url = redis_url
        self._timeout = job_timeout
        # Retried once and only for a broken connection: a pooled one is stale after every restart of Redis.
        again = Retry(ExponentialBackoff(cap=0.05, base=0.01), 1, supported_errors=(RedisConnectionError,))
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=0.2, socket_timeout=0.4, retry=again)
        self._script = self._redis.register_script(_RING)
        self._queue_key = f"{Queue.redis_queue_namespace_prefix}{QUEUE}"
        self._away_until = 0.0

    def ring(self, *ticket_ids: str) -> None:
        """Have somebody look at these tickets soon: one job for each, however often it is rung before somebody does.

        Never raises for a Redis that is away: the sweep rings again for whatever waits in the database.
        """
        for first in range(0, len(ticket_ids), TOGETHER):
            self._ask(TICKET, *ticket_ids[first : first + TOGETHER])

    def reconcile(self, connection_id: str) -> None:
        """Have the vendor asked what changed lately."""
        self._ask(RECONCILE, connection_id)

    def articles(self, connection_id: str) -> None:
        """Have the vendor's articles read anew."""
        self._ask(ARTICLES, connection_id)

    def solved(self, connection_id: str) -> None:
        """Have the vendor's solved tickets read."""
        self._ask(SOLVED, connection_id)

    def roster(self, connection_id: str) -> None:
        """Have the vendor asked who can be given tickets, and who is there."""
        self._ask(ROSTER, connection_id)

    def signals(self, account_id: str) -> None:
        """Have it looked at what backends and the account's own site told."""
        self._ask(SIGNALS, account_id)

    def upkeep(self, account_id: str) -> None:
        """Have it seen to what is due by the calendar."""
        self._ask(UPKEEP, account_id)

    def audit(self, account_id: str) -> None:
        """Have the account's audit trail seen to; the installation's own has no account."""
        self._ask(AUDIT, account_id)

    def forecast(self, account_id: str) -> None:
        """Have it foreseen which of the account's promises may be broken."""
        self._ask(FORECAST, account_id)

    def notices(self, account_id: str) -> None:
        """Have the account's people told what is due."""
        self._ask(NOTICES, account_id)

    def reports(self, account_id: str) -> None:
        """Have the account's figures watched, and its report sent when it is time."""
        self._ask(REPORTS, account_id)

    def frauds(self, account_id: str) -> None:
        """Have signs of fraud looked for."""
        self._ask(FRAUDS, account_id)

    def compliance(self, account_id: str) -> None:
        """Have the account's standards checked."""
        self._ask(COMPLIANCE, account_id)

    def scanning(self) -> None:
        """Have our tables and logs looked through a little further, for every account at once."""
        self._ask(SCANNING, EVERYBODY)

    def answered(self, job: str, subject: str) -> None:
        """A run begins: whoever rings from now on wants another one."""
        if time.monotonic() < self._away_until:
            return
        try:
            self._redis.delete(_bell(job, subject))
        except RedisError:
            self._gone()

    def erase(self, ticket_ids: Sequence[str]) -> int:
        """Take every bell and job of these tickets out of Redis, failed ones with what is kept of their failure; how many there were.

        Raises BrokerDown.
        """
        gone = 0
        try:
            for ticket_id in ticket_ids:
                gone += int(self._redis.delete(_bell(TICKET, ticket_id)))
            wanted = [one.encode() for one in ticket_ids]
            for key in self._redis.scan_iter(f"{Job.redis_job_namespace_prefix}*", count=500):
                told = cast(bytes | None, self._redis.hget(key, "data")) or b""
                if any(one in _plain(told) for one in wanted):
                    name = key.decode().removeprefix(Job.redis_job_namespace_prefix)
                    Job.fetch(name, connection=self._redis, serializer=JSONSerializer).delete()
                    gone += 1
        except NoSuchJobError:  # somebody took it this moment, and is through with it soon
            return gone + self.erase(ticket_ids)
        except RedisError as error:
            raise BrokerDown("Redis does not answer", "see that it runs at REDIS_URL") from error
        return gone

    def check(self) -> None:
        """Raises BrokerDown when Redis does not answer."""
        try:
            self._redis.ping()
        except RedisError as error:
            raise BrokerDown("Redis does not answer", "see that it runs at REDIS_URL") from error

    def workers(self) -> int:
        """How many workers have shown themselves lately. Raises BrokerDown."""
        try:
            return int(Worker.count(connection=self._redis))
        except RedisError as error:
            raise BrokerDown("Redis does not answer", "see that it runs at REDIS_URL") from error

    def depth(self) -> tuple[int, int]:
        """How many jobs wait, and how many failed lately. Raises BrokerDown."""
        with self._shared() as redis:
            line = redis.pipeline()
            line.llen(self._queue_key)
            line.zcard(f"rq:failed:{QUEUE}")
            queued, failed = line.execute()
        return int(queued), int(failed)

    def server(self) -> Server:
        """What the server says about itself. Raises BrokerDown."""
        with self._shared() as redis:
            seconds, micros = redis.time()
            try:
                policy = str(redis.config_get("maxmemory-policy").get("maxmemory-policy", ""))
                kept = redis.config_get("appendonly").get("appendonly")
            except ResponseError:  # hosted ones do not tell
                policy, kept = "", None
            return Server(seconds + micros / 1e6, policy, None if kept is None else kept == "yes")

    def tally(self, who: str, word: str, counted: Mapping[str, float]) -> None:
        """Add what a process counted to what all processes counted, and keep its last word. Raises BrokerDown.

        A Redis that took it and could not say so any more has it added twice: counters are for people who look, not for bills.
        """
        with self._shared() as redis:
            line = redis.pipeline()
            for name, by in counted.items():
                line.hincrbyfloat(COUNTERS, name, by)
            line.hset(WORDS, who, word)
            line.execute()

    def tallied(self) -> tuple[Mapping[str, float], Mapping[str, str]]:
        """What all processes counted, and the last word of each, also of those that are gone. Raises BrokerDown."""
        with self._shared() as redis:
            line = redis.pipeline()
            line.hgetall(COUNTERS)
            line.hgetall(WORDS)
            counted, words = line.execute()
        told = {key.decode(): float(value) for key, value in counted.items()}
        return told, {key.decode(): value.decode() for key, value in words.items()}

    def forget(self, *who: str) -> None:
        """These processes are gone. Raises BrokerDown."""
        with self._shared() as redis:
            redis.hdel(WORDS, *who)

    @contextmanager
    def _shared(self) -> Iterator["Redis"]:
        """What is asked of Redis by whoever wants to know that it is away."""
        down = BrokerDown("Redis does not answer", "see that it runs at REDIS_URL")
        if time.monotonic() < self._away_until:
            raise down
        try:
            yield self._redis
        except RedisError as error:
            raise down from error

    def patient(self) -> Redis:
        """A client for a worker, which waits for its next job; its own retries outlast a restart of Redis."""
        return Redis.from_url(self._url, socket_connect_timeout=2)

    def _ask(self, job: str, *subjects: str) -> None:
        if time.monotonic() < self._away_until:
            metrics.count("bells.skipped", len(subjects))
            return
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        keys = [self._queue_key, Queue.redis_queues_keys]
        arguments: list[str | int] = [BELL, now, QUEUE, LONGER.get(job, self._timeout), FAILED_FOR, job]
        for subject in subjects:
            job_id = ids.fresh()
            keys += [_bell(job, subject), f"{Job.redis_job_namespace_prefix}{job_id}"]
            arguments += [job_id, json.dumps([job, None, [subject], {}])]
        try:
            self._script(keys=keys, args=arguments)
        except RedisError:
            self._gone()

    def _gone(self) -> None:
        self._away_until = time.monotonic() + AWAY
        metrics.count("bells.lost")
        log.warning("broker.away", extra={"seconds": AWAY})


def _plain(data: bytes) -> bytes:
    """A job's words: RQ packs them when it saves a job itself, which it does with one that failed."""
    try:
        return zlib.decompress(data)
    except zlib.error:
        return data


def _bell(job: str, subject: str) -> str:
    return f"deskhand:bell:{job}:{subject}"
