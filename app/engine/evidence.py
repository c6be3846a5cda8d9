"""Human-judged proof that a category may answer by itself: its bound, its signature, and whether it holds now.

Judging decisions and issuing records is not here; this room only says what a record is worth.
"""

import hashlib
import hmac
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from app.engine.types import EvidenceRecord, Reason

CONFIDENCE = 0.95
"""How sure the one-sided bound is."""
REPLY = "reply"
"""The action that a reply needs evidence for; every other is an operation of a backend."""
LEAST_TARGET = 0.9
"""No record may set itself a lower bar than this."""


@dataclass(frozen=True)
class Claim:
    """What somebody wants a record to allow: ``action`` in ``category``, by what ``digest`` stands for."""

    account: str
    category: str
    action: str
    digest: str


def lower_bound(judged: int, errors: int, confidence: float = CONFIDENCE) -> float:
    """The exact one-sided Clopper-Pearson lower bound of accuracy; 0 when nothing was judged.

    The accuracy p at which so few errors would be seen with probability ``1 - confidence``, found by halving.
    Raises ValueError for counts that cannot be.
    """
    if not 0 <= errors <= judged:
        raise ValueError("errors lie between 0 and judged")
    if errors == judged:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if at_most(errors, judged, 1 - middle) < 1 - confidence:
            low = middle
        else:
            high = middle
    return low


def at_most(errors: int, judged: int, rate: float) -> float:
    """The chance of at most ``errors`` in ``judged`` when each fails with ``rate``; in logarithms, so that it is exact for many."""
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    whole = math.lgamma(judged + 1)
    terms = (
        whole - math.lgamma(k + 1) - math.lgamma(judged - k + 1) + k * math.log(rate) + (judged - k) * math.log1p(-rate)
        for k in range(errors + 1)
    )
    return math.fsum(math.exp(term) for term in terms)


def digest(*parts: str) -> str:
    """One hash of everything that was judged: classifier, writer, knowledge and configuration, in that order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def sign(record: EvidenceRecord, key: bytes) -> EvidenceRecord:
    """The same record with its signature (HMAC-SHA256 over every other field). Raises ValueError without a key."""
    if not key:
        raise ValueError("a record is signed with a key")
    return replace(record, signature=_signature(record, key))


def _signature(record: EvidenceRecord, key: bytes) -> str:
    fields = {name: value for name, value in asdict(record).items() if name != "signature"}
    for added in ("people", "largest"):
        if not fields[added]:
            del fields[added]  # records from before it was kept are signed without it
    fields |= {"issued_at": record.issued_at.isoformat(), "expires_at": record.expires_at.isoformat()}
    return hmac.new(key, "\x1f".join(f"{n}={v}" for n, v in fields.items()).encode(), hashlib.sha256).hexdigest()


def newest(records: Sequence[EvidenceRecord], claim: Claim) -> EvidenceRecord | None:
    """The record that speaks for the claim: the newest of its digest. Where there is none, the newest of all, which says why not."""
    own = [record for record in records if record.digest == claim.digest]
    return max(own or records, key=lambda record: record.issued_at, default=None)


def allows(record: EvidenceRecord | None, claim: Claim, *, now: datetime, key: bytes) -> Reason | None:
    """None when the record allows what is claimed, now; otherwise why it is locked. Never raises."""
    if record is None:
        return Reason("no_evidence", f"Nobody has judged enough answers on {claim.category} yet.")
    if not key or not hmac.compare_digest(_signature(record, key).encode(), record.signature.encode()):
        return Reason("evidence_forged", "The evidence record's signature does not fit it.")
    if (record.account, record.category, record.action) != (claim.account, claim.category, claim.action):
        return Reason("evidence_foreign", "The evidence record is for another account, category or action.")
    return _worth(record, claim.digest, now)


def _worth(record: EvidenceRecord, digest: str, now: datetime) -> Reason | None:
    """Why a genuine record does not hold now, or None."""
    if not record.issued_at <= now < record.expires_at:
        return Reason("evidence_expired", f"The evidence ran out on {record.expires_at:%Y-%m-%d}: judge again.")
    if record.digest != digest:
        return Reason(
            "evidence_outdated",
            "What people judged was made otherwise: another workflow, writer, knowledge or configuration.",
        )
    if not 0 <= record.errors <= record.judged:
        return Reason("evidence_thin", "The evidence record's counts cannot be.")
    if not holds(record):
        bound, target = lower_bound(record.judged, record.errors), max(record.target, LEAST_TARGET)
        return Reason("evidence_thin", f"At least {bound:.1%} right is proven; {target:.1%} is needed.")
    return None


def holds(record: EvidenceRecord) -> bool:
    """Whether its counts prove what it promises; a fallen category's do not. Whose it is and whether it ran out is not looked at."""
    counted = 0 <= record.errors <= record.judged
    return counted and lower_bound(record.judged, record.errors) >= max(record.target, LEAST_TARGET)


def coin(key: bytes, *parts: str) -> float:
    """A number in [0, 1) that follows from the ticket alone: a second run cannot roll again, a customer cannot foresee it."""
    drawn = hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn[:6]) / 2**48
