"""How often somebody tried something, counted for all web processes together in Redis. A Redis that is away counts nothing, and says so.

A bucket for each name: so many tries at once, and as many more in a minute. Names are kept as hashes, for two minutes.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from typing import cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

KEY = "deskhand:rate:"
AWAY = 5.0
"""Seconds for which a Redis that failed is not asked again."""

# One round trip, and nobody comes between reading and writing. Keys: the name. Argument: how many a minute. Redis' own time is everybody's.
_TAKE = """
local most, told = tonumber(ARGV[1]), redis.call('TIME')
local now = tonumber(told[1]) + tonumber(told[2]) / 1000000
local was = redis.call('HMGET', KEYS[1], 'left', 'since')
local left, since = tonumber(was[1]) or most, tonumber(was[2]) or now
left = math.min(most, left + math.max(0, now - since) * most / 60)
local passes = left >= 1
if passes then left = left - 1 end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'since', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], 120)
return {passes and 1 or 0, string.format('%.6f', left)}
"""


class Shared:
    """Counts in the Redis at that address. Never raises for one that is away, and waits a fifth of a second for it, once in five."""

    def __init__(self, redis_url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._redis = Redis.from_url(
            redis_url, socket_connect_timeout=0.1, socket_timeout=0.2, retry=Retry(NoBackoff(), 1)
        )
        self._script = self._redis.register_script(_TAKE)
        self._away_until = 0.0

    def take(self, name: str, per_minute: int) -> tuple[bool, float] | None:
        """Count one try: whether it may pass, and how many are left. None where Redis cannot be asked now."""
        if self._clock() < self._away_until:
            return None
        hashed = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
        try:
            passes, left = cast(tuple[int, bytes], self._script(keys=[f"{KEY}{hashed}"], args=[per_minute]))
        except RedisError as error:
            self._away_until = self._clock() + AWAY
            log.warning("limits.alone", extra={"seconds": AWAY, "error": type(error).__name__})
            return None
        return bool(passes), float(left)
