"""Walks a run as far as it comes without anybody: pure, so a crash costs nothing but the same walk again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.engine.conditions import ConditionError, condition
from app.engine.facts import FACTS, Fact, Kind
from app.engine.types import Reason
from app.engine.workflows.types import (
    Action,
    Answer,
    Ask,
    Call,
    Done,
    Ended,
    Exchange,
    Failure,
    HandOver,
    Move,
    Progress,
    Prove,
    Scene,
    Step,
    Wait,
    Workflow,
)

QUESTIONS = 2
"""How often one step asks before a person takes over."""
CALLS = 20
"""How many operations one step may ask for."""

FAILURES: Mapping[Failure, str] = {
    Failure.NOT_FOUND: "it was not found",
    Failure.FOREIGN: "it belongs to somebody else, so nothing of it was used",
    Failure.REFUSED: "it was refused there",
    Failure.DOWN: "no usable answer came",
    Failure.UNSUPPORTED: "no connected system does that",
    Failure.REJECTED: "a person said no",
    Failure.LIMIT: "it is above a limit of the configuration",
    Failure.UNCLEAR: "whether it was done is not known: look there",
}
"""How a failed operation is told to the team."""


@dataclass(frozen=True)
class Turn:
    """Where a walk stopped: for a call that somebody has to perform, or, without one, because it waits or is over."""

    progress: Progress
    call: Call | None = None


def begun(workflow: Workflow) -> Progress:
    """A new run."""
    return Progress(workflow)


def advance(progress: Progress, base: Scene, actions: Mapping[str, Action]) -> Turn:
    """Go on until a backend, the customer, a time or a person is needed. ``base`` is the scene without the run's own values.

    Never raises: an action that cannot cope with what it was given ends the run with a person.
    """
    while not (progress.ended or progress.waiting):
        if progress.at >= len(progress.workflow.steps):
            return Turn(replace(progress, ended=Ended.DONE))
        step = progress.workflow.steps[progress.at]
        scene = scene_of(progress, base)
        left_out = _left_out(step, scene)
        if left_out is not None:
            progress = left_out(progress)
            continue
        move = _move(step, scene, actions)
        if isinstance(move, Call):
            if scene.answer(move) is None and len(progress.exchanges) < CALLS:
                return Turn(progress, move)
            move = _broken(step, "asks the same again and again")
        progress = _moved(progress, step, move, base)
    return Turn(progress)


def scene_of(progress: Progress, base: Scene) -> Scene:
    """The scene as the step that is on sees it."""
    merged = {name: value for outputs in progress.outputs.values() for name, value in outputs.items()}
    return replace(
        base,
        facts={**base.facts, **merged},
        outputs=merged,
        steps=progress.outputs,
        exchanges=progress.exchanges,
        heard=progress.heard,
        asked=progress.asked,
        happened=progress.happened,
        since=progress.since,
        topic=progress.workflow.category,
    )


def _left_out(step: Step, scene: Scene) -> Callable[[Progress], Progress] | None:
    """How the run goes on without this step, or None when the step is taken."""
    if not step.condition:
        return None
    try:
        weighed = condition(step.condition, _known(scene)).weigh(scene.facts)
    except ConditionError as error:
        reason = Reason(
            "workflow_condition", f"Step {step.name} was not taken: its condition cannot be read ({error})."
        )
        return lambda progress: _handed_over(progress, reason)
    if weighed.holds:
        return None
    return lambda progress: _next(progress, f"{step.name}: left out, {step.condition} is not certain ({weighed.why})")


def _known(scene: Scene) -> Mapping[str, Fact]:
    """The configuration's facts, and what earlier steps gave."""
    given = {name: Fact(kind) for name, value in scene.outputs.items() if (kind := _kind(value)) is not None}
    return {**given, **FACTS, **scene.configuration.facts}


def _kind(value: Any) -> Kind | None:
    if isinstance(value, bool):
        return Kind.FLAG
    if isinstance(value, int | float):
        return Kind.NUMBER
    return Kind.TEXT if isinstance(value, str) else None


def _move(step: Step, scene: Scene, actions: Mapping[str, Action]) -> Move:
    """What the action answers. What comes from outside may have any shape, and an action may not have expected it."""
    if step.action not in actions:
        return HandOver(Reason("workflow_action", f"This version has no action {step.action}."))
    try:
        return actions[step.action].act(step, scene)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        return _broken(step, f"could not make sense of what it was given ({type(error).__name__})")


def _broken(step: Step, what: str) -> HandOver:
    return HandOver(Reason("workflow_broken", f"Step {step.name} {what}."))


def _moved(progress: Progress, step: Step, move: Done | HandOver | Ask | Prove | Wait, base: Scene) -> Progress:
    """The run after a move that needs no backend."""
    if isinstance(move, Done):
        return _done(progress, step, move)
    if isinstance(move, HandOver):
        told = replace(progress, says=(move.says,) if move.says else (), notes=(*progress.notes, *move.notes), files=())
        return _handed_over(told, move.reason)
    if isinstance(move, Ask) and progress.asked >= QUESTIONS:
        return _handed_over(progress, Reason("asked_enough", f"Asked {QUESTIONS} times for {', '.join(move.slots)}."))
    asked = progress.asked + (not isinstance(move, Wait))
    waiting = replace(progress, waiting=move, asked=asked, since=base.now)
    return _traced(_said(waiting, move.says), f"{step.name}: {_wanted(move)}")


def _wanted(move: Ask | Prove | Wait) -> str:
    if isinstance(move, Ask):
        return f"asks for {', '.join(move.slots)}"
    if isinstance(move, Prove):
        return f"wants proof of who writes ({move.level.name.lower()})"
    return f"waits for {move.event or (f'{move.until:%Y-%m-%d %H:%M} UTC' if move.until else 'nothing')}"


def _done(progress: Progress, step: Step, move: Done) -> Progress:
    shown = ", ".join(f"{name} {_shown(value)}" for name, value in move.outputs.items())
    after = _next(progress, f"{step.name}: done" + (f" ({shown})" if shown else ""))
    if move.last:
        after = _traced(replace(after, at=len(after.workflow.steps)), "the rest is left out")
    return replace(
        _said(after, move.says),
        outputs={**progress.outputs, step.name: dict(move.outputs)},
        notes=(*progress.notes, *move.notes),
        files=() if move.without_files else (*progress.files, *move.files),
    )


def _next(progress: Progress, line: str) -> Progress:
    """The step after this one, knowing nothing of what this one asked and heard."""
    after = replace(progress, at=progress.at + 1, exchanges=(), asked=0, heard=(), happened={}, since=None)
    return _traced(after, line)


def _said(progress: Progress, says: str) -> Progress:
    return replace(progress, says=(*progress.says, says.strip())) if says.strip() else progress


def _traced(progress: Progress, line: str) -> Progress:
    return replace(progress, trace=(*progress.trace, line))


def _handed_over(progress: Progress, reason: Reason) -> Progress:
    over = replace(progress, ended=Ended.HANDED_OVER, reason=reason, waiting=None)
    return _traced(over, f"handed over: {reason.text}")


# --- what comes from outside --------------------------------------------------------------------------------


def answered(progress: Progress, call: Call, answer: Answer, title: str) -> Progress:
    """A call was performed. One that was needed and failed ends the run with a person. ``title`` is the operation's."""
    call = replace(call, then=())
    if answer.failure is None:
        known = replace(progress, exchanges=(*progress.exchanges, Exchange(call, answer)))
        source = f"{title} ({answer.source})" if answer.source else title
        return _traced(replace(known, sources=tuple(dict.fromkeys((*known.sources, source)))), f"{source}: done")
    line = f"{title}: {FAILURES[answer.failure]}"
    known = _traced(replace(progress, exchanges=(*progress.exchanges, Exchange(call, answer))), line)
    if not call.needed:
        return known
    told = replace(known, notes=(*known.notes, f"{line}."), says=(), files=())
    return _handed_over(told, Reason(f"backend_{answer.failure}", f"{line}."))


def heard(progress: Progress, text: str) -> Progress:
    """The customer wrote. It ends a question or a request for proof; a wait for anything else goes on."""
    fresh = replace(progress, says=(), notes=(), files=())
    if not isinstance(progress.waiting, Ask | Prove):
        return fresh
    return replace(fresh, heard=(*progress.heard, text), waiting=None)


def woken(progress: Progress, happened: Mapping[str, Any]) -> Progress:
    """What was waited for has come, or its time is over."""
    if not isinstance(progress.waiting, Wait):
        return progress
    return replace(progress, says=(), notes=(), files=(), happened=dict(happened), waiting=None)


def ended(progress: Progress, code: str, text: str) -> Progress:
    """A person has it now, whatever the run was waiting for."""
    return _handed_over(replace(progress, says=(), files=()), Reason(code, text))


def _shown(value: Any) -> str:
    """Enough of a value for a trace: no list, no table and no long text."""
    if isinstance(value, Mapping):
        return "{...}"
    if isinstance(value, list | tuple):
        return f"[{len(value)}]"
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
