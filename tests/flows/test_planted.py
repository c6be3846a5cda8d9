"""A secret and a customer's words are planted, things go wrong, and every place is looked into where they could be left behind."""

import base64
import io
import json
import logging
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import logs
from app.cli import connect
from app.cli.running import PROGRAMS
from app.db.database import Database
from app.errors import DatabaseDown
from app.queue import Work
from app.settings import Settings
from connectors.registry import BACKENDS, HELPDESKS
from jobs import reconcile, worker
from tests.flows.stage import Stage
from tests.flows.test_queue import broker  # noqa: F401  # a fixture
from tests.web.conftest import open_receiver

SECRET = "zd-token-PLANTED-0815"
WORDS = "my card is 4111111111111111 and my name is Planted"
BOTH = (SECRET, WORDS, "4111111111111111", "PLANTED", "Planted")


def clean(told: str) -> bool:
    return not [one for one in BOTH if one in told]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Every line of every logger, at the loudest level."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    logs.set_up("DEBUG", stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)


def test_what_a_failed_job_leaves_in_redis_and_in_the_log(
    broker: str,  # noqa: F811
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    connection, _ = stage.connect("desk")

    def broken(*_: object) -> None:
        raise RuntimeError(f"{WORDS} with {SECRET}")

    monkeypatch.setattr(reconcile, "_guarded", broken)
    stage.services.work = Work(broker)
    stage.services.work.reconcile(connection)
    worker.build(stage.services).work(burst=True, logging_level="DEBUG")
    with Redis.from_url(broker) as redis:
        kept = {key.decode(): dumped(redis, key) for key in redis.scan_iter("*")}
    assert any("rq:job:" in key for key in kept), "the job can be looked at"
    told = json.dumps(kept)
    assert "RuntimeError at" in told and "reconcile.py" in told, "and says where it failed"
    assert clean(told)
    assert '"event": "job.failed"' in logged.getvalue() and clean(logged.getvalue())


def dumped(redis: Redis, key: bytes) -> str:
    """Whatever stands there, packed or not."""
    kind = redis.type(key).decode()
    read = {
        "string": lambda: [redis.get(key)],
        "hash": lambda: [part for pair in redis.hgetall(key).items() for part in pair],
        "list": lambda: redis.lrange(key, 0, -1),
        "set": lambda: list(redis.smembers(key)),
        "zset": lambda: redis.zrange(key, 0, -1),
        "stream": lambda: [part for _, values in redis.xrange(key) for pair in values.items() for part in pair],
    }[kind]()
    return "\n".join(unpacked(part) for part in read)


def unpacked(part: bytes) -> str:
    """RQ packs some of it with zlib, and base64 around that."""
    for unwrap in (base64.b64decode, bytes):
        try:
            return zlib.decompress(unwrap(part)).decode("utf-8", "replace")
        except (zlib.error, ValueError):
            continue
    return part.decode("utf-8", "replace")


def test_what_a_database_says_of_a_statement_that_failed(tmp_path: Path, logged: io.StringIO) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.session() as session:
        session.execute(text("create table note (words text not null check (length(words) < 5))"))
    with pytest.raises(IntegrityError) as caught, database.session() as session:
        session.execute(text("insert into note (words) values (:words)"), {"words": WORDS})
    assert clean(str(caught.value))
    database.dispose()
    away = Database(f"postgresql://nobody:{SECRET}@127.0.0.1:1/none")
    with pytest.raises(DatabaseDown) as gone, away.session() as session:
        session.execute(text("select 1"))
    assert clean(str(gone.value)) and clean(repr(away.engine)) and clean(repr(away))
    assert clean(logged.getvalue())


def test_what_a_page_says_of_a_mistake_and_the_log_of_its_address(prepared: Settings) -> None:
    receiver = open_receiver(prepared)
    app = receiver.client.application
    app._got_first_request = False

    @app.route("/broken/<token>", methods=["GET", "POST"], endpoint="broken")
    def broken(token: str) -> str:
        raise RuntimeError(f"{WORDS} {token}")

    answer = app.test_client().post(
        f"/broken/{SECRET}?q={SECRET}", data={"text": WORDS}, headers={"Authorization": SECRET}
    )
    assert (answer.status_code, answer.text) == (500, "500\n")
    logged = receiver.log.getvalue()
    assert '"event": "request.crashed"' in logged and '"route": "broken"' in logged
    assert clean(logged) and clean(str(answer.headers))
    receiver.services.dispose()


CRASHES = """
import sys, threading
from app import logs
from app.hardening import harden
harden()
logs.set_up()
{what}
"""
IN_A_THREAD = "def go():\n    raise RuntimeError(sys.argv[1])\nt = threading.Thread(target=go); t.start(); t.join()"


@pytest.mark.parametrize("what", ["raise ValueError(sys.argv[1])", IN_A_THREAD], ids=["process", "thread"])
def test_what_a_process_says_when_it_dies(what: str) -> None:
    command = [sys.executable, "-c", CRASHES.format(what=what), f"{WORDS} {SECRET}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "process.crashed" in ended.stderr and "Error at" in ended.stderr
    assert clean(ended.stderr + ended.stdout)


LOOKS = """
import ctypes, resource, sys
sys.argv = ["deskhand", *sys.argv[1:]]
try:
    {what}
except SystemExit:
    pass
print("found", resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
KINDS = {
    "command line": "import app.cli; app.cli.main()",
    "web": "import app.web; app.web.create_app()",
    "worker": "from app.process import prepared; prepared('worker')",
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
@pytest.mark.parametrize("kind", KINDS)
def test_no_process_of_ours_leaves_its_memory_to_anybody(kind: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOOKS.format(what=KINDS[kind]), "--version"]
    environ = {"DESKHAND_DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environ)
    assert ended.stdout.splitlines()[-1] == "found (0, 0) 0", ended.stderr


def test_every_program_of_ours_begins_there() -> None:
    """What ``deskhand up`` starts goes through ``prepared`` or the command line, which both harden."""
    begun = {"gunicorn": "app/web/__init__.py", "jobs.worker": "jobs/worker.py", "jobs.clock": "jobs/clock.py"}
    root = Path(__file__).parents[2]
    for program in PROGRAMS.values():
        assert "prepared(" in (root / begun[program[0]]).read_text("utf-8")


def test_a_secret_can_be_given_without_standing_in_the_process_list() -> None:
    """Every secret of every vendor has a way in by a file and by the environment."""
    for vendor, kind in {**HELPDESKS, **BACKENDS}.items():
        command = connect._command(vendor, kind)
        assert "--secret-file" in {option for one in command.params for option in one.opts}
        secret = {one.name for one in kind.settings if one.secret}
        assert secret <= set(connect._variables(vendor, kind))
