"""What the doctor sees of how an installation is watched: figures, traces, lines, and the ways by which people are told."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app import pulse
from app.cli.doctor import keys, watching
from app.db import accounts
from app.services import Services
from app.settings import Settings
from tests.builders import NOON
from tests.cli.conftest import CONFIGURATION
from tests.doubles.collector import collecting
from tests.notices.sinks import mail

CONTACTS = "contacts: {oncall: {email: ops@shop.example, pager: true}, lead: {email: lead@shop.example}}\n"


@pytest.fixture
def nobody() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web(token: str) -> Iterator[int]:
    """A web that tells its figures to whoever shows the token; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.headers.get("Authorization") == f"Bearer {token}" else 403)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def runs_here(settings: Settings) -> None:
    folder = pulse.folder(settings.data_dir)
    folder.mkdir()
    sign = pulse.Sign("web", os.getpid(), time.time(), time.time() + 60)
    (folder / f"web-{socket.gethostname()[:40]}-{os.getpid()}.json").write_text(json.dumps(vars(sign)))


def test_figures_that_are_told_to_others_than_was_meant(prepared: Settings, nobody: int) -> None:
    assert "no web runs here" in watching.figures(prepared).text
    runs_here(prepared)
    with web("right") as port:
        here = replace(prepared, port=port, host="0.0.0.0", metrics_token="right")
        assert (watching.figures(here).well, watching.figures(here).text) == (True, "told to whoever shows the token")
        wrong = watching.figures(replace(here, metrics_token="other"))
    assert (wrong.well, wrong.text) == (False, "the web's /metrics answers 403")
    assert "DESKHAND_METRICS_TOKEN" in wrong.remedy
    assert "does not answer" in watching.figures(replace(prepared, port=nobody)).text


def test_a_collector_that_is_away(nobody: int) -> None:
    assert watching.traces("").mark == "well"
    with collecting() as there:
        assert watching.traces(there.url).mark == "well"
    gone = watching.traces(f"http://user:secret@127.0.0.1:{nobody}")
    assert gone.mark == "read"
    assert gone.text.startswith(f"127.0.0.1:{nobody} does not answer")
    assert watching.traces("http://127.0.0.1:port").mark == "read"


def test_ways_that_a_configuration_counts_on_and_nobody_set_up(prepared: Settings, tmp_path, nobody: int) -> None:
    services = Services(replace(prepared, log_files=(tmp_path,)))
    assert {one.mark for one in watching.told(services)} == {"well"}
    with services.database.session() as session:
        one = accounts.add(session, "shop", NOON)
        accounts.add(session, "without a configuration", NOON)
        accounts.configure(session, one.id, "shop.yaml", CONFIGURATION + CONTACTS, NOON)
    found = {one.what: one for one in watching.told(services)}
    services.dispose()
    assert {what: one.mark for what, one in found.items()} == {"logs": "well", "mail": "read", "pager": "read"}
    assert (found["mail"].remedy, found["mail"].text[:10]) == ("set DESKHAND_SMTP_URL", "2 contacts")
    assert "DESKHAND_PAGER_URL" in found["pager"].remedy
    with mail() as server:
        assert watching.mail(replace(prepared, smtp_url=server.url), 2).text.endswith("takes our login")
        assert server.got == []
    gone = watching.mail(replace(prepared, smtp_url=f"smtp://me:hunter2@127.0.0.1:{nobody}"), 0)
    assert (gone.well, "hunter2" in str(gone), "DESKHAND_SMTP_URL" in gone.remedy) == (False, False, True)


@pytest.mark.parametrize(
    ("data", "kept", "mark"),
    [
        ("sqlite:////d/deskhand.db", "", "well"),
        ("postgresql://d@db/deskhand", "", "read"),
        ("postgresql://d@db/deskhand", "postgresql://k@db:5432/keys", "read"),
        ("postgresql://d@db/deskhand", "postgresql://k@vault/keys", "well"),
        ("postgresql://d@db/deskhand", "sqlite:////keys/keys.db", "well"),
    ],
)
def test_keys_that_are_copied_with_the_data_they_open(prepared: Settings, data: str, kept: str, mark: str) -> None:
    found = keys.store(replace(prepared, database_url=data, keys_url=kept))
    assert found.mark == mark
    assert (mark == "read") == ("docs/data-protection.md" in found.remedy)
