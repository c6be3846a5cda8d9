import json
import os
import socket
import time

import pytest

from app import metrics, pulse
from app.errors import BrokerDown
from app.metrics import Sample
from app.pulse import Pulse, Sign


class Broker:
    """Stands in for Redis: adds up, and can be away."""

    def __init__(self) -> None:
        self.counted: dict[str, float] = {}
        self.words: dict[str, str] = {}
        self.away = False

    def tally(self, who, word, counted):
        if self.away:
            raise BrokerDown("away")
        self.words[who] = word
        for name, by in counted.items():
            self.counted[name] = self.counted.get(name, 0) + by

    def forget(self, *who):
        for one in who:
            self.words.pop(one, None)


@pytest.fixture
def broker():
    metrics.take()
    return Broker()


def figures(broker, now=None):
    return pulse.read(broker.counted, broker.words, now or time.time())[0]


def test_what_several_processes_counted_is_added_up(broker):
    for _ in range(2):
        metrics.count("webhooks.refused", 3)
        metrics.observe("deskhand_vendor_seconds", 0.02, "zendesk")
        Pulse(broker, "worker", None).tell()
    found = figures(broker)
    assert found[Sample("deskhand_webhooks", ("refused",))] == 6
    assert found[Sample("deskhand_vendor_seconds", ("zendesk",), "0.025")] == 2
    assert found[Sample("deskhand_vendor_seconds", ("zendesk",), "sum")] == pytest.approx(0.04)
    assert found[Sample("deskhand_processes", ("worker",))] == 1


def test_what_nobody_could_be_told_is_told_the_next_time_and_once(broker):
    one = Pulse(broker, "web", None)
    metrics.count("runs.retry")
    broker.away = True
    one.tell()
    assert broker.counted == {}
    broker.away = False
    one.tell()
    one.tell()
    assert figures(broker)[Sample("deskhand_runs", ("retry",))] == 1


def test_parts_of_a_gauge_are_added_up_over_those_that_live(broker):
    metrics.watch("deskhand_model_breakers_open", lambda: 1.0)
    Pulse(broker, "worker", None).tell()
    (word,) = broker.words.values()
    broker.words["worker:elsewhere:2"] = word
    broker.words["worker:gone:3"] = json.dumps(json.loads(word) | {"at": time.time() - pulse.GONE - 1})
    found, gone = pulse.read(broker.counted, broker.words, time.time())
    assert found[Sample("deskhand_model_breakers_open", ())] == 2
    assert gone == {"worker:gone:3"}
    metrics.watch("deskhand_model_breakers_open", lambda: 0.0)


def test_a_process_leaves_a_sign_while_it_lives(broker, tmp_path):
    one = Pulse(broker, "worker", tmp_path)
    one.start()
    (sign,) = pulse.signs(tmp_path, "worker")
    assert (sign.pid, sign.trouble(time.time())) == (os.getpid(), "")
    one.stop()
    assert pulse.signs(tmp_path, "worker") == []
    assert broker.words == {}


def test_a_loop_that_does_not_come_round_is_seen_and_one_that_does_is_not(broker, tmp_path):
    one = Pulse(broker, "clock", tmp_path)
    one.round(within=100)
    one.beat()
    (sign,) = pulse.signs(tmp_path, "clock")
    assert sign.trouble(sign.at) == ""
    assert "stuck" in Sign(sign.kind, sign.pid, sign.at + 101, sign.until).trouble(sign.at + 101)
    assert "not beaten" in sign.trouble(sign.at + pulse.GONE + 1)


def test_the_dead_and_other_machines_are_not_asked_about(tmp_path):
    here = socket.gethostname()[:40]
    dead = 2**22 + 1
    (tmp_path / f"worker-{here}-{dead}.json").write_text(json.dumps(vars(Sign("worker", dead, 0, 0))))
    (tmp_path / "worker-elsewhere-1.json").write_text(json.dumps(vars(Sign("worker", 1, 0, 0))))
    assert pulse.signs(tmp_path, "worker") == []
    assert [file.name for file in tmp_path.iterdir()] == ["worker-elsewhere-1.json"]
