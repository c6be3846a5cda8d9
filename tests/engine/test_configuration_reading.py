"""Reading a file: YAML and JSON alike, plain values, lines, and what is refused before anything is understood."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.configuration import ConfigurationError, load
from app.engine.configuration.reading import leaves, read, shown

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e6, 1e6)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1), inner, max_size=3)
    ),
    max_leaves=12,
)


def problem(text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(text, "f.yaml")
    return str(refused.value)


@given(st.dictionaries(st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1), PLAIN, max_size=4))
def test_json_is_read_as_json_is_meant(value: dict[str, Any]) -> None:
    assert read(json.dumps(value, ensure_ascii=False), "f.json").value == value
    assert read(json.dumps(value, indent="\t", ensure_ascii=True), "f.json").value == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("9:00", "9:00"),
        ("2026-03-02", "2026-03-02"),
        ("true", True),
        ("False", False),
        ("007", 7),
        ("-0.6", -0.6),
        ("1e5", 1e5),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("~", None),
        ("", None),
        ("'7'", "7"),
        ("< 1 hour", "< 1 hour"),
        ('"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
    ],
)
def test_words_stay_the_words_that_they_look_like(written: str, value: Any) -> None:
    assert read(f"a: {written}", "f.yaml").value == {"a": value}


def test_every_setting_knows_its_line() -> None:
    source = read('{\n"a": [\n1,\n{"b": 2}],\n"c": 3}', "f.json")
    assert {shown(path): source.lines[path] for path, _ in leaves(source.value)} == {"a[0]": 3, "a[1].b": 4, "c": 5}


def test_a_byte_order_mark_is_no_setting() -> None:
    assert read("\ufeffa: 1", "f.yaml").value == {"a": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb:\n  c: 2\n  c: 3", "f.yaml:4: b.c: given twice, first on line 3; keep one of them"),
        ('{"a": 1,\n"a": 2}', "f.yaml:2: a: given twice"),
        ("a: [1", "f.yaml:1: cannot be read"),
        ("a:\n\t- b", "f.yaml:2: cannot be read"),
        ("", "f.yaml:1: not a mapping of settings"),
        ("- a", "not a mapping of settings"),
        ("just words", "not a mapping of settings"),
        ("a: &x 1\nb: *x", "f.yaml:2: cannot be read: aliases are not read"),
        ("[a]: 1", "a key is not a word"),
        ("a: !!python/name:os.system ''", "the tag"),
        ("a: !!binary aGk=", "the tag"),
        ('a: "\\ud83d"', "half a character"),
        ("a: 1\n---\nb: 2", "cannot be read"),
        ("a: \x00", "cannot be read"),
        ("[" * 200 + "]" * 200, "too many levels"),
        ("a: " + "x" * 1_000_001, "larger than"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, said: str) -> None:
    assert said in problem(text)


def test_a_small_file_cannot_grow_huge() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30))]
    assert "aliases are not read" in problem("\n".join(lines))


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        load(text, name="f.yaml")
    except ConfigurationError as refused:
        assert refused.problems


def test_notation_order_and_layout_leave_the_digest_alone(tmp_path: Path) -> None:
    yaml = "service: a\nclassification:\n  categories:\n    - name: x # a comment\n      confidence: 0.5\n"
    same = '{"classification": {"categories": [{"confidence": 0.5, "name": "x"}]}, "service": "a"}'
    other = yaml.replace("0.5", "0.6")
    assert load(yaml, name="a").digest == load(same, name="b").digest != load(other, name="a").digest
