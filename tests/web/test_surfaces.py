"""Pages of ours in Slack's own windows, over HTTP both ways: the played Slack knocks at our one door, and our web shows it something."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import yaml

from app.db import connections
from app.db.connections import Installed
from app.db.models.event import EventRow
from app.db.models.ticket import TicketRow
from app.sandbox.server import Served, application
from app.sandbox.slack import SlackHost
from app.sandbox.slack.state import APP, BOT, BOT_USER, CUSTOMERS, HOME, HOME_ORGANISATION, NOTES
from app.sandbox.world import Fault, World
from connectors.base import Connection
from connectors.slack import Slack
from connectors.types import Note, Ref
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.settled import decide, publish

SECRET = "the-signing-secret"
LINK = "https://desk.example.com/app/signin/"


@dataclass
class Window:
    """The played Slack, our web, and one installation between them."""

    host: SlackHost
    receiver: Receiver
    connection: str
    ref: Ref
    base: str

    @property
    def views(self) -> list[dict[str, Any]]:
        assert self.host.slack.world.idle(60.0)
        return self.host.slack.views

    def decided(self, draft: str = "Two days.") -> str:
        """A draft for the thread; gives its decision's id."""
        made = decide(self.receiver, 1, draft=draft)
        with self.receiver.services.database.session() as session:
            row = session.get(TicketRow, "ticket-1")
            row.connection_id, row.ref = self.connection, self.ref.id
        return made

    def events(self) -> list[EventRow]:
        assert self.host.slack.world.idle(60.0)
        with self.receiver.services.database.reading() as session:
            return list(session.query(EventRow).order_by(EventRow.id))


ORG = pytest.mark.parametrize("window", [False, True], ids=["workspace", "organisation"], indirect=True)


@pytest.fixture
def window(prepared, tmp_path, request) -> Iterator[Window]:
    org = getattr(request, "param", False)
    host = SlackHost(World(), org=org, patience=60.0)
    with Served(application(host.slack.world, [host])) as base:
        file = tmp_path / "apps.yaml"
        file.write_text(yaml.safe_dump({"slack": {"client_id": "x", "client_secret": "y", "signing_secret": SECRET}}))
        receiver = open_receiver(replace(prepared, apps_file=file, public_url="https://desk.example.com"))
        publish(receiver)
        settings = {"team_id": HOME_ORGANISATION if org else HOME, "user_id": BOT_USER, "bot_id": BOT, "app_id": APP}
        settings |= {"enterprise_id": HOME_ORGANISATION, "sister_teams": HOME} if org else {}
        id = connections.new_id()
        sealed = receiver.services.vault.seal({"bot_token": "xoxb-sandbox", "signing_secret": SECRET}, place=id)
        with receiver.services.database.session() as session:
            new = Installed(id, receiver.account, "slack", f"{base}/slack", settings, sealed)
            connections.add(session, new, receiver.services.database.now(session))
        with Served(receiver.client.application) as web:
            host.hook(f"{web}/webhooks/slack", SECRET)
            ref = Ref(host.customer_writes("casey@example.com", "Where is my parcel?"))
            assert host.slack.world.idle(60.0)
            yield Window(host, receiver, id, ref, f"{base}/slack")
        host.slack.world.close()
        receiver.services.dispose()


def texts(view: dict[str, Any]) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


@ORG
def test_app_home_is_the_overview_with_settings_for_the_team(window: Window) -> None:
    window.host.opens_home("Robin", admin=True)
    [view] = window.views
    assert (view["type"], view["user_id"]) == ("home", window.host.slack.person("Robin", HOME).id)
    assert "Deskhand is working." in texts(view)
    assert "order-status: assist" in texts(view)
    assert "deskhand_settings" in texts(view)
    assert window.receiver.saved() == [(window.connection, window.events()[0].delivery)]


def test_who_is_not_of_the_team_sees_nothing_of_it(window: Window) -> None:
    window.host.opens_home("Casey", team=CUSTOMERS)
    guest = window.host.slack.person("Gil", HOME)
    guest.is_guest = True
    window.host.opens_home("Gil")
    assert len(window.views) == 2
    assert all("Only members" in texts(view) and "order-status" not in texts(view) for view in window.views)


def test_settings_open_by_a_link_for_one_person_and_their_role(window: Window) -> None:
    window.host.opens_home("Robin", admin=True)
    assert window.views
    button = next(b for block in window.views[0]["blocks"] if block["type"] == "actions" for b in block["elements"])
    robin = window.host.slack.person("Robin", HOME)
    pressed = {
        "type": "block_actions",
        "user": {"id": robin.id, "team_id": HOME},
        "team": {"id": HOME},
        "enterprise": {"id": HOME_ORGANISATION},
        "api_app_id": APP,
        "trigger_id": window.host.slack.trigger(),
        "actions": [button],
    }
    window.host.sending.press(pressed)
    modal = window.views[-1]
    link = next(b["url"] for block in modal["blocks"] if block["type"] == "actions" for b in block["elements"])
    assert link.startswith(LINK)
    client = window.receiver.client
    assert client.post(f"/app/signin/{link.removeprefix(LINK)}").status_code == 303
    assert "admin" in client.get("/app/overview").text
    assert client.post(f"/app/signin/{link.removeprefix(LINK)}").status_code == 410


def test_a_message_that_nobody_looked_at_is_looked_at(window: Window) -> None:
    before = len(window.events())
    window.host.asks("Robin", window.ref.id)
    assert "looks at it now" in texts(window.views[-1])
    assert [(one.kind, one.ref) for one in window.events()[before:]] == [("changed", window.ref.id)]


def test_a_message_with_a_draft_shows_it_and_why(window: Window) -> None:
    window.decided("Two days. <!channel> *bold*")
    window.host.asks("Robin", window.ref.id)
    shown = texts(window.views[-1])
    assert "A draft waits" in shown and "Two days." in shown and "order-status (sure, 93%)" in shown
    assert "<!channel>" not in shown


@ORG
def test_a_draft_is_put_into_other_words_and_sent_as_a_press(window: Window) -> None:
    id = window.decided()
    settings = {"team_id": HOME, "notes_channel": NOTES, "user_id": BOT_USER}
    secrets = {"bot_token": "xoxb-sandbox", "signing_secret": SECRET}
    slack = Slack(Connection(window.connection, window.base, settings, secrets))
    slack.apply(window.ref, [Note("A draft.", ("share",))], key=id)
    window.host.press("Robin", window.ref.id, "edit", id)
    modal = window.views[-1]
    assert modal["callback_id"] == "deskhand_edit"
    assert "Two days." in texts(modal)
    window.host.sends("Robin", "Three days, I am afraid.")
    [click] = [one for one in window.events() if one.kind == "click"]
    assert click.ref == window.ref.id
    told = click.click
    assert (told["action"], told["value"], told["text"]) == ("share", id, "Three days, I am afraid.")


def pressed_edit(window: Window, draft: str) -> dict[str, Any]:
    id = window.decided(draft)
    settings = {"team_id": HOME, "notes_channel": NOTES, "user_id": BOT_USER}
    secrets = {"bot_token": "xoxb-sandbox", "signing_secret": SECRET}
    slack = Slack(Connection(window.connection, window.base, settings, secrets))
    slack.apply(window.ref, [Note("A draft.", ("share",))], key=id)
    window.host.press("Robin", window.ref.id, "edit", id)
    return window.views[-1]


def test_a_long_draft_is_edited_in_several_fields_and_sent_whole(window: Window) -> None:
    paragraphs = [f"Step {number}: " + "open the lid and wait. " * 20 for number in range(1, 16)]
    draft = "\n\n".join(one.strip() for one in paragraphs)
    modal = pressed_edit(window, draft)
    fields = [block for block in modal["blocks"] if block["type"] == "input"]
    assert len(draft) > 6000 and len(fields) == 3
    assert [block["label"]["text"][-6:] for block in fields] == ["1 of 3", "2 of 3", "3 of 3"]
    window.host.sends("Robin", fields[0]["element"]["initial_value"].replace("Step 1:", "First:"))
    [click] = [one for one in window.events() if one.kind == "click"]
    assert click.click["text"] == draft.replace("Step 1:", "First:")


def test_a_draft_that_no_window_takes_is_refused_with_the_way_to_the_sidebar(window: Window) -> None:
    modal = pressed_edit(window, "very long " * 3200)
    assert "too long to be edited here" in texts(modal)
    assert "submit" not in modal and not [block for block in modal["blocks"] if block["type"] == "input"]
    links = [e["url"] for block in modal["blocks"] if block["type"] == "actions" for e in block["elements"]]
    assert any("/app/sidebar/" in link for link in links)


def test_what_came_too_late_is_no_crash_and_is_not_sent_again(window: Window) -> None:
    window.host.slack.world.faults.order(Fault("status", host="slack", path="views.open", status=503))
    window.host.asks("Robin", window.ref.id)
    assert window.views == []
    assert window.host.slack.world.sent[-1].outcome.status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"type": "message_action", "callback_id": "ask_deskhand", "team": {"id": HOME}, "user": {"id": "U1"}},
        {"type": "view_submission", "view": {"callback_id": "deskhand_edit", "app_installed_team_id": HOME}},
        {"type": "block_actions", "team": {"id": HOME}, "actions": [{"action_id": "deskhand_edit", "value": "x"}]},
        {"type": "block_actions", "team": {"id": HOME}, "actions": [{"action_id": "deskhand_settings"}]},
    ],
)
def test_half_a_payload_is_no_crash(window: Window, body: dict[str, Any]) -> None:
    window.host.sending.press({**body, "enterprise": {"id": HOME_ORGANISATION}})
    assert window.views == []
    assert window.host.slack.world.sent[-1].outcome.status in (200, 400)
