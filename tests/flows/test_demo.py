"""``deskhand demo --once --json``, as a stranger runs it: real processes, real HTTP, and nothing left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


def test_the_demo_plays_every_story_and_leaves_nothing_behind(tmp_path: Path) -> None:
    hostile = {
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": "sqlite:////nowhere/at.all",
        "DESKHAND_WORKERS": "64",
    }
    environment = {**os.environ, **hostile, "TMPDIR": str(tmp_path), "DESKHAND_DATA_DIR": str(tmp_path / "untouched")}
    done = subprocess.run(
        [sys.executable, "-m", "app", "demo", "--once", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"]
    wrong = {s["name"]: [c["what"] for c in s["checks"] if not c["ok"]] for s in told["stories"]}
    assert not any(wrong.values()), wrong
    assert {s["host"] for s in told["stories"]} >= {"zendesk", "intercom", "slack"}
    assert list(tmp_path.iterdir()) == []
