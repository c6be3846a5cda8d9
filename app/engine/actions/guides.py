"""Walking a troubleshooting guide: each step of the workflow is one node, so that a question is asked twice at most before a person."""

from app.engine import guides
from app.engine.actions.words import filled, handed
from app.engine.dialogue import confirmed
from app.engine.guides import END, Guide, Node
from app.engine.templates import NotFilled
from app.engine.types import Reason
from app.engine.workflows.types import Action, Ask, Done, HandOver, Move, Scene, Step


def _follow(step: Step, scene: Scene) -> Move:
    guide = scene.configuration.guides[str(step.settings["guide"])]
    name = str(scene.outputs.get("node") or guide.start)
    if name == END:
        return Done({"node": END})
    node = guide.nodes[name]
    if node.human:
        reason = Reason("guide_person", f"The guide {guide.title} ends with a person at {name}.")
        return handed(scene, reason, guide.template(name) if node.words else "")
    try:
        words = filled(scene, guide.template(name), {})
    except NotFilled as refusal:
        return HandOver(refusal.reason)
    if node.ask:
        return _asked(guide, name, node, words, scene)
    return Done({"node": node.then}, says=words, notes=(f"Guide {guide.title}: {name}",))


def _asked(guide: Guide, name: str, node: Node, words: str, scene: Scene) -> Move:
    """The question, the same once more with its choices when the answer was none of them, then what follows."""
    if scene.heard:
        onward = guides.chosen(node, scene.heard[-1], confirmed(scene.heard[-1]))
        if onward is not None:
            return Done({"node": onward}, notes=(f"Guide {guide.title}: {name} leads to {onward}",))
    choices = "\n".join(f"- {answer}" for answer in node.answers)
    return Ask((name,), f"{words}\n\n{choices}")


FOLLOWED = Action(_follow, inputs=("node",), outputs=("node",))
