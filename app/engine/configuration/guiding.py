"""Guides as a configuration writes them: what is wrong with them, and the workflows and messages that they become."""

from collections.abc import Iterator, Mapping

from app.engine.configuration.flows import Document
from app.engine.configuration.reading import Path
from app.engine.configuration.steps import Step, Workflow
from app.engine.guides import END, Guide, Node, problems
from app.engine.nearest import nearest
from app.engine.templates import Template, TemplateError, read

ACTION = "followGuide"


def guides(document: Document) -> Mapping[str, Guide]:
    """Every guide by name."""
    return {
        name: Guide(
            name,
            given.title,
            given.category,
            given.start,
            {
                key: Node(node.ask or "", dict(node.answers), node.say or "", node.then or END, node.human)
                for key, node in given.steps.items()
            },
            given.language,
        )
        for name, given in document.guides.items()
    }


def walks(document: Document) -> Mapping[str, Workflow]:
    """Category -> the workflow that walks its guide: a step for each node of the longest way."""
    found = {}
    for name, guide in guides(document).items():
        steps = (Step(f"{ACTION}-{n}", ACTION, {"guide": name}) for n in range(1, guide.depth + 1))
        found[guide.category] = Workflow(name, guide.category, tuple(steps))
    return found


def told(document: Document) -> Iterator[tuple[str, Template]]:
    """The guides' words as messages: filled, translated and approved like any other. Raises TemplateError."""
    for guide in guides(document).values():
        for key, node in guide.nodes.items():
            if node.words:
                name = guide.template(key)
                yield name, read(name, {"language": guide.language, "text": node.words})


def wrong(
    document: Document, categories: Mapping[str, Path], taken: Mapping[str, object]
) -> Iterator[tuple[Path, str, str]]:
    """What is wrong with the guides. ``taken`` are categories with a workflow of their own."""
    seen: dict[str, str] = {}
    for name, guide in guides(document).items():
        place: Path = ("guides", name)
        if guide.category not in categories:
            yield (*place, "category"), f"{guide.category[:60]!r} is no category", nearest(guide.category, categories)
        elif guide.category in taken or guide.category in seen:
            other = seen.get(guide.category, "a workflow")
            yield (*place, "category"), f"{guide.category} has {other} already", "one of them is enough"
        seen.setdefault(guide.category, f"the guide {name}")
        for below, what, remedy in problems(guide):
            yield (*place, *below), what, remedy
    try:
        dict(told(document))
    except TemplateError as error:
        yield ("guides",), f"words of a step: (line {error.line}) {error}", ""
