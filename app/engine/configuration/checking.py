"""What is wrong with a configuration, in words with a remedy: the vocabulary's complaints, then what only the whole file shows."""

from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.engine.conditions import ConditionError, trigger
from app.engine.configuration import analytics, calendars, guiding, trials
from app.engine.configuration.flows import Document
from app.engine.configuration.models import VOCABULARY, Category, Group, Message, Templates, Trigger
from app.engine.configuration.reading import ConfigurationError, Path, Source, shown
from app.engine.configuration.rules import TO_TEAM
from app.engine.configuration.settled import PRIORITIES
from app.engine.facts import Fact, known
from app.engine.nearest import nearest
from app.engine.templates import Template, TemplateError, read, shipped
from app.engine.words import stems

_TYPES: Mapping[str, tuple[str, str]] = {
    "string_type": ("is not a text", "put it in quotes"),
    "string_too_short": ("is empty", "write something or leave the setting out"),
    "string_too_long": ("is too long", "shorten it to 4000 characters"),
    "string_pattern_mismatch": ("is no name", "use lower-case letters, digits and hyphens"),
    "bool_type": ("is not a switch", "write true or false"),
    "int_type": ("is not a whole number", "write it without quotes"),
    "float_type": ("is not a number", "write it without quotes"),
    "list_type": ("is not a list", "write [a, b] or one line with a dash for each"),
    "dict_type": ("is not a mapping of settings", "write `name: value` below it"),
    "model_type": ("is not a mapping of settings", "write `name: value` below it"),
    "model_attributes_type": ("is not a mapping of settings", "write `name: value` below it"),
    "missing": ("is missing", "add it"),
}
_BOUNDS = {"greater_than_equal": "ge", "less_than_equal": "le", "greater_than": "gt", "less_than": "lt"}


def checked(source: Source) -> Document:
    """The document, every setting known and of its type. Raises ConfigurationError with everything that is wrong."""
    try:
        document = Document.model_validate(source.value)
    except ValidationError as error:
        problems = {
            (shown(p), wrong): source.problem(p, wrong, remedy) for p, wrong, remedy in _said(error, source.value)
        }
        raise ConfigurationError(sorted(problems.values(), key=lambda p: p.line)) from error
    problems_found = [source.problem(*found) for found in _whole(document)]
    if problems_found:
        raise ConfigurationError(sorted(problems_found, key=lambda p: p.line))
    return document


def _said(error: ValidationError, value: Any) -> Iterable[tuple[Path, str, str]]:
    """One complaint for each place: of several alternatives that failed, the one that came closest."""
    found: dict[Path, tuple[Path, str, str]] = {}
    # Stable: what is of the wrong type comes last, so that it does not hide what is merely wrong.
    for detail in sorted(error.errors(include_url=False), key=lambda d: d["type"].endswith("_type")):
        path = _path(detail["loc"], value, keep_last=detail["type"] == "missing")
        found.setdefault(path, (path, *_words(detail, path)))
    return found.values()


def _path(loc: Path, value: Any, *, keep_last: bool) -> Path:
    """The error's place in the file: pydantic adds the names of alternatives, which nobody wrote."""
    path: list[str | int] = []
    for n, part in enumerate(loc):
        children: Mapping[str | int, Any] = {}
        if isinstance(value, dict | list):
            children = dict(enumerate(value)) if isinstance(value, list) else value
        if part in children:
            value = children[part]
        elif not (keep_last and n == len(loc) - 1):
            continue
        path.append(part)
    return tuple(path)


def _words(detail: ErrorDetails, path: Path) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return "is no setting", nearest(str(path[-1]), _keys_at(path[:-1]))
    if kind == "missing":
        return _missing(path)
    if kind in {"one_of", "wrong"}:
        remedy = context.get("remedy") or nearest(str(detail["input"]), context["known"])
        return f"{_quoted(detail['input'])} {context['wrong']}", remedy
    if kind in {"literal_error", "enum"}:
        known = [word.strip("' ") for word in str(context["expected"]).replace(" or ", ",").split(",")]
        return f"{_quoted(detail['input'])} is not known here", nearest(str(detail["input"]), known)
    if kind in _BOUNDS:
        return "is out of bounds", detail["msg"].replace("Input should be", "it should be")
    wrong, remedy = _TYPES.get(kind, (detail["msg"].lower(), ""))
    return wrong, remedy


def _missing(path: Path) -> tuple[str, str]:
    """A group without categories is more often a misspelt setting."""
    if len(path) == 3 and path[0] == "classification" and path[2] == "categories":
        remedy = nearest(str(path[1]), ("sentiment", "vip", "categories"), all_of=False)
        return "is missing", remedy or "a group holds a list of categories"
    return _TYPES["missing"]


def _quoted(value: Any) -> str:
    """A short value as written; a long one could hold anything and is left out."""
    text = str(value)
    return repr(text) if len(text) <= 60 else "this"


def _keys_at(path: Path) -> set[str]:
    """Every key that the vocabulary knows at a place."""
    found: set[Any] = {Document}
    for part in path:
        found = {inner for model in found for inner in _below(model, part)}
    return {str(f.alias) for model in found if _is_model(model) for f in model.model_fields.values()}


def _below(kind: Any, part: str | int) -> Iterator[Any]:
    if _is_model(kind):
        fields = {f.alias: f.annotation for f in kind.model_fields.values()}
        if part in fields:
            yield from _plain(fields[str(part)])
        elif extra := kind.__annotations__.get("__pydantic_extra__"):
            yield from _plain(get_args(extra)[1])
    elif get_origin(kind) in {list, dict}:
        yield from _plain(get_args(kind)[-1])


def _plain(kind: Any) -> Iterator[Any]:
    """The kinds that an annotation may mean."""
    if get_origin(kind) is Annotated:
        yield from _plain(get_args(kind)[0])
    elif get_origin(kind) in {Union, UnionType}:
        for inner in get_args(kind):
            yield from _plain(inner)
    else:
        yield kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


# --- what only the whole file shows -------------------------------------------------------------------------


def placed(document: Document) -> Iterator[tuple[Path, str, Category]]:
    """Every category with its path and its group."""
    for n, category in enumerate(document.classification.categories):
        yield ("classification", "categories", n), "", category
    for name, group in (document.classification.__pydantic_extra__ or {}).items():
        inner: Path = ("categories",) if isinstance(group, Group) else ()
        for n, category in enumerate(group.categories if isinstance(group, Group) else group):
            yield ("classification", name, *inner, n), name, category


def answered(name: str, names: Iterable[str]) -> str | None:
    """The category that an ``autoResponse`` key such as ``orderStatus`` is about, or None."""
    flat = name.replace("-", "").replace("_", "").casefold()
    return next((n for n in names if n.replace("-", "").replace("_", "").casefold() == flat), None)


def topical(topic: str, names: Iterable[str]) -> list[str]:
    """The categories with the topic's word in their name: ``disputes`` is about ``transaction-dispute``."""
    wanted = set(stems(topic))
    return [name for name in names if wanted <= set(stems(name.replace("_", " ")))]


def _whole(document: Document) -> Iterator[tuple[Path, str, str]]:
    names: dict[str, Path] = {}
    for path, _, category in placed(document):
        if category.name in names:
            yield (*path, "name"), f"{category.name} is given twice", f"first at {shown(names[category.name])}"
        names.setdefault(category.name, path)
    if not names:
        yield ("classification",), "names no category", "add a list of categories"
    for key in document.auto_response:
        if not answered(key, names):
            yield ("autoResponse", key), "is about no category", nearest(key, names)
    for key in document.modes.categories:
        if key not in names:
            yield ("modes", "categories", key), "is no category", nearest(key, names)
    yield from _sla(document)
    yield from _assigning(document, names)
    yield from _conditions(document)
    yield from _actions(document)
    yield from _systems(document)
    yield from _templates(document)
    yield from analytics.problems(document.analytics)
    yield from trials.problems(document.experiments, names)
    taken = {answered(key, names): r for key, r in document.auto_response.items() if r.workflow}
    yield from guiding.wrong(document, names, {name: r for name, r in taken.items() if name})


def facts_of(document: Document) -> Mapping[str, Fact]:
    """Every fact that the document's conditions may ask about."""
    names = (category.name for _, _, category in placed(document))
    return known(names, VOCABULARY["channels"], document.facts)


def _conditions(document: Document) -> Iterator[tuple[Path, str, str]]:
    """What is wrong with the expressions, wherever one may stand."""
    facts = facts_of(document)
    for path, given in _expressions(document):
        try:
            trigger(given, facts, VOCABULARY["handoffs"])
        except ConditionError as error:
            yield path, f"{error.wrong} (column {error.column})", error.remedy


def _expressions(document: Document) -> Iterator[tuple[Path, Trigger]]:
    yield from _of_channels(document)
    vip, bot, escalation = document.classification.vip, document.chatbot, document.escalation
    for n, criterion in enumerate(vip.criteria if vip else ()):
        yield ("classification", "vip", "criteria", n), criterion
    for key, response in document.auto_response.items():
        for n, step in enumerate(response.workflow):
            if step.condition:
                yield ("autoResponse", key, "workflow", n, "condition"), step.condition
    if bot:
        for where, section in (("fallbackToHuman", bot.fallback_to_human), ("handoff", bot.handoff)):
            yield from (
                (("chatbot", where, "triggers", n), t) for n, t in enumerate(section.triggers if section else ())
            )
    yield from (
        (("escalation", "routing", n, "condition"), rule.condition) for n, rule in enumerate(escalation.routing)
    )
    yield from (
        (("escalation", "triggers", n, "condition"), one.condition) for n, one in enumerate(escalation.triggers)
    )


def _of_channels(document: Document) -> Iterator[tuple[Path, Trigger]]:
    for n, channel in enumerate(document.channels):
        proactive = channel.widget.proactive if channel.widget else None
        for m, reaction in enumerate(proactive.triggers if proactive else ()):
            yield ("channels", n, "widget", "proactive", "triggers", m, "condition"), reaction.condition


def _sla(document: Document) -> Iterator[tuple[Path, str, str]]:
    if document.escalation.business_hours:
        yield from calendars.problems(document.escalation.business_hours)
    for key, value in document.escalation.sla.items():
        if isinstance(value, str) and key not in PRIORITIES:
            yield ("escalation", "sla", key), "is no priority", nearest(key, PRIORITIES)


def _assigning(document: Document, names: Iterable[str]) -> Iterator[tuple[Path, str, str]]:
    """Hours of teams and agents, and what is said by category."""
    for team, hours in document.escalation.teams.items():
        yield from calendars.problems(hours, ("escalation", "teams", team))
    for name, agent in document.agents.items():
        if agent.hours:
            yield from calendars.problems(agent.hours, ("agents", name, "hours"))
    given = document.escalation.assignment
    for key, said in (("weights", given.weights), ("skills", given.skills)):
        for category in said:
            if category not in names:
                yield ("escalation", "assignment", key, category), "is no category", nearest(category, names)


def _actions(document: Document) -> Iterator[tuple[Path, str, str]]:
    """What is set off has to be something that can be done."""
    known_actions = VOCABULARY["escalations"]
    for n, one in enumerate(document.escalation.triggers):
        team = one.action.removeprefix(TO_TEAM)
        if one.action not in known_actions and (team == one.action or not team):
            remedy = nearest(one.action, (*known_actions, f"{TO_TEAM}your-team"))
            yield ("escalation", "triggers", n, "action"), f"{one.action[:60]!r} is no action", remedy


def _systems(document: Document) -> Iterator[tuple[Path, str, str]]:
    systems: Mapping[str, Mapping[str, str]] = VOCABULARY["integrations"]
    for system, settings in document.integrations.items():
        if system not in systems:
            yield ("integrations", system), "is no system we know", nearest(system, systems)
            continue
        for key, value in settings.items():
            path: Path = ("integrations", system, key)
            if key not in systems[system]:
                yield path, "is no setting", nearest(key, systems[system])
            elif wrong := _not_a(systems[system][key], value):
                yield (path, *wrong)


def _not_a(kind: str, value: Any) -> tuple[str, str] | None:
    if kind == "flag":
        return None if isinstance(value, bool) else _TYPES["bool_type"]
    if kind == "text":
        return None if isinstance(value, str) and value else _TYPES["string_type"]
    words = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    return None if words else ("is not a mapping of words", "write `word: word` below it")


def messages(given: Templates) -> Iterator[tuple[str, Template]]:
    """The account's own messages by name. Raises TemplateError for one that cannot be used."""
    for name, value in (given.__pydantic_extra__ or {}).items():
        yield name, read(name, value if isinstance(value, str) else _written(value))


def _written(message: Message) -> Mapping[str, Any]:
    return message.model_dump(exclude_none=True, by_alias=True)


def _templates(document: Document) -> Iterator[tuple[Path, str, str]]:
    for name, value in (document.templates.__pydantic_extra__ or {}).items():
        try:
            template = read(name, value if isinstance(value, str) else _written(value))
        except TemplateError as error:
            yield ("templates", name), f"(line {error.line} of its text) {error}", ""
            continue
        if not template.wordings:
            yield ("templates", name), "says nothing", "write `text:` below it"
    known = {*(document.templates.__pydantic_extra__ or {}), *shipped()}
    for key, response in document.auto_response.items():
        for n, step in enumerate(response.workflow):
            if step.template and step.template not in known:
                path: Path = ("autoResponse", key, "workflow", n, "template")
                yield path, f"{step.template[:60]!r} is no template", nearest(step.template, known)
