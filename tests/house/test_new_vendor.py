"""Adding a vendor: a folder of its own and one line. Tried on a copy of the project."""

import difflib
import json
import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from tests.house.source import PACKAGES, ROOT

FRESHDESK = '''
"""A vendor made up for this test, in one file: signed by a shared word, one event a body."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from connectors import signing
from connectors.base import Answer, Answers, Connection, Setting
from connectors.errors import BadPayload, BadSignature, Unsupported
from connectors.types import Change, Event, EventKind, Inbound, Receipt, Ref, Ticket


class Freshdesk:
    """Hears, and can write nothing."""

    name: ClassVar[str] = "freshdesk"
    settings: ClassVar = (Setting("api_key", "The key.", secret=True), Setting("agent_id", "Us.", pattern="[0-9]+"))
    supports: ClassVar[frozenset[type[Change]]] = frozenset()
    answers: ClassVar[Answers] = Answers(accepted=Answer(202))

    def __init__(self, connection: Connection) -> None:
        self._key = connection.secrets["api_key"]

    def check(self) -> Mapping[str, str]:
        """Nobody to ask."""
        return {}

    def receive(self, request: Inbound) -> Iterable[Event]:
        """One event."""
        if not signing.same(signing.mac(self._key, request.body, "sha256").hex(), request.headers.get("x-freshdesk", "")):
            raise BadSignature("x-freshdesk")
        try:
            body = json.loads(request.body)
            return [Event(body["delivery"], EventKind.MESSAGE, Ref(body["ticket"]), request.at)]
        except (ValueError, KeyError, TypeError) as error:
            raise BadPayload("ticket", "the ticket's id") from error

    def ticket(self, ref: Ref) -> Ticket:
        """None here."""
        raise Unsupported("made up")

    def apply(self, ref: Ref, changes: Sequence[Change], *, key: str, expect: str | None = None, since: datetime | None = None) -> Receipt:
        """Nothing can be written."""
        raise Unsupported("made up")
'''
KNOCK = """
import hashlib, hmac, json, sys
from app.services import Services
from app.settings import Settings
from app.web import create_app
settings = Settings.load()
services = Services(settings)
body = json.dumps({"delivery": "d1", "ticket": "7"}).encode()
sign = hmac.new(b"hunter2", body, hashlib.sha256).hexdigest()
client = create_app(settings, services).test_client()
print([client.post(sys.argv[1], data=body, headers={"x-freshdesk": s}).status_code for s in (sign, "wrong")])
"""


@pytest.fixture
def project(tmp_path):
    """A copy of the packages, where a vendor was added."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path / "connectors" / "freshdesk"
    folder.mkdir()
    (folder / "__init__.py").write_text(textwrap.dedent(FRESHDESK).lstrip())
    registry = tmp_path / "connectors" / "registry.py"
    line = '    "freshdesk": "connectors.freshdesk:Freshdesk",\n'
    registry.write_text(registry.read_text().replace("_LINES = {\n", "_LINES = {\n" + line))
    return tmp_path


def run(project, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(project), "DESKHAND_DATA_DIR": str(project / "data")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def test_one_line_is_added_to_what_was_there(project):
    changed = []
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            before, after = file.read_text(), (project / file.relative_to(ROOT)).read_text()
            changed += [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert len(changed) == 1


def test_it_can_be_connected_and_its_webhooks_are_taken(project):
    (project / "shop.yaml").write_text(
        "service: Shop\nclassification:\n  categories:\n    - name: billing\n      keywords: [invoice]\n"
    )
    assert run(project, "-m", "app", "account", "add", "acme", "--config", "shop.yaml").returncode == 0
    wrong = run(
        project, "-m", "app", "connect", "freshdesk", "--account", "acme", "--api-key", "hunter2", "--agent-id", "x"
    )
    assert (wrong.returncode, "--agent-id" in wrong.stderr) == (2, True)
    arguments = ["--account", "acme", "--api-key", "hunter2", "--agent-id", "7", "--json"]
    connected = run(project, "-m", "app", "connect", "freshdesk", *arguments)
    assert connected.returncode == 0, connected.stderr
    path = json.loads(connected.stdout)["webhook_path"]
    knocked = run(project, "-c", KNOCK, path)
    assert knocked.stdout.strip() == "[202, 401]", knocked.stderr
