"""People and their roles: given and taken here, said anew by the host while a session lasts, and over when either says so."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from app.db import members, visits
from app.db.members import NOTHING, ShutOut, Who, allowed
from app.db.roster import replace as on_roster
from app.db.visits import Visit
from app.errors import UnknownRecord
from app.web.pages.levels import AWAY, FRESH, LONGEST, Levels
from connectors.errors import BadSignature, ConnectorError, Unavailable
from connectors.registry import HELPDESKS
from connectors.types import Level, Teammate
from connectors.zendesk import Zendesk
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.signing import Browser, SignsIn, browsers
from tests.web.vendors import VENDORS

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


class Desk(Zendesk):
    """Zendesk, but for its one call: what role somebody has."""

    said: ClassVar[Level | ConnectorError] = Level.LEAD
    asked: ClassVar[list[str]] = []

    def level(self, person: str) -> Level:
        self.asked.append(person)
        if isinstance(self.said, ConnectorError):
            raise self.said
        return self.said


@pytest.fixture
def web(prepared) -> Iterator[Receiver]:
    Desk.said, Desk.asked[:] = Level.LEAD, []
    receiver = open_receiver(prepared, {**HELPDESKS, "zendesk": Desk})
    yield receiver
    receiver.services.dispose()


def at_once(act: Callable[[], None]) -> "Future[None]":
    done: Future[None] = Future()
    act()
    done.set_result(None)
    return done


def never(act: Callable[[], None]) -> "Future[None]":
    """A host that takes longer than anybody waits."""
    late: Future[None] = Future()
    late.set_exception(TimeoutError())
    return late


def session_of(web: Receiver, level: Level = Level.LEAD) -> tuple[str, Visit]:
    """Somebody who came in by the host; their key, and their session."""
    connection = web.connect(next(one for one in VENDORS if one.name == "zendesk"))
    with web.services.database.session() as session:
        key = visits.begin(session, Visit(web.account, "u9", level, "Sam", connection), NOW)
        return key, visits.of_key(session, key, NOW)


# --- given and taken ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "given", "may"),
    [
        (Level.AGENT, "", Level.AGENT),
        (Level.AGENT, Level.LEAD, Level.LEAD),
        (Level.ADMIN, Level.VIEWER, Level.VIEWER),
        (Level.VIEWER, Level.AGENT, Level.AGENT),
        (Level.ADMIN, NOTHING, None),
    ],
)
def test_what_is_given_here_stands_before_what_the_host_says(told: Level, given: str, may: Level | None) -> None:
    assert allowed(told, given) is may


def test_that_somebody_is_an_admin_only_the_host_says() -> None:
    assert Level.ADMIN not in members.GIVEN


def someone(receiver: Receiver, sign_in: SignsIn, level: Level = Level.AGENT) -> Browser:
    """Another person than the admin, signed in."""
    with receiver.services.database.session() as session:
        key = visits.begin(session, Visit(receiver.account, "u2", level, "Bo"), datetime.now(UTC))
    client = receiver.client.application.test_client()
    client.set_cookie("deskhand", key)
    return Browser(client, key)


def test_a_role_that_is_given_counts_from_the_next_request_on(receiver: Receiver, signed_in: SignsIn) -> None:
    admin, bo = signed_in(Level.ADMIN), someone(receiver, signed_in)
    assert bo.get("/app/configuration").status_code == 403
    answer = admin.post("/app/people/role", {"person": "u2", "connection": "", "role": "lead"})
    assert "Bo" in answer.text and "lead" in answer.text
    assert bo.get("/app/configuration").status_code == 200
    admin.post("/app/people/role", {"person": "u2", "connection": "", "role": "viewer"})
    assert bo.get("/app/configuration").status_code == bo.get("/app/decisions").status_code == 403
    admin.post("/app/people/role", {"person": "u2", "connection": "", "role": ""})
    assert bo.get("/app/decisions").status_code == 200


def test_who_is_removed_is_out_at_once_and_does_not_come_back(receiver: Receiver, signed_in: SignsIn) -> None:
    admin, bo = signed_in(Level.ADMIN), someone(receiver, signed_in)
    admin.post("/app/people/role", {"person": "u2", "connection": "", "role": NOTHING})
    assert bo.get("/app/").status_code == 401
    with receiver.services.database.session() as session, pytest.raises(ShutOut):
        visits.begin(session, Visit(receiver.account, "u2", Level.ADMIN, "Bo"), datetime.now(UTC))
    admin.post("/app/people/role", {"person": "u2", "connection": "", "role": ""})
    assert bo.get("/app/").status_code == 401, "that session stays over"
    assert someone(receiver, signed_in).get("/app/").status_code == 200


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"person": "u2", "connection": "", "role": "admin"}, 400),
        ({"person": "u2", "connection": "", "role": "emperor"}, 400),
        ({"person": "u1", "connection": "", "role": "viewer"}, 400),
        ({"person": "nobody", "connection": "", "role": "lead"}, 404),
        ({"person": "u2", "connection": "another", "role": "lead"}, 404),
    ],
)
def test_what_nobody_may_give_is_refused(
    receiver: Receiver, signed_in: SignsIn, asked: dict[str, str], status: int
) -> None:
    """Nor may anybody take their own role: somebody has to be left who can give it back."""
    admin, bo = signed_in(Level.ADMIN), someone(receiver, signed_in)
    assert admin.post("/app/people/role", asked).status_code == status
    assert bo.get("/app/decisions").status_code == 200


def test_only_an_admin_gives_and_a_person_of_another_account_is_not_there(
    receiver: Receiver, signed_in: SignsIn, foreign
) -> None:
    someone(receiver, signed_in)
    asked = {"person": "u2", "connection": "", "role": "lead"}
    assert signed_in(Level.LEAD).post("/app/people/role", asked).status_code == 403
    assert signed_in(Level.ADMIN, account=foreign.account).post("/app/people/role", asked).status_code == 404


def test_the_page_shows_both_roles_and_who_gave_one(receiver: Receiver, signed_in: SignsIn) -> None:
    admin = signed_in(Level.ADMIN)
    someone(receiver, signed_in)
    admin.post("/app/people/role", {"person": "u2", "connection": "", "role": "lead"})
    text = signed_in(Level.LEAD).get("/app/people").text
    assert "Bo" in text and "given by Ada" in text and "signed in" in text
    assert "/app/people/role" not in text, "a lead looks on"


def test_an_admin_lets_somebody_in_by_a_link_for_them_alone(receiver: Receiver, signed_in: SignsIn) -> None:
    answer = signed_in(Level.ADMIN).post("/app/people/invite", {"name": "Cy", "role": "agent"})
    link = answer.text.partition('value="http')[2].partition('"')[0].partition("/app/")[2]
    fresh = receiver.client.application.test_client()
    assert fresh.post(f"/app/{link}").status_code == 303
    assert fresh.get("/app/decisions").status_code == 200 and fresh.get("/app/people").status_code == 403
    for wrong in ({"name": "Cy", "role": "emperor"}, {"name": " ", "role": "agent"}):
        assert signed_in(Level.ADMIN).post("/app/people/invite", wrong).status_code == 400


# --- said anew by the host ---------------------------------------------------------------------------------------


def test_a_word_that_is_fresh_is_not_asked_for_again(web: Receiver) -> None:
    _, visit = session_of(web)
    assert Levels(web.services, at_once).still(visit, NOW + FRESH - timedelta(seconds=1)) == visit
    assert Desk.asked == []


def test_a_role_that_was_taken_at_the_host_is_gone_within_minutes(web: Receiver) -> None:
    key, visit = session_of(web)
    Desk.said = Level.AGENT
    levels, later = Levels(web.services, at_once), NOW + FRESH
    assert levels.still(visit, later).level is Level.LEAD, "the request that has it asked for does not wait"
    with web.services.database.reading() as session:
        assert visits.of_key(session, key, later).level is Level.AGENT


def test_who_left_the_team_is_out(web: Receiver) -> None:
    key, visit = session_of(web)
    Desk.said = BadSignature("that person is no agent")
    Levels(web.services, at_once).still(visit, NOW + FRESH)
    with web.services.database.reading() as session, pytest.raises(UnknownRecord):
        visits.of_key(session, key, NOW + FRESH)


@pytest.mark.parametrize(("known", "left"), [(True, Level.AGENT), (False, Level.VIEWER)])
def test_while_the_host_is_down_a_role_lasts_an_hour_and_then_the_least_that_is_known(
    web: Receiver, known: bool, left: Level
) -> None:
    _, visit = session_of(web)
    if known:
        with web.services.database.session() as session:
            on_roster(session, visit.connection_id, [Teammate("u9")], NOW)
    Desk.said = Unavailable("down")
    levels = Levels(web.services, at_once)
    assert levels.still(visit, NOW + LONGEST - timedelta(seconds=1)).level is Level.LEAD
    assert levels.still(visit, NOW + LONGEST).level is left
    assert Desk.asked == ["u9"], f"a host that did not answer is left alone for {AWAY} seconds"


def test_nobody_waits_for_a_host_that_is_slow(web: Receiver) -> None:
    _, visit = session_of(web)
    assert Levels(web.services, never).still(visit, NOW + LONGEST).level is Level.VIEWER


def test_a_role_that_was_confirmed_late_counts_at_once(web: Receiver) -> None:
    """Somebody who comes back from lunch is asked for before the page is drawn, not after it was refused."""
    _, visit = session_of(web, Level.AGENT)
    Desk.said = Level.ADMIN
    assert Levels(web.services, at_once).still(visit, NOW + 2 * LONGEST).level is Level.ADMIN


def test_a_session_by_a_link_of_ours_asks_no_host(web: Receiver) -> None:
    with web.services.database.session() as session:
        key = visits.begin(session, Visit(web.account, "invited:Ada", Level.LEAD), NOW)
        visit = visits.of_key(session, key, NOW)
    assert Levels(web.services, at_once).still(visit, NOW + LONGEST).level is Level.LEAD


def test_a_page_opens_while_the_host_is_down(web: Receiver) -> None:
    """Through the door itself, with a word that is hours old."""
    key, visit = session_of(web)
    Desk.said = Unavailable("down")
    with web.services.database.session() as session:
        at = datetime.now(UTC)
        session.connection().exec_driver_sql(
            "update visit set ends_at = ?", (f"{at + timedelta(hours=1):%F %T}.000000",)
        )
    browser = browsers(web)(Level.ADMIN)
    browser.client.set_cookie("deskhand", key)
    assert browser.get("/app/overview").status_code == 200
    assert browser.get("/app/configuration").status_code == 403
    with web.services.database.reading() as session:
        assert members.every(session, web.account)[0].who.account_id == web.account
        assert Who(web.account, visit.connection_id, "u9") in {one.who for one in members.every(session, web.account)}


def test_either_database_keeps_roles_and_sessions(anywhere: Receiver) -> None:
    who = Who(anywhere.account, "", "u7")
    with anywhere.services.database.session() as session:
        keys = [visits.begin(session, Visit(anywhere.account, "u7", Level.AGENT, "Cy"), NOW) for _ in range(2)]
        members.give(session, who, Level.LEAD, "Ada", NOW)
        visits.told(session, who, Level.VIEWER, NOW)
        assert [visits.of_key(session, key, NOW).level for key in keys] == [Level.LEAD] * 2
        members.give(session, who, members.AS_TOLD, "Ada", NOW)
        assert visits.of_key(session, keys[0], NOW).level is Level.VIEWER
        assert [one.name for one in members.every(session, anywhere.account)] == ["Cy"]
