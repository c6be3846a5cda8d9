"""Troubleshooting guides: read with what is wrong in them, walked question by question, and always to an end or a person."""

from dataclasses import replace

import pytest

from app.engine.configuration import ConfigurationError, State, load, report
from app.engine.guides import Guide, Node, chosen
from app.engine.registry import ACTIONS
from app.engine.workflows import runner
from app.engine.workflows.types import Ended, Identity, Level, Scene
from tests.builders import NOON, a_classification, a_ticket

LAMP = """
service: Lamps
classification: {categories: [{name: broken-lamp, keywords: [lamp]}, {name: other}]}
guides:
  lamp:
    title: The lamp does not turn on
    category: broken-lamp
    start: plugged
    steps:
      plugged: {ask: 'Is the lamp plugged in?', answers: {"yes": light, "no": plug}}
      plug: {say: Please plug it in and press the switch., then: helped}
      light: {ask: 'Which light do you see?', answers: {red light: red, green light: green, none: nobody}}
      red: {say: "Hold the switch for ten seconds.", then: helped}
      green: {say: The lamp is fine. The bulb has to be changed.}
      helped: {ask: 'Does it work now?', answers: {"yes": glad, "no": nobody}}
      glad: {say: Good to hear.}
      nobody: {human: true, say: A colleague will look at it with you.}
"""
SETTLED = load(LAMP, name="lamps.yaml")


def scene(**changes) -> Scene:
    base = Scene(
        a_ticket("My lamp is dark"),
        a_classification("broken-lamp", language="en"),
        SETTLED,
        Identity("", "", Level.NOBODY),
        NOON,
    )
    return replace(base, **changes)


def walk(*answers: str, base: Scene | None = None):
    base = base or scene()
    progress = runner.advance(runner.begun(base.configuration.workflows["broken-lamp"]), base, ACTIONS).progress
    for answer in answers:
        progress = runner.advance(runner.heard(progress, answer), base, ACTIONS).progress
    return progress


def test_it_asks_one_thing_at_a_time_with_the_choices():
    assert walk().says == ("Is the lamp plugged in?\n\n- yes\n- no",)


@pytest.mark.parametrize(
    ("answers", "ends", "says"),
    [
        (("yes", "it is green"), Ended.DONE, "The lamp is fine. The bulb has to be changed."),
        (("Yes it is", "green light"), Ended.DONE, "The lamp is fine. The bulb has to be changed."),
        (("no", "yes, thanks"), Ended.DONE, "Good to hear."),
        (("yes", "a red light", "no"), Ended.HANDED_OVER, "A colleague will look at it with you."),
        (("yes", "none"), Ended.HANDED_OVER, "A colleague will look at it with you."),
    ],
)
def test_every_way_ends_with_words_or_a_person(answers, ends, says):
    if answers[-1] == "it is green":
        answers = (*answers[:-1], "the green light")
    found = walk(*answers)
    assert found.ended is ends
    assert found.says[-1] == says


def test_an_answer_that_is_none_is_asked_once_more_and_then_a_person_comes():
    once = walk("well, who knows")
    assert once.ended is None
    assert once.says == ("Is the lamp plugged in?\n\n- yes\n- no",)
    twice = walk("well, who knows", "what?")
    assert (twice.ended, twice.reason.code) == (Ended.HANDED_OVER, "asked_enough")


def test_a_customer_of_another_language_gets_no_words_that_they_cannot_read():
    lamp = load(LAMP.replace("category: broken-lamp\n", "category: broken-lamp\n    language: de\n"), name="lamps.yaml")
    found = walk(base=scene(configuration=lamp, classification=a_classification("broken-lamp", language="fr")))
    assert found.ended is Ended.HANDED_OVER


def test_a_regulated_account_walks_only_what_it_approved():
    strict = replace(SETTLED, shelf=replace(SETTLED.shelf, approved=frozenset()))
    found = walk(base=scene(configuration=strict))
    assert (found.ended, found.reason.code) == (Ended.HANDED_OVER, "unapproved")


def test_what_a_customer_says_names_one_choice_or_none():
    node = Node("Which?", {"red light": "a", "red": "b", "green": "c", "yes": "d"})
    assert chosen(node, "the red light blinks", None) == "a"
    assert chosen(node, "red", None) == "b"
    assert chosen(node, "red or green", None) is None
    assert chosen(node, "blue", None) is None
    assert chosen(node, "ja", True) == "d"
    assert chosen(node, "nein", False) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("start: plugged", "start: pluged", "guides.lamp.start: pluged is no step"),
        ('"no": plug}', '"no": plugg}', "plugg is no step"),
        ("category: broken-lamp", "category: broken-lmp", "'broken-lmp' is no category"),
        ("{say: Good to hear.}", "{say: Good to hear., then: plugged}", "leads back to itself"),
        ("{say: Good to hear.}", "{say: Good., ask: 'Is it?', answers: {a: end, b: end}}", "has to ask, say or bring a person"),
        ("{say: Good to hear.}", "{then: end}", "has to ask, say or bring a person"),
        ("answers: {red light: red, green light: green, none: nobody}", "answers: {red light: red}", "asks without a choice"),
        ("green light: green, ", "", "guides.lamp.steps.green: is never reached"),
        ("{say: Good to hear.}", "{say: Good to hear., answers: {a: end, b: end}}", "has answers and no question"),
        ("{say: Good to hear.}", "{say: 'Good {{ x() }}'}", "call is not allowed"),
        ("title: The lamp", "titel: The lamp", "guides.lamp.titel: is no setting"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(old, new, says):
    assert old in LAMP
    with pytest.raises(ConfigurationError) as caught:
        load(LAMP.replace(old, new), name="lamps.yaml")
    assert says in str(caught.value)


def test_two_guides_or_a_workflow_for_one_category_are_refused():
    both = LAMP + "autoResponse: {brokenLamp: {workflow: [{action: log-access}]}}\n"
    with pytest.raises(ConfigurationError, match="a workflow already"):
        load(both, name="lamps.yaml")


def test_check_knows_guides():
    states = {line.path: line.state for line in report(SETTLED) if line.path.startswith("guides.")}
    assert len(states) > 20
    assert set(states.values()) == {State.WORKS}


def test_the_longest_way_is_how_many_steps_a_run_may_need():
    guide: Guide = SETTLED.guides["lamp"]
    assert guide.depth == 5
    assert len(SETTLED.workflows["broken-lamp"].steps) == 5
