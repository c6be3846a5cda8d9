"""Sessions: begun once by a link, kept in a cookie that no script reads, over after a working day, and nothing typed is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Response

from app.db import visits
from app.db.visits import INVITED, LASTS, Visit
from app.errors import UnknownRecord
from app.web.pages import session as sessions
from app.web.pages.door import Door
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.signing import SignsIn

HOSTILE = "</textarea><script>alert(1)</script>"


def invited(receiver: Receiver, at: datetime | None = None) -> str:
    with receiver.services.database.session() as session:
        token = visits.invite(session, receiver.account, Level.LEAD, "Ada", at or datetime.now(UTC))
    return f"/app/signin/{token}"


def test_a_link_lets_one_person_in_once(receiver: Receiver) -> None:
    link = invited(receiver)
    assert receiver.client.get(link).status_code == 200
    assert receiver.client.get(link).status_code == 200, "looking uses nothing up"
    answer = receiver.client.post(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/app/")
    assert "acme" in receiver.client.get("/app/").text
    other = receiver.client.application.test_client()
    assert other.post(link).status_code == 410
    assert other.get(link).status_code == 410
    assert other.get("/app/").status_code == 401


def test_a_link_that_is_old_or_made_up_lets_nobody_in(receiver: Receiver) -> None:
    old = invited(receiver, datetime.now(UTC) - INVITED)
    for link in (old, "/app/signin/made-up", f"/app/signin/{'x' * 5000}"):
        assert receiver.client.post(link).status_code == 410


def test_another_site_cannot_sign_somebody_in(receiver: Receiver) -> None:
    assert receiver.client.post(invited(receiver), headers={"Origin": "https://evil.example"}).status_code == 403


def test_the_cookie_is_out_of_reach(receiver: Receiver) -> None:
    cookie = receiver.client.post(invited(receiver)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    over_tls = receiver.client.post(invited(receiver), base_url="https://localhost").headers["Set-Cookie"]
    assert over_tls.startswith("__Host-deskhand=") and "Secure" in over_tls


def test_in_a_frame_the_cookie_is_kept_apart() -> None:
    cookie = sessions.keep(Response(), "key", framed=True, secure=False).headers["Set-Cookie"]
    assert "SameSite=None" in cookie and "Secure" in cookie and "Partitioned" in cookie


def test_signing_out_ends_the_session(receiver: Receiver, signed_in: SignsIn) -> None:
    browser = signed_in()
    assert browser.post("/app/signout").status_code == 200
    again = receiver.client.application.test_client()
    again.set_cookie("deskhand", browser.key)
    assert again.get("/app/").status_code == 401


def test_a_session_is_over_after_a_working_day(receiver: Receiver) -> None:
    start = datetime(2026, 3, 10, 8, tzinfo=UTC)
    with receiver.services.database.session() as session:
        key = visits.begin(session, Visit(receiver.account, "u1", Level.AGENT), start)
        assert visits.of_key(session, key, start + LASTS - timedelta(seconds=1)).level is Level.AGENT
        with pytest.raises(UnknownRecord):
            visits.of_key(session, key, start + LASTS)


def test_ending_all_of_an_accounts_sessions_leaves_others_alone(receiver: Receiver, foreign) -> None:
    at = datetime.now(UTC)
    with receiver.services.database.session() as session:
        keys = [
            visits.begin(session, Visit(a, p, Level.AGENT), at)
            for a, p in ((receiver.account, "u1"), (receiver.account, "u2"), (foreign.account, "u1"))
        ]
        assert visits.end_all(session, receiver.account, "u1") == 1
        assert visits.end_all(session, receiver.account) == 1
        assert visits.of_key(session, keys[2], at).person == "u1"


def test_a_hosts_token_is_used_once(receiver: Receiver) -> None:
    at = datetime.now(UTC)
    with receiver.services.database.session() as session:
        assert visits.use(session, "jti-1", at + timedelta(minutes=5), at)
        assert not visits.use(session, "jti-1", at + timedelta(minutes=5), at)
        assert visits.use(session, "jti-2", at + timedelta(minutes=5), at)


def test_what_was_typed_comes_back_when_the_session_is_over(receiver: Receiver) -> None:
    answer = receiver.client.post("/app/signout", data={"answer": HOSTILE, "csrf": "secret-proof"})
    assert answer.status_code == 401
    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.text and "secret-proof" not in answer.text


def test_a_part_of_a_page_is_refused_with_a_part(receiver: Receiver) -> None:
    answer = receiver.client.get("/app/", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and "<html" not in answer.text


def test_a_page_whose_address_belongs_to_nobody_is_not_hung(receiver: Receiver) -> None:
    with pytest.raises(ValueError, match="invoice"):
        Door(None, receiver.services).route("/x/<invoice>", level=Level.VIEWER)(test_the_cookie_is_out_of_reach)  # type: ignore[arg-type]


def test_the_key_may_come_in_a_header(receiver: Receiver, signed_in: SignsIn) -> None:
    key = signed_in().key
    fresh = receiver.client.application.test_client()
    assert fresh.get("/app/", headers={"X-Deskhand-Session": key}).status_code == 200
