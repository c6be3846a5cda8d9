"""What an account's systems ask for a person, over the API: erased by the clock, handed out, consents kept."""

from typing import Any

import pytest

from app.db import rights
from jobs import privacy
from tests.protection.host import ANA, BEN, plugged
from tests.web.api.conftest import House

MAIL = "ana@customer.example"


def post(house: House, path: str, body: dict[str, Any]) -> Any:
    return house.call("POST", path, json=body)


def test_an_erasure_is_taken_once_done_by_the_clock_and_proven(house: House) -> None:
    first = post(house, "/people/erasures", {"person": MAIL})
    again = post(house, "/people/erasures", {"person": MAIL.upper()})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json["id"] == again.json["id"]
    assert first.json["state"] == "open"
    assert MAIL not in first.get_data(as_text=True)
    privacy.erasures(house.stage.services)
    (done,) = house.read("/people/requests")["items"]
    assert (done["state"], done["late"]) == ("done", False)
    assert done["proof"]["signature"]


def test_nobody_is_a_400_and_another_accounts_requests_are_not_there(house: House, neighbour: House) -> None:
    assert post(house, "/people/erasures", {"person": "  "}).status_code == 400
    post(house, "/people/erasures", {"person": MAIL})
    assert neighbour.read("/people/requests")["items"] == []


def test_what_is_kept_is_handed_out_and_that_is_kept_too(house: House) -> None:
    told = post(house, "/people/exports", {"person": MAIL})
    assert told.status_code == 200
    assert told.json["export"]["format"] == "deskhand-person/1"
    with house.stage.services.database.reading() as session:
        (kept,) = rights.unfinished(session) or rights.requests(
            session, house.account.id, *(house.stage.time.replace(year=house.stage.time.year + n) for n in (-1, 1))
        )
    assert kept.kind is rights.Right.PORTABILITY


def test_a_consent_is_news_once(house: House) -> None:
    body = {"person": MAIL, "purpose": "learning", "given": False}
    assert [post(house, "/people/consents", body).json["new"] for _ in range(2)] == [True, False]
    assert post(house, "/people/consents", {**body, "purpose": "anything"}).status_code == 400


@pytest.mark.slow
@pytest.mark.parametrize(
    ("vendor", "state"),
    [("intercom", "done"), ("zendesk", "done"), ("slack", "host")],
)
def test_the_host_is_asked_over_http_where_that_was_approved(house: House, vendor: str, state: str) -> None:
    with plugged(house.stage, vendor) as host:
        host.close(host.mine)
        asked = post(house, "/people/erasures", {"person": ANA.email, "inHost": True})
        assert (asked.status_code, host.there(ANA)) == (202, True)
        privacy.erasures(house.stage.services)
        (done,) = house.read("/people/requests")["items"]
        assert (done["state"], host.there(ANA), host.there(BEN)) == (state, vendor == "slack", True)
        said = {one["vendor"]: one["state"] for one in done["proof"]["host"].values()}
        assert said[vendor] == ("erased" if state == "done" else "refused")
