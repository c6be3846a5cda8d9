"""What ``docs/moods.md`` shows can be read, and does what it says."""

import re
from pathlib import Path

import pytest

from app.engine.configuration import load
from app.engine.configuration.states import report
from app.engine.configuration.verdicts import State

TEXT = (Path(__file__).parents[2] / "docs" / "moods.md").read_text("utf-8")
SHOWN = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
BASE = "service: shop\nclassification: {categories: [{name: order-status, keywords: [order]}]}\n"


@pytest.mark.parametrize("shown", SHOWN)
def test_what_is_shown_works(shown: str) -> None:
    lines = report(load(BASE + shown, name="shop.yaml"))
    asked = [line for line in lines if line.path.split(".")[0] in shown]
    assert asked
    assert {line.state for line in asked} == {State.WORKS}


def test_every_sort_that_can_go_is_named() -> None:
    named = re.findall(r"# (card.*)\n", TEXT)[0].split(", ")
    assert load(f"{BASE}compliance: {{redact: [{', '.join(named)}]}}\n", name="shop.yaml").redacted == set(named)
