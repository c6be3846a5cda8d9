"""What an evidence record is worth: the exact bound, the signature, and every way in which it does not hold."""

import hashlib
import hmac
import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import evidence
from tests.builders import NOON, a_record

KEY = b"k" * 32
CLAIM = evidence.Claim("shop", "order-status", "reply", "digest-1")


def why(record: Any, key: bytes = KEY, **claimed: str) -> str:
    reason = evidence.allows(record, replace(CLAIM, **claimed), now=NOON, key=key)
    return reason.code if reason else "allowed"


@pytest.mark.parametrize(("judged", "errors"), [(59, 0), (93, 1), (124, 2)])
def test_the_least_numbers_that_prove_95_percent(judged: int, errors: int) -> None:
    assert evidence.lower_bound(judged, errors) >= 0.95
    assert evidence.lower_bound(judged - 1, errors) < 0.95


def test_without_errors_the_bound_has_a_closed_form() -> None:
    assert evidence.lower_bound(200, 0) == pytest.approx(0.05 ** (1 / 200), abs=1e-12)


def test_one_right_of_two_has_a_closed_form() -> None:
    # At most one error in two: 1 - rate**2, which is 5 % where the rate is the root of 95 %.
    assert evidence.lower_bound(2, 1) == pytest.approx(1 - math.sqrt(0.95), abs=1e-12)


@pytest.mark.parametrize(("judged", "errors"), [(0, 0), (5, 5)])
def test_nothing_right_proves_nothing(judged: int, errors: int) -> None:
    assert evidence.lower_bound(judged, errors) == 0


@pytest.mark.parametrize(("judged", "errors"), [(1, 2), (5, -1)])
def test_impossible_counts_are_refused(judged: int, errors: int) -> None:
    with pytest.raises(ValueError, match="between 0 and judged"):
        evidence.lower_bound(judged, errors)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 500), st.data())
def test_the_bound_lies_below_what_was_seen_and_falls_with_errors(judged: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, min(judged - 1, 20)))
    bound = evidence.lower_bound(judged, errors)
    assert 0 <= bound < (judged - errors) / judged
    assert evidence.lower_bound(judged, errors + 1) < bound
    assert evidence.lower_bound(judged + 1, errors) > bound


def test_a_signed_record_allows() -> None:
    assert why(evidence.sign(a_record(), KEY)) == "allowed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"account": "bank"}, "evidence_foreign"),
        ({"category": "returns"}, "evidence_foreign"),
        ({"action": "refund"}, "evidence_foreign"),
        ({"digest": "digest-2"}, "evidence_outdated"),
        ({"expires_at": NOON}, "evidence_expired"),
        ({"issued_at": NOON + timedelta(seconds=1)}, "evidence_expired"),
        ({"judged": 58}, "evidence_thin"),
        ({"errors": 1}, "evidence_thin"),
        ({"errors": -1}, "evidence_thin"),
        ({"judged": 59, "target": 0.99}, "evidence_thin"),
        ({"judged": 10, "target": 0.1}, "evidence_thin"),
    ],
)
def test_a_genuine_record_that_does_not_hold(changes: dict[str, Any], code: str) -> None:
    assert why(evidence.sign(a_record(**changes), KEY)) == code


@pytest.mark.parametrize(
    "changes",
    [
        {"judged": 1000},
        {"errors": 0, "target": 0.9},
        {"category": "returns"},
        {"account": "bank"},
        {"action": "refund"},
        {"digest": "digest-2"},
        {"issued_at": NOON - timedelta(days=2)},
        {"expires_at": NOON + timedelta(days=9000)},
        {"signature": ""},
        {"signature": "é"},
    ],
)
def test_any_field_changed_after_signing_is_noticed(changes: dict[str, Any]) -> None:
    forged = replace(evidence.sign(a_record(), KEY), **changes)
    assert why(forged, category=forged.category, account=forged.account) == "evidence_forged"


@pytest.mark.parametrize("changes", [{"people": 5}, {"people": 0}, {"largest": 10}, {"people": 0, "largest": 0}])
def test_who_judged_is_signed_with_the_rest(changes: dict[str, Any]) -> None:
    signed = evidence.sign(a_record(people=1, largest=59), KEY)
    assert (why(signed), why(replace(signed, **changes))) == ("allowed", "evidence_forged")


def test_a_record_from_before_it_was_kept_who_judged_stays_good() -> None:
    """Its signature as it was made then, when a record had no such fields."""
    old = a_record()
    said = {"account": old.account, "category": old.category, "action": old.action, "judged": 59, "errors": 0}
    said |= {"target": 0.95, "digest": old.digest}
    said |= {"issued_at": old.issued_at.isoformat(), "expires_at": old.expires_at.isoformat()}
    signature = hmac.new(KEY, "\x1f".join(f"{n}={v}" for n, v in said.items()).encode(), hashlib.sha256).hexdigest()
    assert why(replace(old, signature=signature)) == "allowed"


def test_another_key_signs_nothing() -> None:
    assert why(evidence.sign(a_record(), b"other")) == "evidence_forged"


def test_without_a_key_nothing_is_signed_and_nothing_allowed() -> None:
    with pytest.raises(ValueError, match="key"):
        evidence.sign(a_record(), b"")
    assert why(evidence.sign(a_record(), KEY), key=b"") == "evidence_forged"


def test_no_record_allows_nothing() -> None:
    assert why(None) == "no_evidence"


def test_the_digest_tells_its_parts_apart() -> None:
    assert evidence.digest("ab", "c") != evidence.digest("a", "bc")


def test_the_coin_is_fair_and_cannot_be_rolled_again() -> None:
    drawn = [evidence.coin(KEY, "shop", str(n)) for n in range(4000)]
    assert drawn[7] == evidence.coin(KEY, "shop", "7")
    assert evidence.coin(b"other", "shop", "7") != drawn[7]
    assert all(0 <= c < 1 for c in drawn)
    assert 0.03 < sum(c < 0.05 for c in drawn) / len(drawn) < 0.07
