"""Hosts that open our pages in a frame: one token, one session, of the account whose installation signed; nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from sqlalchemy import select

from app.db import connections
from app.db.connections import Installed
from app.db.models.visit import VisitRow
from app.db.roster import replace
from connectors.base import Entrance
from connectors.errors import AuthFailed, Unavailable
from connectors.registry import HELPDESKS
from connectors.types import Inbound, Level, Teammate
from connectors.zendesk import Zendesk
from tests.connectors.zendesk.tokens import BASE, claims, connection, opened, pair, token
from tests.web.conftest import Receiver, open_receiver

NOW = datetime.now(UTC).replace(microsecond=0)
AGENT = "8447388090494"
GONE = "gone@acme.example"
"""Whose token the host no longer takes."""


class Desk(Zendesk):
    """Zendesk, but for its one call: what role somebody has."""

    said: ClassVar[Level | None] = Level.AGENT
    asked: ClassVar[list[str]] = []

    def signed_in(self, request: Inbound) -> Entrance:
        if self._connection.settings.get("email") == GONE:
            raise AuthFailed("the key cannot be read: who are you")
        return super().signed_in(request)

    def level(self, person: str) -> Level:
        self.asked.append(person)
        if self.said is None:
            raise Unavailable("the host is down")
        return self.said


@pytest.fixture
def web(prepared) -> Iterator[Receiver]:
    Desk.said, Desk.asked[:] = Level.AGENT, []
    receiver = open_receiver(prepared, {**HELPDESKS, "zendesk": Desk})
    yield receiver
    receiver.services.dispose()


def connect(web: Receiver, base: str = BASE, **settings: str) -> str:
    id = connections.new_id()
    known = connection(base, **settings)
    sealed = web.services.vault.seal(known.secrets, place=id)
    at = NOW - timedelta(days=1) if settings.get("email") == GONE else NOW
    with web.services.database.session() as session:
        connections.add(session, Installed(id, web.account, "zendesk", base, dict(known.settings), sealed), at)
    return id


def enter(web: Receiver, path: str, given: str, base: str = BASE, client=None):
    request = opened(given, NOW, base)
    return (client or web.client).post(
        f"/apps/zendesk/{path}?{request.query}", data=request.body, headers=dict(request.headers)
    )


def visits(web: Receiver) -> list[tuple[str, str, str]]:
    with web.services.database.reading() as session:
        return [(row.account_id, row.person, row.level) for row in session.scalars(select(VisitRow))]


@pytest.mark.parametrize("path", ["sidebar", "{id}/sidebar"])
def test_the_sidebar_opens_for_whom_the_host_signs(web: Receiver, path: str) -> None:
    id = connect(web)
    answer = enter(web, path.format(id=id), token(claims(NOW)))
    assert answer.status_code == 200
    assert f'data-at="/app/beside/{id}"' in answer.text and "data-session=" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors {BASE}" in policy and "script-src 'self' https://static.zdassets.com" in policy
    assert "X-Frame-Options" not in answer.headers and "Set-Cookie" not in answer.headers
    assert visits(web) == [(web.account, AGENT, "agent")]


def test_the_page_itself_carries_the_key(web: Receiver) -> None:
    id = connect(web)
    key = enter(web, "sidebar", token(claims(NOW))).text.partition('data-session="')[2].partition('"')[0]
    fresh = web.client.application.test_client()
    assert fresh.get(f"/app/beside/{id}?ref=1").status_code == 401
    answer = fresh.get(f"/app/beside/{id}?ref=1", headers={"X-Deskhand-Session": key})
    assert answer.status_code == 200
    assert f"frame-ancestors {BASE}" in answer.headers["Content-Security-Policy"]


def test_a_token_opens_one_page(web: Receiver) -> None:
    connect(web)
    given = token(claims(NOW))
    assert [enter(web, "sidebar", given).status_code for _ in range(3)] == [200, 401, 401]
    assert len(visits(web)) == 1


@pytest.mark.parametrize(
    "given",
    [
        token(claims(NOW), pair("somebody")[0]),
        token(claims(NOW, exp=int((NOW - timedelta(hours=1)).timestamp()))),
        token(claims(NOW, base="https://other.zendesk.com")),
        "nonsense",
    ],
)
def test_nobody_else_gets_in(web: Receiver, given: str) -> None:
    id = connect(web)
    for path in ("sidebar", f"{id}/settings"):
        answer = enter(web, path, given)
        assert answer.status_code == 401 and "Set-Cookie" not in answer.headers
    assert visits(web) == []


def test_a_token_of_one_account_opens_no_other(web: Receiver) -> None:
    """The same app, two subdomains: what one signed is nothing at the other's address."""
    ours, theirs = connect(web), connect(web, "https://other.zendesk.com")
    assert enter(web, f"{theirs}/sidebar", token(claims(NOW))).status_code == 401
    assert enter(web, f"{ours}/sidebar", token(claims(NOW))).status_code == 200


def test_a_connection_to_the_same_host_that_is_known_no_more_shuts_nobody_out(web: Receiver) -> None:
    connect(web, email=GONE)
    id = connect(web)
    answer = enter(web, "sidebar", token(claims(NOW)))
    assert answer.status_code == 200 and f'data-at="/app/beside/{id}"' in answer.text


def test_who_comes_while_the_host_hands_out_no_key_is_told_to_come_back(web: Receiver) -> None:
    connect(web, email=GONE)
    answer = enter(web, "sidebar", token(claims(NOW)))
    assert answer.status_code == 503 and "try again in a moment" in answer.text
    assert f"frame-ancestors {BASE}" in answer.headers["Content-Security-Policy"]
    assert visits(web) == []


def test_the_settings_keep_a_cookie_for_this_frame_alone(web: Receiver) -> None:
    Desk.said = Level.ADMIN
    connect(web)
    answer = enter(web, "settings", token(claims(NOW)))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/app/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-deskhand=") and "Partitioned" in cookie and "SameSite=None" in cookie
    assert visits(web) == [(web.account, AGENT, "admin")]


def test_who_may_only_look_gets_no_sidebar(web: Receiver) -> None:
    Desk.said = Level.VIEWER
    connect(web)
    assert enter(web, "sidebar", token(claims(NOW))).status_code == 403
    assert visits(web) == []


@pytest.mark.parametrize(("known", "status"), [(True, 200), (False, 403)])
def test_while_the_host_is_down_those_on_the_roster_are_agents(web: Receiver, known: bool, status: int) -> None:
    Desk.said = None
    id = connect(web)
    if known:
        with web.services.database.session() as session:
            replace(session, id, [Teammate(AGENT)], NOW)
    assert enter(web, "sidebar", token(claims(NOW))).status_code == status
    assert [level for _, _, level in visits(web)] == (["agent"] if known else [])


def test_a_role_is_not_asked_for_each_time(web: Receiver) -> None:
    connect(web)
    for number in range(3):
        enter(web, "sidebar", token(claims(NOW, jti=f"n{number}")))
    assert Desk.asked == [AGENT]


def test_what_speaks_with_the_host_is_public_and_nothing_else_is(web: Receiver) -> None:
    id = connect(web)
    answer = web.client.get(f"/apps/zendesk/{id}/host.js")
    assert answer.status_code == 200 and answer.content_type.startswith("text/javascript")
    assert web.client.get("/apps/zendesk/none/host.js").status_code == 404
    assert web.client.get(f"/apps/intercom/{id}/host.js").status_code == 404
    assert web.client.get(f"/apps/zendesk/{id}/sidebar").status_code == 405
    assert enter(web, f"{id}/elsewhere", token(claims(NOW))).status_code == 404
    assert web.client.post("/apps/nobody/sidebar").status_code == 404


def test_no_token_and_no_key_is_logged(web: Receiver) -> None:
    id = connect(web)
    given = token(claims(NOW))
    page = enter(web, "sidebar", given).text
    enter(web, f"{id}/sidebar", given)
    key = page.partition('data-session="')[2].partition('"')[0]
    log = web.log.getvalue()
    assert "app.unsigned" in log
    assert given not in log and key not in log and given.partition(".")[2] not in log
