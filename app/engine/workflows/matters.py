"""What of a run is worth remembering of its person, and of whom anything may be."""

from collections.abc import Mapping
from dataclasses import replace

from app.engine.memory import Memory
from app.engine.workflows.types import Ask, Identity, Level, Progress, Prove, Wait


def proven(identity: Identity) -> bool:
    """Whether something may be remembered of this person, and recalled: the host vouches for who writes."""
    return identity.level >= Level.HOST and bool(identity.email)


def gathered(progress: Progress, matter: Memory) -> Memory:
    """The matter with what its run knows. An order counts once its system has shown it to its owner."""
    outputs = {name: value for step in progress.outputs.values() for name, value in step.items()}
    number = str(outputs.get("number") or "") if isinstance(outputs.get("order"), Mapping) else ""
    return replace(matter, number=number, waiting=waiting(progress))


def waiting(progress: Progress) -> str:
    """What a run waits for."""
    if progress.ended:
        return ""
    match progress.waiting:
        case Ask(slots=slots):
            return f"{progress.workflow.name} waits for an answer: {', '.join(slots)}"
        case Prove():
            return f"{progress.workflow.name} waits for a code"
        case Wait():
            return f"{progress.workflow.name} goes on by itself"
    return ""
