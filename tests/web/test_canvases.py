"""Sidebars that a host draws: signed, drawn from the database, and each press is one event of the ticket."""

import json
from typing import Any

import pytest
from sqlalchemy import event, select

from app.db import connections, errands, judgements, problems
from app.db.models.event import EventRow
from app.engine.types import Mode
from connectors.signing import mac
from tests.web.conftest import Receiver
from tests.web.pages.kept import EFFECT, TAGGED, Kept, decided, keep
from tests.web.vendors import SECRET, VENDORS

INTERCOM = next(vendor for vendor in VENDORS if vendor.name == "intercom")
WORKSPACE = INTERCOM.settings["app_id"]


@pytest.fixture
def kept(receiver: Receiver) -> Kept:
    return keep(receiver, receiver.connect(INTERCOM), decided(Plan="gold"), offer=True)


def ask(receiver: Receiver, path: str, body: dict[str, Any] | None = None, secret: str = SECRET):
    raw = json.dumps(
        {"workspace_id": WORKSPACE, "admin": {"id": "814860", "name": "Ada"}, "conversation": {"id": "35436"}}
        | (body or {})
    ).encode()
    signed = {"X-Body-Signature": mac(secret, raw, "sha256").hex(), "Content-Type": "application/json"}
    return receiver.client.post(f"/apps/intercom/{path}", data=raw, headers=signed)


def components(answer) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return answer.json["canvas"]["content"]["components"]


def texts(answer) -> str:
    return json.dumps(components(answer), ensure_ascii=False)


def presses(receiver: Receiver) -> list[tuple[str, str, str]]:
    with receiver.services.database.reading() as session:
        rows = session.scalars(select(EventRow).order_by(EventRow.id))
        return [(row.click["action"], row.click["value"], row.click["person"]["id"]) for row in rows if row.click]


@pytest.mark.parametrize("path", ["canvas/initialize", "{id}/canvas/initialize"])
def test_the_card_is_drawn_from_the_database(receiver: Receiver, kept: Kept, path: str) -> None:
    told = texts(ask(receiver, path.format(id=kept.connection)))
    assert "A draft is ready" in told and "order-status · Sure · 97%" in told and "Open a return" in told
    assert receiver.bells.rung == []


def test_more_shows_what_is_known_and_why(receiver: Receiver, kept: Kept) -> None:
    told = texts(ask(receiver, "canvas/submit", {"component_id": "more"}))
    assert "Open Your orders: https://shop.example/orders." in told
    assert '"field": "Plan"' in told and "https://help.example/track" in told and "Wrong because" in told


@pytest.mark.parametrize(("press", "said"), [
    ("share:d1", ("share", "d1", "814860")),
    ("escalate:d1", ("escalate", "d1", "814860")),
    (f"approve:{EFFECT}", ("approve", EFFECT, "814860")),
])  # fmt: skip
def test_a_press_is_one_event(receiver: Receiver, kept: Kept, press: str, said: tuple[str, str, str]) -> None:
    assert "Noted" in texts(ask(receiver, "canvas/submit", {"component_id": press}))
    assert "pressed before" in texts(ask(receiver, "canvas/submit", {"component_id": press}))
    assert presses(receiver) == [said]


def test_what_was_done_is_taken_back_once(receiver: Receiver) -> None:
    keep(receiver, receiver.connect(INTERCOM), decided(), TAGGED)
    assert "undo:d1" in texts(ask(receiver, "canvas/submit", {"component_id": "more"}))
    assert "Noted" in texts(ask(receiver, "canvas/submit", {"component_id": "undo:d1"}))
    assert "pressed before" in texts(ask(receiver, "canvas/submit", {"component_id": "undo:d1"}))
    assert "A draft is ready" in texts(ask(receiver, "canvas/submit", {"component_id": "undo:other"}))
    with receiver.services.database.reading() as session:
        assert [one.by for one in errands.of_account(session, receiver.account)] == ["814860"]


def test_wrong_because_is_kept(receiver: Receiver, kept: Kept) -> None:
    body = {"component_id": "choice", "input_values": {"choice": "wrong:d1|outdated"}}
    assert "Deskhand learns from it" in texts(ask(receiver, "canvas/submit", body))
    with receiver.services.database.reading() as session:
        assert [(o.kind, o.reason) for o in judgements.about(session, kept.ticket, "d1")] == [("wrong", "outdated")]


@pytest.mark.parametrize("press", ["merge:d1", "share:", "wrong:other|fact", "wrong:d1|because", "approve", "x" * 400])
def test_a_press_that_means_nothing_changes_nothing(receiver: Receiver, kept: Kept, press: str) -> None:
    assert "A draft is ready" in texts(ask(receiver, "canvas/submit", {"component_id": press}))
    assert presses(receiver) == []


def test_a_conversation_that_was_never_read_can_be_asked_for(receiver: Receiver, kept: Kept) -> None:
    other = {"conversation": {"id": "999"}}
    assert "Not read yet" in texts(ask(receiver, "canvas/initialize", other))
    assert "being read" in texts(ask(receiver, "canvas/submit", {**other, "component_id": "look"}))
    assert len(receiver.bells.rung) == 1


@pytest.mark.parametrize("action", ["initialize", "submit", "health", "uninstall"])
def test_nobody_else_is_heard(receiver: Receiver, kept: Kept, action: str) -> None:
    assert ask(receiver, f"canvas/{action}", secret="another").status_code == 401
    assert ask(receiver, f"{kept.connection}/canvas/{action}", {"workspace_id": "other"}, "another").status_code == 401
    with receiver.services.database.reading() as session:
        assert connections.find(session, kept.connection).active


def test_where_nobody_is_connected_there_is_nothing(receiver: Receiver, kept: Kept) -> None:
    assert ask(receiver, "canvas/initialize", {"workspace_id": "unknown"}).status_code == 404
    assert ask(receiver, "nowhere/canvas/initialize").status_code == 404
    assert ask(receiver, "canvas/configure").status_code == 400
    zendesk = receiver.connect(VENDORS[0])
    assert receiver.client.post(f"/apps/zendesk/{zendesk}/canvas/initialize", data=b"{}").status_code == 404


def test_health_says_why_nothing_is_done(receiver: Receiver, kept: Kept) -> None:
    assert ask(receiver, "canvas/health").json == {"state": "OK"}
    with receiver.services.database.session() as session:
        connections.pause(session, kept.connection, "its login is refused")
    told = ask(receiver, "canvas/health").json
    assert (told["state"], told["message"]) == ("UNHEALTHY", "its login is refused")


def test_an_app_that_is_removed_there_does_no_more_here(receiver: Receiver, kept: Kept) -> None:
    assert ask(receiver, "canvas/uninstall").status_code == 200
    with receiver.services.database.reading() as session:
        assert not connections.find(session, kept.connection).active
        assert [one.kind for one in problems.newest(session)] == ["disconnected"]


def test_it_asks_the_database_a_few_things_whatever_is_kept(receiver: Receiver, kept: Kept) -> None:
    """Intercom asks each time that somebody opens a conversation. How long that takes is measured by the sidebar's bench."""
    ask(receiver, "canvas/initialize")
    said: list[str] = []
    event.listen(receiver.services.database.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    ask(receiver, "canvas/initialize")
    assert 0 < len(said) <= 20


def test_what_is_only_watched_is_kept_from_people(receiver: Receiver) -> None:
    keep(receiver, receiver.connect(INTERCOM), decided(Mode.SHADOW, "The secret draft."))
    for press in ("", "more"):
        assert "secret" not in texts(ask(receiver, "canvas/submit", {"component_id": press} if press else {}))


def test_of_two_connections_to_one_workspace_the_one_whose_secret_signed_is_meant(receiver: Receiver) -> None:
    """An app of another's in the same workspace, or our own before its secret was changed."""
    receiver.connect(INTERCOM, client_secret="another-secret")
    keep(receiver, receiver.connect(INTERCOM), decided(Plan="gold"))
    assert "A draft is ready" in texts(ask(receiver, "canvas/initialize"))
    assert ask(receiver, "canvas/initialize", secret="nobody's").status_code == 401
