"""What the operator of an installation gets, on real processes: figures, one whole trace, lines, and processes that end well."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.db import gauges
from app.db.migrations import upgrade
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from app.sandbox.zendesk import ZendeskHost
from app.services import Services
from app.settings import Settings, child_environment
from tests.doubles.collector import Collector, collecting
from tests.flows.stage import QUESTION
from tests.flows.test_processes import SECRET, _answers, _settled, connect, decisions, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
STEPS = ("webhook", "queue", "turn", "classify", "draft", "gate", "effect", "vendor.call")


@dataclass
class Town:
    """An installation on loopback, each of its processes by name."""

    host: ZendeskHost
    services: Services
    connection: str
    collector: Collector
    environment: dict[str, str]
    folder: Path
    running: dict[str, subprocess.Popen[bytes]]

    @property
    def port(self) -> int:
        return self.services.settings.port

    def start(self, name: str) -> None:
        kind = name.split(maxsplit=1)[0]
        with (self.folder / f"{kind}.log").open("ab") as log:
            command = [sys.executable, "-m", "app", kind]
            self.running[name] = subprocess.Popen(command, env=self.environment, stderr=log, stdout=log)

    def lines(self, kind: str) -> list[str]:
        return (self.folder / f"{kind}.log").read_text().splitlines()

    def end(self, name: str, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        process = self.running.pop(name)
        process.send_signal(number)
        return process.wait(seconds)

    def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + 150
        while not holds():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.05)  # between two looks at the condition

    def figures(self) -> dict[tuple[str, tuple[str, ...]], float]:
        """Every sample by its name and its labels' values, in the order of the labels' names."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as page:
            text = page.read().decode()
        return {
            (sample.name, tuple(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def close(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with ExitStack() as stack:
        settings = Settings.load({"DESKHAND_DATA_DIR": str(folder / "data"), "PORT": str(free_port())})
        settings = replace(settings, lease_seconds=10, unanswered_seconds=10)
        services = Services(settings)
        stack.callback(services.dispose)
        upgrade(services.database)
        collector = stack.enter_context(collecting())
        host = ZendeskHost(World(), "zendesk")
        base = stack.enter_context(Served(application(host.world, [host])))
        connection = connect(services, base, host)
        host.hook(f"http://127.0.0.1:{settings.port}/webhooks/zendesk/{connection}", SECRET)
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "DESKHAND_LEASE_SECONDS": "10"}
        more |= {"DESKHAND_UNANSWERED_SECONDS": "10", "DESKHAND_DRAIN_SECONDS": "20"}
        town = Town(host, services, connection, collector, child_environment(settings) | more, folder, {})
        stack.callback(town.close)
        for name in ("broker", "web", "worker", "clock"):
            town.start(name)
        town.until(lambda: _answers(settings.port))
        yield town


def test_one_ticket_is_one_trace_over_all_processes_and_holds_no_word_of_it(town: Town) -> None:
    town.host.customer_writes("ana@customer.example", QUESTION, subject="Where is it?")
    town.until(lambda: town.collector.whole(*STEPS))
    (spans,) = town.collector.whole(*STEPS).values()
    by_id = {span.id: span for span in spans}
    (root,) = (span for span in spans if not span.parent)
    assert (root.name, root.process) == ("webhook", "web")
    assert all(span.parent in by_id for span in spans if span is not root)
    assert {span.process for span in spans if span.name in STEPS[1:]} == {"worker"}
    (effect,) = (span for span in spans if span.name == "effect")
    assert {by_id[span.parent].name for span in spans if span.name == "vendor.call"} >= {"turn", "effect"}
    assert by_id[effect.parent].name == "turn"
    told = bytes(town.collector.raw)
    assert [word for word in (QUESTION, "Where is it?", "ana@", "customer.example") if word.encode() in told] == []


def test_figures_tell_of_every_process_and_of_the_ticket(town: Town) -> None:
    def there() -> bool:
        found = town.figures()
        kinds = {labels[0] for name, labels in found if name == "deskhand_processes"}
        return kinds == {"web", "worker", "clock"} and ("deskhand_visible_seconds_count", ()) in found

    town.until(there)
    found = town.figures()
    assert found["deskhand_visible_seconds_count", ()] == 1
    assert found["deskhand_visible_seconds_sum", ()] < 60
    assert found["deskhand_turns_total", ("decided",)] == 1
    assert found["deskhand_vendor_calls_total", ("200", "zendesk")] >= 2
    assert found["deskhand_step_seconds_count", ("classify",)] == 1
    assert found["deskhand_http_requests_total", ("webhooks", "zendesk", "200")] >= 1
    assert (
        found["deskhand_up", ("database",)] == found["deskhand_up", ("broker",)] == found["deskhand_clock_led", ()] == 1
    )
    assert found["deskhand_connections", ("active",)] == 1


def test_every_line_of_every_process_is_an_object_with_an_event(town: Town) -> None:
    for kind in ("web", "worker", "clock"):
        for line in town.lines(kind):
            assert {"at", "level", "event", "logger"} <= json.loads(line).keys()
    decided = [line for line in map(json.loads, town.lines("worker")) if line["event"] == "ticket.decided"]
    assert len(decided) == 1
    assert {"ticket", "connection", "trace"} <= decided[0].keys()
    assert decided[0]["trace"] in {span.trace for span in town.collector.spans}


def test_health_is_asked_without_any_server(town: Town) -> None:
    for kind in ("worker", "clock", "web"):
        ran = subprocess.run(
            [sys.executable, "-m", "app", "health", kind], env=town.environment, capture_output=True, check=False
        )
        assert (kind, ran.returncode, ran.stderr) == (kind, 0, b"")


def test_a_worker_ends_with_its_turn_and_another_goes_on(town: Town) -> None:
    town.host.world.faults.order(Fault("hang", method="GET", path="tickets/", seconds=2))
    town.host.customer_writes("bo@customer.example", QUESTION, subject="And mine?")
    town.until(lambda: not town.host.world.faults.waiting())
    begun = time.monotonic()
    assert town.end("worker") == 0
    assert time.monotonic() - begun < 60
    town.start("worker")
    town.until(lambda: _settled(town.services, town.host))


def test_a_second_request_ends_it_at_once_and_what_is_left_is_resumed(town: Town) -> None:
    town.host.world.faults.order(Fault("hang", method="GET", path="tickets/", seconds=15))
    town.host.customer_writes("cy@customer.example", QUESTION, subject="Mine too?")
    town.until(lambda: not town.host.world.faults.waiting())
    town.running["worker"].send_signal(signal.SIGTERM)
    town.until(lambda: any("worker.draining" in line for line in town.lines("worker")[-3:]))
    time.sleep(1.1)  # two requests within a second are one, as a terminal and a supervisor both pass it on
    assert town.end("worker", seconds=5) == 75
    town.start("worker")
    town.until(lambda: _settled(town.services, town.host))


def test_the_web_answers_what_it_took_and_saves_what_it_answered(town: Town) -> None:
    def knock(number: int) -> int:
        body = json.dumps({"number": number}).encode()
        address = f"http://127.0.0.1:{town.port}/webhooks/zendesk/{town.connection}"
        try:
            with urllib.request.urlopen(
                urllib.request.Request(address, data=body, method="POST"), timeout=60
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    before = len(town.host.views())
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(knock, number) for number in range(200)]
        town.until(lambda: sum(one.done() for one in answers) > 40)
        ended = town.end("web")
    found = Counter(one.result() for one in answers)
    assert ended == 0
    assert set(found) <= {0, 401, 429}, "nothing half said; who knocks so often is told to wait"
    assert found[401] + found[429] > 40
    assert before == len(town.host.views())
    town.start("web")
    town.until(lambda: _answers(town.port))


def test_a_clock_gives_up_its_lead_and_every_ticket_was_answered_once(town: Town) -> None:
    town.until(lambda: town.figures()["deskhand_clock_led", ()] == 1)
    assert town.end("clock") == 0
    with town.services.database.reading() as session:
        assert not gauges.led(session, town.services.database.now(session))
    assert Counter(len(notes) for notes in decisions(town.host).values()) == {1: 3}
    assert town.end("web", signal.SIGTERM) == 0
    assert town.end("worker", signal.SIGTERM) == 0
    signs = (town.services.settings.data_dir / "pulse").iterdir()
    assert not any(Path(f"/proc/{sign.stem.rpartition('-')[2]}").exists() for sign in signs), (
        "only who was cut left one"
    )
