"""Signatures over what arrived: HMAC in constant time, and whether a time is fresh. No vendor's recipe lives here."""

import hmac
from datetime import datetime, timedelta


def mac(secret: str, message: bytes, algorithm: str) -> bytes:
    """The raw HMAC of ``message`` (``algorithm`` as in hashlib: ``sha256``)."""
    return hmac.new(secret.encode(), message, algorithm).digest()


def same(expected: str, given: str) -> bool:
    """Compare in constant time. Both become bytes first: comparing non-ASCII text would raise."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))


def fresh(at: datetime, now: datetime, within: timedelta = timedelta(minutes=5)) -> bool:
    """True when ``at`` lies at most ``within`` before or after ``now``."""
    return abs(now - at) <= within
