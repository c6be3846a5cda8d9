"""The three vendors played with our app at each of them, and somebody who is signed in with us."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml

from app.db import connections
from app.db.connections import Installed
from app.sandbox.intercom import IntercomHost
from app.sandbox.intercom.oauth import CLIENT
from app.sandbox.server import Served, application
from app.sandbox.slack import SlackHost
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.settings import Settings
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.signing import Browser, SignsIn, browsers

SIGNING = "the-signing-secret"


@dataclass
class Town:
    """The three vendors, our app at each of them, and who is signed in with us."""

    world: World
    zendesk: ZendeskHost
    intercom: IntercomHost
    slack: SlackHost
    receiver: Receiver
    sign_in: SignsIn

    def off(self, browser: Browser, vendor: str, place: str = "") -> str:
        """Press the button; the consent page's address."""
        answer = browser.post(f"/app/install/{vendor}", {"place": place})
        return self.leaving(answer)

    def leaving(self, answer: Any) -> str:
        """Where that page sends the browser."""
        assert answer.status_code == 200, answer.text
        return unescape(answer.text.partition('content="0;url=')[2].partition('"')[0])

    def agreed(self, address: str) -> str:
        """Agree there; the way back to us, as path and query."""
        back = urlsplit(requests.get(address, allow_redirects=False, timeout=60).headers["Location"])
        return f"{back.path}?{back.query}"

    def installed(self) -> list[Installed]:
        with self.receiver.services.database.reading() as session:
            return connections.every(session)

    def secrets(self) -> dict[str, str]:
        [one] = self.installed()
        return self.receiver.services.vault.open(one.sealed, place=one.id)


PLACES = {"zendesk": "acme", "intercom": "us", "slack": ""}


@pytest.fixture
def town(prepared: Settings, tmp_path: Path) -> Iterator[Town]:
    world = World()
    zendesk, intercom, slack = ZendeskHost(world), IntercomHost(world), SlackHost(world)
    with Served(application(world, [zendesk, intercom, slack])) as base:
        zendesk_app = {"client_id": zendesk.oauth.client_id, "client_secret": zendesk.oauth.client_secret}
        slack_app = {"client_id": slack.slack.client[0], "client_secret": slack.slack.client[1]}
        told = {
            "zendesk": {**zendesk_app, "base_url": f"{base}/zendesk", "marketplace_name": "Deskhand"},
            "intercom": {"client_id": CLIENT[0], "client_secret": CLIENT[1], "base_url": f"{base}/intercom"},
            "slack": {**slack_app, "signing_secret": SIGNING, "base_url": f"{base}/slack"},
        }
        file = tmp_path / "apps.yaml"
        file.write_text(yaml.safe_dump(told))
        receiver = open_receiver(replace(prepared, apps_file=file))
        yield Town(world, zendesk, intercom, slack, receiver, browsers(receiver))
        receiver.services.dispose()
    for outgoing in world.outgoing:
        outgoing.close()
