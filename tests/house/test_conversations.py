"""What the page on conversations shows can be used as it stands there."""

import re

import pytest

from app.engine.configuration import load
from tests.house.source import ROOT

BASE = "service: x\nclassification: {categories: [{name: broken-lamp}, {name: order-status}]}\n"
SHOWN = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "conversations.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("text", SHOWN, ids=[text.split(":")[0] for text in SHOWN])
def test_every_example_can_be_read(text):
    assert load(BASE + text, name="shown.yaml")


def test_there_are_examples():
    assert len(SHOWN) == 3
