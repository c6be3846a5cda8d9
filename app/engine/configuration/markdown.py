"""Guides that are written as Markdown: read into the tree that YAML says outright, every line known. Judges no tree.

A title, what it is about, and a heading for each step. A list of links under a step is what the customer may answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from app.engine.configuration.reading import ConfigurationError, Path, Problem, Source, leaves, shown

PERSON = "a person"
"""What follows a step that brings a person."""
END = "the end"
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_ANSWER = re.compile(r"^\s*[-*+]\s+(.*)$")
_LINK = re.compile(r"^\[(?P<words>[^\]]+)\]\(#(?P<step>[^)\s]+)\)$")
_SAID = re.compile(r"^(?P<name>category|language|next):\s*(?P<value>.+)$", re.IGNORECASE)
_ABOUT = "write `Category: ` and the name of a category under the title"
_ANSWERED = "write each answer as a link to its step: `- [yes](#the-step)`"
_ONWARD = f"write `Next: [words](#the-step)`, `Next: {PERSON}` or nothing"


class _Wrong(Exception):
    """A line that cannot be read; ``line`` counts from 0 within the guide."""

    def __init__(self, line: int, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.line, self.wrong, self.remedy = line, wrong, remedy


@dataclass
class _Step:
    line: int
    words: list[str] = field(default_factory=list)
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)
    then: str = ""
    human: bool = False

    @property
    def plain(self) -> dict[str, Any]:
        """The step as YAML would have it."""
        text = "\n".join(self.words).strip()
        given: dict[str, Any] = {"ask" if self.answers else "say": text} if text else {}
        if self.answers:
            given["answers"] = {words: step for words, (step, _) in self.answers.items()}
        return given | ({"human": True} if self.human else {}) | ({"then": self.then} if self.then else {})


@dataclass
class _Read:
    """A guide as far as it was read."""

    title: str = ""
    about: dict[str, tuple[str, int]] = field(default_factory=dict)
    steps: dict[str, _Step] = field(default_factory=dict)

    def take(self, number: int, line: str) -> None:
        """One line. Raises _Wrong."""
        if heading := _HEADING.match(line):
            self._headed(number, len(heading[1]), heading[2])
        elif said := _SAID.match(line.strip()):
            self._said(number, said["name"].lower(), said["value"].strip())
        elif line.strip():
            self._worded(number, line)
        elif self.steps:
            self._last.words.append("")

    @property
    def _last(self) -> _Step:
        return next(reversed(self.steps.values()))

    def _headed(self, number: int, depth: int, words: str) -> None:
        if depth == 1:
            if self.title:
                raise _Wrong(number, "is a second title", "begin each step with `##`; make another guide of it")
            self.title = words
            return
        name = slug(words)
        if not self.title or depth > 2 or not name:
            raise _Wrong(number, "is no step", "begin with `# ` and a title, then each step with `## ` and its name")
        if name in self.steps:
            raise _Wrong(number, f"is a second step {name}", "give each step a name of its own")
        self.steps[name] = _Step(number)

    def _said(self, number: int, name: str, value: str) -> None:
        if name != "next":
            if self.steps:
                raise _Wrong(number, f"says the {name} inside a step", "say it once, under the title")
            self.about[name] = (value, number)
        elif not self.steps:
            raise _Wrong(number, "belongs to no step", "put it under a step's heading")
        elif value.casefold() == PERSON:
            self._last.human = True
        elif value.casefold() != END:
            self._last.then = _target(number, value, _ONWARD)[1]

    def _worded(self, number: int, line: str) -> None:
        if not self.steps:
            raise _Wrong(number, "belongs to no step", "begin with `# ` and a title, then each step with `## `")
        answer, step = _ANSWER.match(line), self._last
        if answer is None:
            step.words.append(line.rstrip())
            return
        words, target = _target(number, answer[1], _ANSWERED)
        if words in step.answers:
            raise _Wrong(number, f"is a second answer {words!r}", "leave one of them out")
        step.answers[words] = (target, number)


def _target(number: int, text: str, remedy: str) -> tuple[str, str]:
    link = _LINK.match(text.strip())
    if link is None:
        raise _Wrong(number, "leads nowhere", remedy)
    return link["words"].strip(), slug(link["step"])


def slug(words: str) -> str:
    """A heading as links name it: ``Plugged in?`` is ``plugged-in``."""
    return re.sub(r"[^\w-]+", "", re.sub(r"\s+", "-", words.strip().casefold())).strip("-")


def expanded(source: Source, text: str) -> Source:
    """The source with every guide that is Markdown as the tree that it means, its lines known. Raises ConfigurationError."""
    guides = source.value.get("guides")
    if not isinstance(guides, dict) or not any(isinstance(one, str) for one in guides.values()):
        return source
    lines, trees, problems = dict(source.lines), dict(guides), list[Problem]()
    for name, given in guides.items():
        if not isinstance(given, str):
            continue
        place, first, apart = ("guides", name), *_begins(source, text, name)
        try:
            read = _whole(given)
        except _Wrong as error:
            line = first + error.line * apart
            problems.append(Problem(source.name, line, shown(place), f"the line {error.wrong}", error.remedy))
            continue
        trees[name] = _tree(read)
        lines |= {path: first + line * apart for path, line in _lines(read, place, trees[name])}
    if problems:
        raise ConfigurationError(problems)
    return replace(source, value={**source.value, "guides": trees}, lines=lines)


def _begins(source: Source, text: str, name: str) -> tuple[int, int]:
    """The line of a guide's first line, and how far its lines are apart in the file: not at all where it is one quoted text."""
    key = source.lines[("guides", name)]
    written = text.splitlines()
    block = key <= len(written) and re.search(r":\s*[|>][-+0-9]*\s*(?:#.*)?$", written[key - 1]) is not None
    return (key + 1, 1) if block else (key, 0)


def _whole(text: str) -> _Read:
    read = _Read()
    for number, line in enumerate(text.splitlines()):
        read.take(number, line)
    if not read.title or not read.steps:
        raise _Wrong(0, "begins no guide", "begin with `# ` and a title, then each step with `## ` and its name")
    if "category" not in read.about:
        raise _Wrong(0, "is followed by no category", _ABOUT)
    return read


def _tree(read: _Read) -> dict[str, Any]:
    steps = {name: step.plain for name, step in read.steps.items()}
    about = {name: value for name, (value, _) in read.about.items()}
    return {"title": read.title, **about, "start": next(iter(steps)), "steps": steps}


def _lines(read: _Read, place: Path, tree: dict[str, Any]) -> Iterator[tuple[Path, int]]:
    """Every path with its line; what has none of its own stands where its step begins."""
    own: dict[Path, int] = {place: 0} | {(*place, name): line for name, (_, line) in read.about.items()}
    for name, step in read.steps.items():
        own[(*place, "steps", name)] = step.line
        own |= {(*place, "steps", name, "answers", words): line for words, (_, line) in step.answers.items()}
    yield from ((path, line) for path, line in own.items() if path != place)
    for path, _ in leaves(tree, place):
        yield path, next(own[path[:n]] for n in range(len(path), 0, -1) if path[:n] in own)
