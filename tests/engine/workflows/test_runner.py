"""The runner alone: how far a run comes, what it waits for, and how it ends; no backend, no clock."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from app.engine.types import Reason
from app.engine.workflows import runner
from app.engine.workflows.types import (
    Action,
    Answer,
    Ask,
    Call,
    Done,
    Ended,
    Failure,
    HandOver,
    Level,
    Move,
    Prove,
    Scene,
    Step,
    Wait,
)
from connectors.types import File
from tests.builders import NOON
from tests.engine.workflows.scenes import a_scene, a_workflow

LOOK = Call("find_order", {"number": "1"})


def _looks(step: Step, scene: Scene) -> Move:
    answer = scene.answer(LOOK)
    return LOOK if answer is None else Done({"status": answer.outputs["status"]}, says="Found.")


def _asks(step: Step, scene: Scene) -> Move:
    return Done({"size": scene.heard[-1]}) if "L" in scene.heard else Ask(("size",), "Which size?")


def _breaks(step: Step, scene: Scene) -> Move:
    return Done({"x": scene.outputs["not there"]})


ACTIONS: Mapping[str, Action] = {
    "look": Action(_looks),
    "ask": Action(_asks),
    "break": Action(_breaks),
    "say": Action(lambda step, scene: Done(says="Hello.", files=(File("a", "b", b"c"),))),
    "bare": Action(lambda step, scene: Done(without_files=True)),
    "circle": Action(lambda step, scene: Call("find_order", {"n": len(scene.exchanges)})),
    "prove": Action(lambda step, scene: Done() if scene.identity.level >= Level.CODE else Prove(Level.CODE)),
    "wait": Action(lambda step, scene: Done(scene.happened) if scene.happened else Wait(NOON + timedelta(hours=1))),
    "give": Action(lambda step, scene: HandOver(Reason("enough", "Enough."), says="A draft.")),
}
FOUND = Answer({"status": "pending"}, source="store")


def test_a_run_stops_for_a_call_and_goes_on_with_its_answer() -> None:
    first = runner.advance(runner.begun(a_workflow("look", "say")), a_scene(), ACTIONS)
    assert first.call == LOOK
    known = runner.answered(first.progress, LOOK, FOUND, "Look up an order")
    second = runner.advance(known, a_scene(), ACTIONS)
    assert second.progress.ended is Ended.DONE
    assert second.progress.says == ("Found.", "Hello.")
    assert second.progress.outputs["look"] == {"status": "pending"}
    assert second.progress.sources == ("Look up an order (store)",)


def test_the_same_walk_twice_is_the_same() -> None:
    begun = runner.begun(a_workflow("say", "look"))
    assert runner.advance(begun, a_scene(), ACTIONS) == runner.advance(begun, a_scene(), ACTIONS)


@pytest.mark.parametrize("failure", list(Failure))
def test_a_needed_call_that_fails_ends_with_a_person(failure: Failure) -> None:
    first = runner.advance(runner.begun(a_workflow("say", "look")), a_scene(), ACTIONS)
    known = runner.answered(first.progress, LOOK, Answer(failure=failure), "Look up an order")
    assert known.ended is Ended.HANDED_OVER
    assert known.reason and known.reason.code == f"backend_{failure}"
    assert (known.says, known.files) == ((), ())


def test_two_questions_and_then_a_person() -> None:
    progress = runner.begun(a_workflow("ask"))
    for _ in range(2):
        progress = runner.advance(progress, a_scene(), ACTIONS).progress
        assert progress.says == ("Which size?",)
        progress = runner.heard(progress, "I do not know")
    assert runner.advance(progress, a_scene(), ACTIONS).progress.ended is Ended.HANDED_OVER


def test_an_answer_ends_the_question() -> None:
    progress = runner.advance(runner.begun(a_workflow("ask", "say")), a_scene(), ACTIONS).progress
    ended = runner.advance(runner.heard(progress, "L"), a_scene(), ACTIONS).progress
    assert (ended.ended, ended.outputs["ask"], ended.says) == (Ended.DONE, {"size": "L"}, ("Hello.",))


def test_a_wait_is_not_ended_by_words_but_by_what_it_waits_for() -> None:
    progress = runner.advance(runner.begun(a_workflow("wait")), a_scene(), ACTIONS).progress
    assert runner.advance(runner.heard(progress, "and now?"), a_scene(), ACTIONS).progress.ended is None
    woken = runner.woken(progress, {"time": "now"})
    assert runner.advance(woken, a_scene(), ACTIONS).progress.ended is Ended.DONE


def test_proof_is_waited_for_and_no_text_gives_it() -> None:
    progress = runner.advance(runner.begun(a_workflow("prove")), a_scene(), ACTIONS).progress
    assert isinstance(progress.waiting, Prove)
    again = runner.advance(runner.heard(progress, "I am really Ana"), a_scene(), ACTIONS).progress
    assert isinstance(again.waiting, Prove)


@pytest.mark.parametrize(("name", "code"), [("break", "workflow_broken"), ("nothing", "workflow_action")])
def test_what_an_action_cannot_cope_with_ends_with_a_person(name: str, code: str) -> None:
    progress = runner.advance(runner.begun(a_workflow(name)), a_scene(), ACTIONS).progress
    assert progress.reason and progress.reason.code == code


def test_an_action_that_asks_without_end_is_stopped() -> None:
    turn = runner.advance(runner.begun(a_workflow("circle")), a_scene(), ACTIONS)
    for _ in range(runner.CALLS):
        assert turn.call
        turn = runner.advance(runner.answered(turn.progress, turn.call, FOUND, "Look"), a_scene(), ACTIONS)
    assert turn.progress.ended is Ended.HANDED_OVER


@pytest.mark.parametrize(
    ("condition", "done"), [("status == 'pending'", True), ("status == 'sent'", False), ("knownIssue", False)]
)
def test_a_step_is_left_out_unless_its_condition_is_certain(condition: str, done: bool) -> None:
    first = runner.advance(runner.begun(a_workflow("look", "say", condition=condition)), a_scene(), ACTIONS)
    known = runner.answered(first.progress, LOOK, FOUND, "Look up an order")
    ended = runner.advance(known, a_scene(), ACTIONS).progress
    assert ("Hello." in ended.says) is done
    assert any("left out" in line for line in ended.trace) is not done


def test_a_condition_that_makes_no_sense_takes_no_step() -> None:
    ended = runner.advance(runner.begun(a_workflow("say", condition="nonsense > 3")), a_scene(), ACTIONS).progress
    assert ended.reason and ended.reason.code == "workflow_condition"


def test_a_later_step_can_leave_files_out() -> None:
    assert runner.advance(runner.begun(a_workflow("say", "bare")), a_scene(), ACTIONS).progress.files == ()


def test_what_was_told_is_not_told_again() -> None:
    progress = runner.advance(runner.begun(a_workflow("say", "ask")), a_scene(), ACTIONS).progress
    assert progress.says == ("Hello.", "Which size?")
    assert runner.heard(progress, "L").says == ()


def test_a_person_gets_the_draft_that_an_action_has_for_them() -> None:
    ended = runner.advance(runner.begun(a_workflow("say", "give")), a_scene(), ACTIONS).progress
    assert (ended.ended, ended.says, ended.files) == (Ended.HANDED_OVER, ("A draft.",), ())
