"""Templates as code that can do next to nothing: name fields, choose, repeat. Whatever else jinja2 has is refused when read."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateSyntaxError, Undefined, meta, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.engine.templates import words

LONGEST = 4_000
"""Characters of a template."""
MOST_TOLD = 10_000
"""Characters of a message."""
MOST_ROWS = 50
"""Entries of a list that are told."""
LANGUAGE = "language"
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.If,
    nodes.For,
    nodes.Filter,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)


class TemplateError(ValueError):
    """A template cannot be used. ``line`` counts from 1; the message says what would be right."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class MissingField(LookupError):
    """A field that the message needs is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Gap(Undefined):
    """A field that is not there: false when it is asked for, an end of it all when it would be told."""

    def __bool__(self) -> bool:
        return False

    def _refuse(self, *_: Any) -> Any:
        raise MissingField(str(self._undefined_name or "a field"))

    __str__ = __iter__ = __len__ = __add__ = __radd__ = _refuse
    __getattr__ = __getitem__ = __call__ = _refuse


def _told(value: Any) -> str:
    return str(value) if isinstance(value, _Gap) else words.plain(value)


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=_Gap, finalize=_told, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(link=words.link, money=_money, day=_day)
    return made


@pass_context
def _money(context: Context, amount: Any, currency: Any) -> words.Safe:
    return words.money(amount, currency, context.get(LANGUAGE, ""))


@pass_context
def _day(context: Context, moment: Any) -> words.Safe:
    return words.day(moment, context.get(LANGUAGE, ""))


_JINJA = _environment()


def fields_of(source: str) -> frozenset[str]:
    """The fields that a template may name. Raises TemplateError for one that cannot be used."""
    return _read(source)[1]


def told(source: str, fields: Mapping[str, Any], language: str) -> str:
    """The template with its fields filled in. Raises MissingField, HostileField (which names it), or TemplateError."""
    template, names = _read(source)
    given = {name: _given(fields[name]) for name in names if name in fields}
    try:
        text = template.render({name: value for name, value in given.items() if value is not None}, language=language)
    except words.HostileField as error:
        raise words.HostileField(f"{_culprit(given)} {error}".strip()) from error
    if len(text) > MOST_TOLD:
        raise TemplateError(1, f"makes a message of more than {MOST_TOLD} characters: shorten it")
    return text.strip()


def _given(value: Any) -> Any:
    """Empty text counts as not there; rows of a list are cut."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, Sequence):
        return list(value[:MOST_ROWS]) or None
    return value


def _culprit(given: Mapping[str, Any]) -> str:
    """The names of fields that could be what was refused."""
    found = []
    for name, value in given.items():
        try:
            if isinstance(value, str):
                words.plain(value)
        except words.HostileField:
            found.append(name)
    return ", ".join(found)


@lru_cache(maxsize=512)
def _read(source: str) -> tuple[Template, frozenset[str]]:
    if len(source) > LONGEST:
        raise TemplateError(1, f"is too long: shorten it to {LONGEST} characters")
    try:
        tree = _JINJA.parse(source)
        for node in tree.find_all(nodes.Node):
            _allowed(node)
        names = frozenset(meta.find_undeclared_variables(tree)) - {LANGUAGE}
        return _JINJA.from_string(tree), names
    except TemplateSyntaxError as error:
        raise TemplateError(error.lineno, f"cannot be read: {error.message}") from error


def _allowed(node: nodes.Node) -> None:
    if not isinstance(node, ALLOWED):
        remedy = "only {{ field }}, {% if %}, {% for %} and the filters link, money and day may stand here"
        raise TemplateError(node.lineno, f"{type(node).__name__.lower()} is not allowed: {remedy}")
    if isinstance(node, nodes.Filter) and (node.name not in _JINJA.filters or node.node is None):
        raise TemplateError(node.lineno, f"{node.name} is no filter: there are link, money and day")
    if isinstance(node, nodes.Getattr) and (node.attr.startswith("_") or not isinstance(node.node, nodes.Name)):
        raise TemplateError(node.lineno, "only an entry's own value may be named, as in {{ item.title }}")
    if isinstance(node, nodes.For) and (node.recursive or node.test or not isinstance(node.iter, nodes.Name)):
        raise TemplateError(node.lineno, "write {% for item in items %} with one field")
