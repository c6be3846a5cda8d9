"""Names for our own rows. No vendor's id is made here."""

import hashlib
import secrets
import threading
import time

TAIL, STEP = 64, 32
"""Bits behind the milliseconds, and the most by which one id of a millisecond lies behind the one before."""
_turn = threading.Lock()
_newest = 0


def fresh() -> str:
    """A new id: 28 digits of lower-case hex, unique without asking the database, and after each one that this process made before.

    Within one millisecond, and while the clock is set back, it lies a random step behind the newest: two processes that
    were forked from one do not make the same.
    """
    global _newest  # noqa: PLW0603  # one line of ids for the process
    with _turn:
        drawn = (time.time_ns() // 1_000_000 << TAIL) | secrets.randbits(TAIL)
        _newest = drawn if drawn >> TAIL > _newest >> TAIL else _newest + 1 + secrets.randbits(STEP)
        return f"{_newest:028x}"


def unguessable() -> str:
    """A new id of 128 random bits, for what stands in a public address."""
    return secrets.token_hex(16)


def ticket(connection_id: str, ref: str) -> str:
    """The id of a vendor's ticket: the same for the same ticket, so that nobody has to look it up."""
    return hashlib.blake2b(f"{connection_id}:{ref}".encode(), digest_size=16).hexdigest()
