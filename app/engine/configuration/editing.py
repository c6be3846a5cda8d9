"""One setting of a configuration changed in its text, so that everything else stays as people wrote it, remarks included."""

import json
import re

import yaml

from app.engine.configuration import Configuration, ConfigurationError, load
from app.engine.configuration.reading import Path, read
from app.engine.types import Mode
from app.errors import BadInput

STEP = "  "


def with_mode(text: str, name: str, category: str, mode: Mode) -> str:
    """The text in which that category asks for that mode. Raises BadInput where it is better changed by hand.

    Whatever was done, the result is read again: it has to say just that, and nothing else may have changed.
    """
    before = load(text, name=name)
    changed = _in_json(text, category, mode) if text.lstrip().startswith("{") else _in_yaml(text, name, category, mode)
    try:
        after = load(changed, name=name)
    except ConfigurationError as error:
        raise BadInput("modes", "could not be changed here: write it in the editor") from error
    if _rest(after) != _rest(before) or after.modes != {**before.modes, category: mode}:
        raise BadInput("modes", "could not be changed here: write it in the editor")
    return changed


def _rest(configuration: Configuration) -> str:
    """All that is set beside the modes of categories."""
    settings = dict(configuration.settings)
    modes = dict(settings.pop("modes", None) or {})
    modes.pop("categories", None)
    return json.dumps([settings, modes], default=str, sort_keys=True)


def _in_json(text: str, category: str, mode: Mode) -> str:
    value = json.loads(text)
    value.setdefault("modes", {}).setdefault("categories", {})[category] = str(mode)
    indent = re.search(r"\n( +)\"", text)
    return json.dumps(value, indent=len(indent[1]) if indent else 2, ensure_ascii=False) + "\n"


def _in_yaml(text: str, name: str, category: str, mode: Mode) -> str:
    """One line changed or put in. What is written in braces, or over several lines, is left to people."""
    lines, known = text.splitlines(), read(text, name).lines
    entry = f"{yaml.safe_dump(category).splitlines()[0]}: {mode}"
    here: Path = ("modes", "categories", category)
    if here in known:
        at = known[here] - 1
        kept = re.match(r"(\s*).*?:\s*[\w\"']+(\s*(?:#.*)?)$", lines[at])
        lines[at] = f"{kept[1]}{entry}{kept[2]}" if kept else lines[at]
    elif here[:2] in known:
        at = known[here[:2]]
        lines.insert(at, f"{_indent(lines, at - 1)}{STEP}{entry}")
    elif here[:1] in known:
        at = known[here[:1]]
        lines[at:at] = [f"{STEP}categories:", f"{STEP * 2}{entry}"]
    else:
        lines += ["modes:", f"{STEP}categories:", f"{STEP * 2}{entry}"]
    return "\n".join(lines) + "\n"


def _indent(lines: list[str], at: int) -> str:
    """The white space before that line, or before its first child where that is known to be deeper."""
    found = re.match(r"\s*", lines[at])
    return found[0] if found else ""
