"""``deskhand deadline``: due times, their reasons, and mistakes with a remedy."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli.deadline import deadline
from app.errors import BadInput
from tests.engine.test_promises import RULES


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(RULES, "utf-8")
    return path


def asked(file: Path, *options: str, at: str = "2026-03-06T15:30:00Z") -> Any:
    done = CliRunner().invoke(deadline, ["--config", str(file), "--at", at, "--json", *options])
    if done.exception:
        raise done.exception
    return json.loads(done.output)


def test_the_answer_has_exactly_these_four_fields(file: Path) -> None:
    told = asked(file, "--category", "own")
    assert list(told) == ["first_reply", "resolution", "policy", "trace"]
    assert told["first_reply"] == "2026-03-06T15:45:00Z"
    assert told["resolution"] == "2026-03-10T15:30:00Z"
    assert told["policy"] == "classification.categories[1].sla"
    assert "first_reply due 2026-03-06T15:45:00Z" in told["trace"]


@pytest.mark.parametrize(
    ("options", "at", "first_reply"),
    [
        (("--category", "plain"), "2026-03-06T15:30:00Z", "2026-03-07T15:30:00Z"),
        (("--category", "plain", "--priority", "critical"), "2026-03-06T15:30:00Z", "2026-03-06T16:30:00Z"),
        (
            ("--category", "plain", "--priority", "HIGH", "--tier", "gold"),
            "2026-03-06T16:30:00+01:00",
            "2026-03-06T17:30:00Z",
        ),
        (("--category", "plain", "--tier", "Silver"), "2026-03-06T15:30:00Z", "2026-03-09T11:30:00Z"),
        (("--category", "plain", "--channel", "email"), "2026-03-06T15:30:00Z", "2026-03-06T16:30:00Z"),
        (("--category", "plain", "--priority", "low"), "2026-03-06T15:30:00Z", None),
        # Over the night when clocks go forward: two of Friday's minutes, then Monday's.
        (("--category", "plain", "--tier", "silver"), "2026-03-27T15:58:00Z", "2026-03-30T10:58:00Z"),
    ],
)
def test_when_it_is_due(file: Path, options: tuple[str, ...], at: str, first_reply: str | None) -> None:
    assert asked(file, *options, at=at)["first_reply"] == first_reply


def test_people_read_lines(file: Path) -> None:
    done = CliRunner().invoke(deadline, ["--config", str(file), "--category", "plain", "--at", "2026-03-06T15:30:00Z"])
    assert done.exit_code == 0
    assert "first_reply  2026-03-07T15:30:00Z" in done.output
    assert "resolution   not promised" in done.output
    assert "because      counted around the clock" in done.output


@pytest.mark.parametrize(
    ("options", "at", "said"),
    [
        (("--category", "plane"), "2026-03-06T15:30:00Z", "--category: 'plane' is no category; did you mean plain?"),
        (
            ("--category", "plain", "--tier", "gld"),
            "2026-03-06T15:30:00Z",
            "--tier: 'gld' is no tier; did you mean Gold?",
        ),
        (
            ("--category", "plain", "--priority", "hihg"),
            "2026-03-06T15:30:00Z",
            "--priority: 'hihg' is not known here; did you mean high?",
        ),
        (
            ("--category", "plain", "--severity", "x"),
            "2026-03-06T15:30:00Z",
            "--severity: 'x' is not known here; known here: critical",
        ),
        (
            ("--category", "plain", "--channel", "emial"),
            "2026-03-06T15:30:00Z",
            "--channel: 'emial' is not known here; did you mean email?",
        ),
        (
            ("--category", "plain"),
            "2026-03-06T15:30:00",
            "--at: '2026-03-06T15:30:00' has no zone; write 2026-03-06T15:30:00Z",
        ),
        (("--category", "plain"), "tomorrow", "--at: 'tomorrow' is no time; write 2026-03-02T09:00:00Z"),
        (("--category", "plain"), "9999-12-31T23:00:00Z", "--at: no deadline can be counted from there"),
    ],
)
def test_a_mistake_is_said_with_its_remedy(file: Path, options: tuple[str, ...], at: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        asked(file, *options, at=at)
    assert str(refused.value).startswith(said)


def test_a_configuration_that_is_wrong_is_said_with_its_line(file: Path) -> None:
    file.write_text(RULES.replace("'9:00-17:00'", "'17:00-9:00'"), "utf-8")
    with pytest.raises(BadInput, match=r"shop.yaml:18: .*'17:00-9:00' ends before it begins; write 9:00-17:00"):
        asked(file, "--category", "plain")
