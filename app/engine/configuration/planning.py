"""From the document's words to workflows: what is done for a category, and what a customer may wish for. Runs nothing."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.engine.configuration.checking import answered, placed, topical
from app.engine.configuration.flows import Document
from app.engine.configuration.models import VOCABULARY
from app.engine.configuration.steps import Limit, Step, Workflow
from app.engine.registry import ACTIONS

FOLLOW = "followIssue"
"""Tells a customer when the issue is resolved that was opened for them; where the configuration syncs statuses."""
OPENS = frozenset({"createJiraTicket"})
FREEZE, ASSESS = "freeze-account", "assess-fraud"
"""What an escalation block asks for and the action that does it; before that, what a person needs to know to release it."""


def workflows(document: Document, written: Mapping[str, Any]) -> Mapping[str, Workflow]:
    """Category -> its workflow: steps as written, then its self-service flows, each a step of its own.

    One with an action that this version does not have is left out whole: half a workflow is worse than none.
    """
    names = [category.name for _, _, category in placed(document)]
    found: dict[str, Workflow] = {}
    for key, response in document.auto_response.items():
        category = answered(key, names)
        if category is None:
            continue
        own = written["autoResponse"][key]
        flows = {name: own[name] for name, flow in (response.__pydantic_extra__ or {}).items() if flow.enabled}
        steps = (*_steps(own.get("workflow", ())), *(Step(name, name, _rest(given)) for name, given in flows.items()))
        if steps and _whole(steps):
            found[category] = Workflow(key, category, (*steps, *_followed(document, steps)))
    for topic, block in (document.escalation.__pydantic_extra__ or {}).items():
        if block.freeze_account and {ASSESS, FREEZE} <= ACTIONS.keys():
            for category in topical(topic, names):
                steps = (Step(ASSESS, ASSESS), Step(FREEZE, FREEZE, {"when": block.freeze_account}))
                found.setdefault(category, Workflow(topic, category, steps))
    return MappingProxyType(found)


def wishes(document: Document) -> Mapping[str, Workflow]:
    """What the chatbot's systems may do for a customer who asks for it in words: ``update-address`` at the shop."""
    allowed = document.chatbot.integrations if document.chatbot else ()
    known: Mapping[str, list[str]] = VOCABULARY["wishes"]
    return MappingProxyType(
        {
            wish: Workflow(wish, "", tuple(_numbered((action, {"system": one.system}) for action in known[wish])))
            for one in allowed
            for wish in one.actions
            if set(known.get(wish, ("?",))) <= ACTIONS.keys()
        }
    )


def limits(document: Document) -> Mapping[str, Limit]:
    """Operation -> the most that it may move."""
    given = document.limits.items()
    return MappingProxyType(
        {name: Limit(one.currency, one.per_action, one.per_ticket, one.per_day) for name, one in given}
    )


def _whole(steps: Sequence[Step]) -> bool:
    return all(step.action in ACTIONS for step in steps)


def _followed(document: Document, steps: Sequence[Step]) -> tuple[Step, ...]:
    """What comes after an issue was opened, where some system is asked to keep statuses in step."""
    synced = any(system.get("syncStatus") is True for system in document.integrations.values())
    return (Step(FOLLOW, FOLLOW),) if synced and any(step.action in OPENS for step in steps) else ()


def _steps(written: Any) -> Iterator[Step]:
    conditions = [str(one.get("condition", "")) for one in written]
    plain = _numbered((one["action"], _rest(one)) for one in written)
    for step, condition in zip(plain, conditions, strict=True):
        yield Step(step.name, step.action, step.settings, condition)


def _numbered(given: Iterator[tuple[str, Mapping[str, Any]]]) -> Iterator[Step]:
    seen: dict[str, int] = {}
    for action, settings in given:
        seen[action] = seen.get(action, 0) + 1
        yield Step(action if seen[action] == 1 else f"{action}-{seen[action]}", action, settings)


def _rest(written: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings of a step: everything but what says which step it is and when it is taken."""
    return {name: value for name, value in written.items() if name not in ("action", "condition", "enabled")}
