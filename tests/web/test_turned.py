"""Who was turned away is on record, at every door; and a thousand of them are not a thousand rows."""

import pytest

from app.db import history, trail
from app.db.history import Wanted
from app.web.turned import APART, Turned
from tests.web.conftest import Receiver


def failed(receiver: Receiver) -> list[history.Act]:
    with receiver.services.database.reading() as session:
        return history.page(session, Wanted(trail.INSTALLATION, what=("sign-in-failed",)), 100)


@pytest.mark.parametrize(
    ("method", "path", "way"),
    [
        ("GET", "/app/signin/made-up", "link"),
        ("POST", "/app/signin/made-up", "link"),
        ("GET", "/api/v1/tickets", "token"),
    ],
)
def test_what_opens_nothing_is_on_record(receiver: Receiver, method: str, path: str, way: str) -> None:
    assert receiver.client.open(path, method=method).status_code in (401, 410)
    (one,) = failed(receiver)
    assert (one.subject, one.who, dict(one.detail)) == (way, "nobody", {"times": 1})


def test_many_are_one_row_with_their_number(receiver: Receiver) -> None:
    now = [0.0]
    turned = Turned(receiver.services.database, "token", lambda: now[0])
    for _ in range(50):
        turned.away()
    assert [one.detail["times"] for one in failed(receiver)] == [1]
    now[0] = APART
    turned.away()
    assert [one.detail["times"] for one in failed(receiver)] == [50, 1]
