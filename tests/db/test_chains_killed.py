"""A sealer that is killed by signal, again and again, on both databases: each row gets one place, and the chain is whole."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import chains, trail
from app.db.database import Database
from app.db.trail import Entry, What
from app.engine.chain import Walk
from app.engine.signatures import Signer
from tests.builders import NOON
from tests.server import schema
from tests.tables import laid

ROWS = 200
SIGNER = Signer([b"k" * 32])
SEALER = """
import sys
from datetime import UTC, datetime
from app.db import chains
from app.db.database import Database
from app.engine.signatures import Signer
database, signer = Database(sys.argv[1]), Signer([b"k" * 32])
print("on", flush=True)
while True:
    with database.session() as session:
        done = chains.seal(session, "a", signer, datetime.now(UTC), limit=3)
    print(done, flush=True)
"""

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", pytest.param("server", marks=pytest.mark.servers)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = schema("killed_test") if request.param == "server" else f"sqlite:///{tmp_path / 'deskhand.db'}"
    database = laid(Database(url))
    yield database
    database.dispose()


def test_a_sealer_that_is_killed_anywhere_leaves_a_whole_chain(store: Database) -> None:
    with store.session() as session:
        trail.record_all(session, "a", (Entry(What.DECIDED, str(n), at=NOON) for n in range(ROWS)))
    for kill in range(3):
        sealers = [_begun(store.url) for _ in range(2)]
        for sealer in sealers:
            for _ in range(1 + 4 * kill):
                assert sealer.stdout is not None
                sealer.stdout.readline()
            sealer.send_signal(signal.SIGKILL)
            sealer.communicate()
        assert _whole(store)
    while _sealed(store):
        pass
    assert _whole(store)
    with store.reading() as session:
        assert chains.lag(session)[0] == 0
        assert len(list(chains.links(session, "a"))) == ROWS


def _begun(url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", SEALER, url], stdout=subprocess.PIPE, text=True)


def _sealed(store: Database) -> int:
    with store.session() as session:
        return chains.seal(session, "a", SIGNER, NOON)


def _whole(store: Database) -> bool:
    with store.reading() as session:
        return Walk().verified(chains.links(session, "a"), chains.signed_end(session, "a", SIGNER)).fault is None
