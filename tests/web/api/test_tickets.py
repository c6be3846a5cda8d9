"""An account's own pipeline says that an issue is resolved: taken once, as the same news that a tracker's webhook would be."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.web.api.conftest import bearer

NEWS = {
    "ticketId": "SUPPORT-5678",
    "status": "resolved",
    "resolution": "Fixed in v2.15.0",
    "deployedAt": "2024-10-28T10:00:00Z",
}


@pytest.fixture
def rung(receiver, monkeypatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(receiver.bells, "signals", asked.append, raising=False)
    return asked


def patch(receiver, token: str, key: str = "SUPPORT-5678", **changes: Any):
    return receiver.client.patch(f"/api/v1/tickets/{key}", json=NEWS | changes, headers=bearer(token))


def saved(receiver) -> list[tuple[str, str]]:
    with receiver.services.database.reading() as session:
        return [tuple(row) for row in session.execute(text("select kind, about from signal order by id"))]


def test_the_news_is_taken_once(receiver, token, rung) -> None:
    good = token("tickets")
    answers = [patch(receiver, good).json["taken"] for _ in range(2)]
    assert answers == [True, False]
    assert saved(receiver) == [("issue.resolved", "SUPPORT-5678")]
    assert rung == [receiver.account]


def test_a_key_is_written_as_trackers_write_it(receiver, token, rung) -> None:
    patch(receiver, token("tickets"), "support-5678", ticketId="")
    assert saved(receiver) == [("issue.resolved", "SUPPORT-5678")]


def test_a_later_deployment_is_other_news(receiver, token, rung) -> None:
    good = token("tickets")
    patch(receiver, good)
    assert patch(receiver, good, deployedAt="2024-10-29T10:00:00Z").json["taken"]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ""},
        {"status": "done"},
        {"resolution": 3},
        {"resolution": "x" * 201},
        {"deployedAt": "soon"},
        {"deployedAt": "2024-10-28T10:00:00"},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_said(receiver, token, rung, changes: dict[str, Any]) -> None:
    assert patch(receiver, token("tickets"), **changes).status_code == 400
    assert (saved(receiver), rung) == ([], [])


def test_address_and_body_name_the_same(receiver, token, rung) -> None:
    assert patch(receiver, token("tickets"), ticketId="SUPPORT-1").status_code == 409
    assert (saved(receiver), rung) == ([], [])


@pytest.mark.parametrize("key", ["a%20b", "x" * 200, "-1"])
def test_a_key_that_is_none_is_refused(receiver, token, rung, key: str) -> None:
    assert patch(receiver, token("tickets"), key, ticketId="").status_code == 400


def test_a_token_for_something_else_is_not_enough(receiver, token, rung) -> None:
    assert patch(receiver, token("signals")).status_code == 403
    assert saved(receiver) == []
