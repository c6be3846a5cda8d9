"""Guides that are written as Markdown: the same tree as YAML's, and every slip at its own line with what would be right."""

import json

import pytest

from app.engine.configuration import ConfigurationError, State, load, report
from tests.engine.test_guides import LAMP, SETTLED

HEAD = LAMP.partition("guides:")[0]
WRITTEN = """\
# The lamp does not turn on

Category: broken-lamp

## Plugged

Is the lamp plugged in?

- [yes](#light)
- [no](#plug)

## Plug

Please plug it in and press the switch.

Next: [Helped](#helped)

## Light

Which light do you see?

- [red light](#red)
- [green light](#green)
- [none](#nobody)

## Red

Hold the switch for ten seconds.

Next: [Helped](#helped)

## Green

The lamp is fine. The bulb has to be changed.

## Helped

Does it work now?

- [yes](#glad)
- [no](#nobody)

## Glad

Good to hear.

Next: the end

## Nobody

A colleague will look at it with you.

Next: a person
"""


def whole(guide: str) -> str:
    indented = "".join(f"    {line}".rstrip() + "\n" for line in guide.splitlines())
    return f"{HEAD}guides:\n  lamp: |\n{indented}"


def test_it_is_the_same_tree_as_in_yaml() -> None:
    made = load(whole(WRITTEN), name="lamps.yaml")
    assert made.guides == SETTLED.guides
    assert made.workflows == SETTLED.workflows


def test_it_may_stand_in_json_and_in_another_language() -> None:
    german = WRITTEN.replace("Category:", "Language: de\nCategory:")
    given = {
        "service": "Lamps",
        "classification": {"categories": [{"name": "broken-lamp", "keywords": ["lamp"]}]},
        "guides": {"lamp": german},
    }
    made = load(json.dumps(given), name="lamps.json")
    assert made.guides["lamp"].language == "de"
    assert made.guides["lamp"].nodes == SETTLED.guides["lamp"].nodes


def test_every_setting_of_it_works() -> None:
    states = {line.state for line in report(load(whole(WRITTEN), name="lamps.yaml")) if line.path.startswith("guides")}
    assert states == {State.WORKS}


@pytest.mark.parametrize(
    ("slip", "wrong", "remedy"),
    [
        (("- [no](#plug)", "- no"), "leads nowhere", "- [yes](#the-step)"),
        (("- [no](#plug)", "- [yes](#plug)"), "second answer", "leave one of them out"),
        (("Next: a person", "Next: somebody"), "leads nowhere", "Next: a person"),
        (("## Plug\n", "## Plugged\n"), "second step plugged", "a name of its own"),
        (("## Plug\n", "### Plug\n"), "is no step", "`## `"),
        (("## Plugged", "# Plugged"), "second title", "`##`"),
        (("Is the lamp plugged in?", "Category: lamps"), "inside a step", "under the title"),
        (("Category: broken-lamp", "Hello."), "belongs to no step", "`## `"),
        (("- [no](#plug)", "- [no](#plugin)"), "plugin is no step", "name one of"),
        (("- [no](#plug)", "- [no](#light)"), "is never reached", "leave it out"),
        (("Hold the switch for ten seconds.", ""), "has to ask, say or bring", "give it one of"),
        (("Next: [Helped](#helped)", "Next: [Plugged](#plugged)"), "leads back to itself", "let every way end"),
        (("Category: broken-lamp", "Category: broken-lamps"), "is no category", "broken-lamp"),
    ],
)
def test_a_slip_is_said_with_its_line_and_remedy(slip: tuple[str, str], wrong: str, remedy: str) -> None:
    before, after = slip
    text = whole(WRITTEN.replace(before, after, 1))
    with pytest.raises(ConfigurationError) as caught:
        load(text, name="lamps.yaml")
    problem = caught.value.problems[0]
    assert wrong in problem.wrong
    assert remedy in problem.remedy
    line = text.splitlines()[problem.line - 1].strip()
    assert line == after.strip() or line.startswith("##"), "the line itself, or its step's heading"


@pytest.mark.parametrize("text", ["", "Hello", "# Only a title", "# A title\n\n## A step\n\nSay this."])
def test_what_is_no_guide_is_said(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"{HEAD}guides:\n  lamp: {json.dumps(text)}\n", name="lamps.yaml")
    (problem,) = caught.value.problems
    assert problem.path == "guides.lamp"
    assert problem.remedy


def test_hostile_text_is_read_in_no_time() -> None:
    for text in ("#" * 50_000, "# a\n" + "- [" * 20_000, "# a\n\n## b\n\n- [x](#" + "y" * 50_000):
        with pytest.raises(ConfigurationError):
            load(f"{HEAD}guides:\n  lamp: {json.dumps(text)}\n", name="lamps.yaml")
