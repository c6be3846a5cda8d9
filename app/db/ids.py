"""Names for our own rows. No vendor's id is made here."""

import hashlib
import secrets
import time


def fresh() -> str:
    """A new id: lower-case hex that sorts by the time it was made, unique without asking the database."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


def unguessable() -> str:
    """A new id of 128 random bits, for what stands in a public address."""
    return secrets.token_hex(16)


def ticket(connection_id: str, ref: str) -> str:
    """The id of a vendor's ticket: the same for the same ticket, so that nobody has to look it up."""
    return hashlib.blake2b(f"{connection_id}:{ref}".encode(), digest_size=16).hexdigest()
