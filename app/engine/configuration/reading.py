"""YAML and JSON as plain values that still know their lines. What the settings mean is not known here."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]

MOST_CHARACTERS = 1_000_000
DEEPEST = 40


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a configuration, and what would be right. ``line`` counts from 1."""

    file: str
    line: int
    path: str
    wrong: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.path}: " if self.path else f"{self.file}:{self.line}: "
        return f"{place}{self.wrong}" + (f"; {self.remedy}" if self.remedy else "")


class ConfigurationError(Exception):
    """A configuration cannot be used; ``problems`` names everything that is wrong with it, in the order of its lines."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Source:
    """A file once read: its plain values and the line of each path."""

    name: str
    value: dict[str, Any]
    lines: Mapping[Path, int]

    def problem(self, path: Path, wrong: str, remedy: str = "") -> Problem:
        """A problem at a path; one that is not in the file stands at the line of its nearest parent."""
        near = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines), ())
        return Problem(self.name, self.lines.get(near, 1), shown(path), wrong, remedy)


def shown(path: Path) -> str:
    """A path as people write it: ``classification.categories[0].name``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every setting that holds no other, in order; an empty list or mapping is one."""
    children: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    if not children:
        yield path, value
    for key, child in children:
        yield from leaves(child, (*path, key))


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain types: ``off``, ``yes``, ``9:00`` and dates stay the words that they look like."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # filled below, then left alone
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """One node; anchors and depth are refused, because a small file could grow huge by them."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not read: write the value out", problem_mark=mark)
        self.depth += 1
        if self.depth > DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="too many levels", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_RESOLVERS = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]{1,18}$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?$", "-+.0123456789"),
)
for _kind, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), list(_first))


def read(text: str, name: str) -> Source:
    """The values of a YAML or JSON file with their lines. Raises ConfigurationError for what cannot be read at all."""
    if len(text) > MOST_CHARACTERS:
        raise ConfigurationError(
            [Problem(name, 1, "", f"larger than {MOST_CHARACTERS:,} characters", "split it by service")]
        )
    node = _composed(text, name)
    reader = _Reader(name)
    value = reader.plain(node, ()) if node is not None else None
    if not isinstance(value, dict):
        reader.problems.append(Problem(name, 1, "", "not a mapping of settings", "begin with `service: a-name`"))
    if reader.problems or not isinstance(value, dict):
        raise ConfigurationError(reader.problems)
    return Source(name, value, reader.lines)


def _composed(text: str, name: str) -> yaml.Node | None:
    # JSON allows tabs between its tokens and YAML does not; inside a JSON string a raw tab is not allowed either.
    text = text.removeprefix("\ufeff")
    loader: _Loader | None = None
    try:
        loader = _Loader(text.replace("\t", " ") if text.lstrip().startswith("{") else text)
        node: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigurationError(
            [Problem(name, line, "", f"cannot be read: {error.problem or error.context}")]
        ) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(
            [Problem(name, 1, "", "cannot be read: it holds characters that no text has")]
        ) from error
    finally:
        if loader:
            loader.dispose()
    return node


class _Reader:
    """Turns nodes into plain values, noting each line and each key that occurs twice."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def plain(self, node: yaml.Node, path: Path) -> Any:
        """The node's value."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*path, n)) for n, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(self.name, line, shown(path), "a key is not a word"))
                continue
            key = str(_whole(key_node.value))
            if key in values:
                first = self.lines[(*path, key)]
                wrong = f"given twice, first on line {first}"
                self.problems.append(Problem(self.name, line, shown((*path, key)), wrong, "keep one of them"))
                continue
            self.lines[(*path, key)] = line
            values[key] = self.plain(child, (*path, key))
        return values

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        kind = node.tag.rsplit(":", 1)[-1]
        if kind == "str":
            text = _whole(node.value)
            if any("\ud800" <= c <= "\udfff" for c in text):
                line = node.start_mark.line + 1
                self.problems.append(Problem(self.name, line, shown(path), "holds half a character", "write it out"))
            return text
        readers: dict[str, Callable[[str], Any]] = {
            "bool": lambda v: v.lower() == "true",
            "null": lambda _: None,
            "int": int,
            "float": float,
        }
        if kind not in readers:
            line = node.start_mark.line + 1
            self.problems.append(
                Problem(self.name, line, shown(path), f"the tag {node.tag} is not read", "leave it out")
            )
            return None
        return readers[kind](node.value)


def _whole(text: str) -> str:
    """The text with JSON's surrogate pairs put together; a half alone stays, for the caller to refuse."""
    if not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
