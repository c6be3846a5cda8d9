"""One mode changed in a configuration's text: everything else stays as people wrote it."""

import json

import pytest

from app.engine.configuration import load
from app.engine.configuration.editing import with_mode
from app.engine.types import Mode
from app.errors import BadInput

HEAD = "service: Shop  # ours\n"
TAIL = (
    "classification:\n  categories:\n    - name: orders\n      keywords: [parcel]\n"
    "    - name: billing\n      keywords: [invoice]\n"
)


@pytest.mark.parametrize(
    "modes",
    [
        "",
        "modes:\n  default: assist  # careful\n",
        "modes:\n  categories:  # by hand\n    billing: off  # never\n",
        "modes:\n  categories:\n    orders: shadow  # for now\n  default: off\n",
    ],
)
def test_one_line_changes_and_every_remark_stays(modes):
    text = HEAD + modes + TAIL
    changed = with_mode(text, "shop.yaml", "orders", Mode.DEFLECT)
    assert load(changed, name="shop.yaml").modes["orders"] is Mode.DEFLECT
    for remark in (line.partition("#")[2] for line in text.splitlines() if "#" in line):
        assert f"#{remark}" in changed
    assert set(text.splitlines()) - set(changed.splitlines()) <= {"    orders: shadow  # for now"}


def test_twice_is_once():
    once = with_mode(HEAD + TAIL, "shop.yaml", "orders", Mode.SHADOW)
    assert with_mode(once, "shop.yaml", "orders", Mode.SHADOW) == once


def test_json_stays_json():
    given = {"service": "Shop", "classification": {"categories": [{"name": "orders", "keywords": ["parcel"]}]}}
    changed = json.loads(with_mode(json.dumps(given), "shop.json", "orders", Mode.OFF))
    assert changed == {**given, "modes": {"categories": {"orders": "off"}}}


@pytest.mark.parametrize("modes", ["modes: {categories: {billing: off}}\n", "modes: {}\n"])
def test_what_is_written_in_braces_is_left_to_people(modes):
    with pytest.raises(BadInput, match="editor"):
        with_mode(HEAD + modes + TAIL, "shop.yaml", "orders", Mode.OFF)


def test_a_category_that_is_not_there_is_not_made_up():
    with pytest.raises(BadInput):
        with_mode(HEAD + TAIL, "shop.yaml", "refunds", Mode.OFF)
