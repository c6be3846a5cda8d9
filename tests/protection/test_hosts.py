"""What is asked of a host when somebody approved that: the calls of its own documents, for customers alone."""

from typing import Any

import pytest

from app.db.rights import State
from app.rights import erasing
from connectors.errors import NotFound, Refused
from connectors.intercom import erasing as intercom
from connectors.zendesk import erasing as zendesk
from tests.flows.played import Desk as PlayedDesk
from tests.protection.test_erasing import MAIL, Desk, desk

__all__ = ["desk"]


class Client:
    """Some people at a host, and what was asked of it."""

    def __init__(self, *people: dict[str, Any]) -> None:
        self.people, self.asked = people, []

    def users_named(self, email: str) -> list[dict[str, Any]]:
        return [one for one in self.people if email.split("@", maxsplit=1)[0] in one["email"]]

    contacts_by_email = users_named

    def user(self, id: int) -> dict[str, Any]:
        return self.contact(str(id))

    def contact(self, id: str) -> dict[str, Any]:
        found = next((one for one in self.people if str(one["id"]) == id), None)
        if found is None:
            raise NotFound("nobody")
        return found

    def send(self, method: str, path: str) -> None:
        self.asked.append((method, path))

    def delete_contact(self, id: str) -> None:
        self.asked.append(("DELETE", f"contacts/{id}"))


ANA = {"id": 7, "email": "ana@customer.example", "role": "end-user"}
NEAR = {"id": 8, "email": "ana@customer.example.com", "role": "end-user"}


def test_at_zendesk_a_user_is_deleted_and_then_for_good() -> None:
    client = Client(ANA, NEAR)
    assert zendesk.erase(client, ["Ana@customer.example", "7"])  # type: ignore[arg-type]
    assert client.asked == [("DELETE", "users/7.json"), ("DELETE", "deleted_users/7.json")]


def test_at_zendesk_nobody_of_the_team_is_touched_and_nobody_is_nobody() -> None:
    client = Client({**ANA, "role": "agent"})
    with pytest.raises(Refused):
        zendesk.erase(client, ["7"])  # type: ignore[arg-type]
    assert not zendesk.erase(client, ["9", "p-ana", "else@customer.example"])  # type: ignore[arg-type]
    assert client.asked == []


def test_at_intercom_a_contact_is_deleted() -> None:
    client = Client(ANA, NEAR)
    assert intercom.erase(client, ["ana@customer.example", "7", "unknown"])  # type: ignore[arg-type]
    assert client.asked == [("DELETE", "contacts/7")]
    assert not intercom.erase(client, ["nobody@else.example"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("approved", "state"), [(False, State.HOST), (True, State.DONE)])
def test_the_host_is_asked_only_when_somebody_approved_that(
    desk: Desk, approved: bool, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(PlayedDesk, "erase", lambda self, people: asked.append(people) or True, raising=False)
    done = erasing.go_on(desk.services, desk.ask(in_host=approved))
    assert done.state is state
    assert [MAIL in one for one in asked] == ([True] if approved else [])
    assert [one["state"] for one in done.proof["host"].values()] == (["erased"] if approved else ["not approved"])
