"""What an account's own site tells: signed just now, taken once, flat and small."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.web.api.conftest import bearer


@pytest.fixture
def rung(receiver, monkeypatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(receiver.bells, "signals", asked.append, raising=False)
    return asked


def signal(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "s-1",
        "kind": "page",
        "at": datetime.now(UTC).isoformat(),
        "user": {"email": "Priya@Northgrid.example", "name": "Priya", "timezone": "Europe/Berlin"},
        "about": "checkout",
        "facts": {"timeOnPage": 45, "chatStarted": False},
    }
    return values | changes


def signed(token: str, body: bytes, at: datetime | None = None) -> dict[str, str]:
    stamp = str(int((at or datetime.now(UTC)).timestamp()))
    key = hashlib.sha256(token.encode()).hexdigest().encode()
    made = hmac.new(key, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return bearer(token) | {"X-Deskhand-Signature": f"t={stamp},v1={made}"}


def tell(receiver, token: str, body: Any, **changes: Any):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return receiver.client.post("/api/v1/signals", data=raw, headers=signed(token, raw) | changes)


def saved(receiver) -> list[tuple[str, str]]:
    with receiver.services.database.reading() as session:
        return [tuple(row) for row in session.execute(text("select delivery, person from signal order by id"))]


def test_a_signal_is_taken_once_and_rung_for_once(receiver, token, rung) -> None:
    good = token("signals")
    answers = [tell(receiver, good, signal()) for _ in range(2)]
    assert [(answer.status_code, answer.json["taken"]) for answer in answers] == [(202, True), (202, False)]
    assert [delivery for delivery, _ in saved(receiver)] == ["s-1"]
    assert rung == [receiver.account]


def test_nobodys_address_stands_where_it_is_counted(receiver, token, rung) -> None:
    tell(receiver, token("signals"), signal())
    assert saved(receiver)[0][1] == hashlib.sha256(b"priya@northgrid.example").hexdigest()
    assert "northgrid" not in receiver.log.getvalue()


def test_a_token_for_something_else_is_not_enough(receiver, token, rung) -> None:
    assert tell(receiver, token("chat"), signal()).status_code == 403
    assert saved(receiver) == []


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_signature_is_not_good_any_more(receiver, token, rung, minutes: int) -> None:
    good, body = token("signals"), json.dumps(signal()).encode()
    headers = signed(good, body, datetime.now(UTC) + timedelta(minutes=minutes))
    answer = receiver.client.post("/api/v1/signals", data=body, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "bad_signature")


@pytest.mark.parametrize(
    "header", ["", "t=1,v1=00", "v1=é", f"t={'9' * 11},v1={'0' * 64}", f"t=1700000000,v1={'f' * 64}"]
)
def test_a_wrong_signature_is_refused(receiver, token, rung, header: str) -> None:
    answer = tell(receiver, token("signals"), signal(), **{"X-Deskhand-Signature": header.encode().decode("latin-1")})
    assert answer.status_code == 401
    assert saved(receiver) == []


def test_other_bytes_than_those_signed_are_refused(receiver, token, rung) -> None:
    good = token("signals")
    body = json.dumps(signal()).encode()
    answer = receiver.client.post("/api/v1/signals", data=body + b" ", headers=signed(good, body))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": "x" * 201},
        {"kind": "other"},
        {"user": None},
        {"user": {"email": "no address"}},
        {"user": {"email": "a@b.example", "name": 3}},
        {"at": "yesterday"},
        {"at": "2020-01-01T00:00:00+00:00"},
        {"at": "2026-11-22T02:00:00"},
        {"facts": []},
        {"facts": {"a": {"b": 1}}},
        {"facts": {"a b": 1}},
        {"facts": {"a": "x" * 201}},
        {"facts": {f"a{n}": n for n in range(31)}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_cannot_be_read_is_said_by_its_field(receiver, token, rung, changes: dict[str, Any]) -> None:
    answer = tell(receiver, token("signals"), signal(**changes))
    assert answer.status_code == 400
    assert answer.json["code"] in ("bad_field", "missing_field")
    assert (saved(receiver), rung) == ([], [])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"facts": {"a": NaN}}', b"[" * 5000], ids=lambda body: body[:20]
)
def test_any_bytes_are_answered(receiver, token, rung, body: bytes) -> None:
    assert tell(receiver, token("signals"), body).status_code == 400
