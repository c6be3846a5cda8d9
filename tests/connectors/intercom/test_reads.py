"""What is read besides the conversation, and what a missing permission leaves of it."""

import logging
from datetime import timedelta

import pytest

from app.sandbox.world import Fault
from connectors.base import HasArticles, Prepares, TellsChanged
from connectors.errors import NotFound, RateLimited, Refused, Unavailable, Unsupported
from connectors.types import Note, OpenTicket, Person, Reply, Role
from tests.connectors.intercom.stage import CHANGES, IntercomStage


def test_the_extras_are_there(stage: IntercomStage) -> None:
    assert isinstance(stage.connector, TellsChanged)
    assert isinstance(stage.connector, HasArticles)
    assert isinstance(stage.connector, Prepares)


def test_the_version_is_pinned_and_bodies_come_as_text(stage: IntercomStage) -> None:
    stage.host.door.default_version = (2, 16)
    found = stage.connector.ticket(stage.ref)
    assert found.assignee == ""
    assert found.messages[0].text == "My invoice is wrong.\nCan you help?"


def test_the_customers_page_and_company(stage: IntercomStage) -> None:
    requester = stage.connector.ticket(stage.ref).requester
    assert (requester.name, requester.email, requester.role) == ("Casey Jones", "casey@example.com", Role.CUSTOMER)
    assert requester.facts == {"vip": True, "organisation": "Acme", "plan": "gold", "monthly_spend": 0, "role": "user"}


@pytest.mark.parametrize("status", [403, 404, 422])
@pytest.mark.parametrize(("path", "left"), [("/contacts/[^/]+$", set()), ("/companies$", {"vip", "role"})])
def test_a_ticket_does_not_hang_on_them(
    stage: IntercomStage, caplog: pytest.LogCaptureFixture, path: str, left: set[str], status: int
) -> None:
    caplog.set_level(logging.WARNING)
    stage.world.faults.order(Fault("status", method="GET", path=path, status=status))
    found = stage.connector.ticket(stage.ref)
    assert set(found.requester.facts) == left
    assert found.requester.email == "casey@example.com"
    assert [record.message for record in caplog.records] == ["intercom.unread"]


@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (503, Unavailable)])
def test_what_passes_is_waited_for(stage: IntercomStage, status: int, error: type[Exception]) -> None:
    stage.world.faults.order(Fault("status", method="GET", path="/contacts/", status=status))
    with pytest.raises(error):
        stage.connector.ticket(stage.ref)


def test_check_says_who_and_where(stage: IntercomStage) -> None:
    found = stage.connector.check()
    assert (found["user_id"], found["account"], found["region"]) == ("814860", "pl4y3d1d", "us")


def test_check_finds_the_wrong_workspace(stage: IntercomStage) -> None:
    stage.host.people._app_id = "an0ther"
    with pytest.raises(Refused, match="an0ther"):
        stage.connector.check()


def test_what_changed_is_found_over_several_pages(stage: IntercomStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.intercom.client.PAGE", 2)
    stage.world.clock.advance(3600)
    since = stage.world.clock.now()
    tickets = {stage.host.customer_writes(f"c{n}@example.com", "Hello") for n in range(5)}
    found = list(stage.connector.changed(since))
    assert {event.ref.id for event in found if event.ref} == tickets
    assert len({event.delivery for event in found}) == 5
    assert [event.delivery for event in stage.connector.changed(since)] == [event.delivery for event in found]


def test_a_further_update_is_a_further_delivery(stage: IntercomStage) -> None:
    since = stage.world.clock.now()
    before = {event.delivery for event in stage.connector.changed(since)}
    stage.world.clock.advance(5)
    stage.host.customer_writes("casey@example.com", "More", ticket=stage.ref.id)
    assert before.isdisjoint(event.delivery for event in stage.connector.changed(since))


def test_articles_with_internal_ones_restricted(stage: IntercomStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.intercom.client.PAGE", 2)
    for n in range(3):
        stage.host.article(f"Guide {n}", "<p>Do this.</p>")
    stage.host.article("Draft", "<p>x</p>", state="draft")
    stage.host.article("Runbook", "<p>Inside.</p>", internal=True)
    found = {article.title: article for article in stage.connector.articles(None)}
    assert sorted(found) == ["Guide 0", "Guide 1", "Guide 2", "Runbook"]
    assert [title for title, article in found.items() if article.restricted] == ["Runbook"]
    assert found["Guide 1"].text == "Do this."
    later = stage.world.clock.now() + timedelta(days=1)
    assert list(stage.connector.articles(later)) == []


@pytest.mark.parametrize("status", [403, 404])
def test_a_plan_without_internal_articles(stage: IntercomStage, status: int) -> None:
    stage.host.article("Guide", "<p>Do this.</p>")
    stage.world.faults.order(Fault("status", method="GET", path="internal_articles", status=status))
    assert [article.title for article in stage.connector.articles(None)] == ["Guide"]


def test_attributes_that_exist_and_that_are_missing(stage: IntercomStage) -> None:
    wanted = {"deskhand_category": "Category", "deskhand_new": "New"}
    found = stage.connector.prepare(wanted)
    assert found == stage.connector.prepare(wanted)
    assert found["deskhand_category"]
    assert found["deskhand_new"] == ""


def test_attributes_are_made_where_the_api_can_and_twice_changes_nothing(stage: IntercomStage) -> None:
    stage.host.people.modern = True
    wanted = {"deskhand_category": "Category", "deskhand_new": "New", "deskhand_due": "Due"}
    found = stage.connector.prepare(wanted)
    assert all(found.values())
    assert stage.connector.prepare(wanted) == found
    assert len([call for call in stage.host.door.calls if call.path == "/conversations/attributes"]) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_an_attribute_that_may_not_be_made_is_left_to_people(stage: IntercomStage, status: int) -> None:
    stage.host.people.modern = True
    stage.world.faults.order(Fault("status", method="POST", path="conversations/attributes", status=status))
    assert stage.connector.prepare({"deskhand_new": "New"}) == {"deskhand_new": ""}


def test_a_workspace_that_does_not_list_them(stage: IntercomStage) -> None:
    stage.world.faults.order(Fault("status", method="GET", path="data_attributes", status=422))
    assert stage.connector.prepare({"deskhand_category": "Category"}) == {}


def test_a_ticket_is_opened_for_a_new_customer_and_for_a_nameless_one(stage: IntercomStage) -> None:
    new = OpenTicket("Help", "It is **broken**", Person("U1", Role.CUSTOMER, "Kim", "kim@example.com"))
    nameless = OpenTicket("", "Hm", Person("U2", Role.CUSTOMER))
    for key, change in (("k1", new), ("k2", nameless)):
        (ticket,) = stage.connector.apply(stage.ref, [change], key=key).refs
        view = next(view for view in stage.host.views() if view.id == ticket)
        assert view.messages[0]["role"] == "customer"
        assert [message["kind"] for message in view.messages] == ["public"]
    roles = [contact.role for contact in stage.host.workspace.contacts.values()]
    assert roles == ["user", "user", "user"]


def test_where_it_began_is_told_to_the_team_only(stage: IntercomStage) -> None:
    change = CHANGES[OpenTicket]
    (ticket,) = stage.connector.apply(stage.ref, [change], key="k").refs
    view = next(view for view in stage.host.views() if view.id == ticket)
    opening, note = view.messages
    assert "slack.com" not in opening["text"]
    assert (note["kind"], "https://acme.slack.com/archives/C1/p1" in note["html"]) == ("note", True)


def test_opening_is_a_batch_of_its_own(stage: IntercomStage) -> None:
    with pytest.raises(Unsupported):
        stage.connector.apply(stage.ref, [CHANGES[OpenTicket], Note("N")], key="k")
    with pytest.raises(Unsupported):
        stage.connector.apply(stage.ref, [Note("N"), CHANGES[OpenTicket]], key="k")
    assert stage.seen(Note("N")) == 0


def test_a_deleted_conversation_is_gone_for_good(stage: IntercomStage) -> None:
    revision = stage.connector.ticket(stage.ref).revision
    stage.remove()
    with pytest.raises(NotFound):
        stage.connector.ticket(stage.ref)
    with pytest.raises(NotFound):
        stage.connector.apply(stage.ref, [Reply("R")], key="k", expect=revision)
