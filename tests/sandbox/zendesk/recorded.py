"""Zendesk's own description of its API and recorded calls, where a copy lies beside the project; nothing of it is ours."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator

SHARED = Path(__file__).resolve().parents[4] / "shared"
SPEC = SHARED / "specs" / "zendesk-support.yaml"
CALLS = SHARED / "payloads" / "zendesk"
IMPLICIT = ("tag:yaml.org,2002:value", "tag:yaml.org,2002:timestamp")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads ``=`` and dates as text: the file has both where text is meant."""

    yaml_implicit_resolvers: ClassVar[Mapping[str, Any]] = {
        first: [pair for pair in pairs if pair[0] not in IMPLICIT]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@cache
def spec() -> dict[str, Any]:
    """The description, with null allowed wherever a type is named: recorded answers hold null where it does not say so."""
    with SPEC.open() as file:
        return _nullable(yaml.load(file, Loader=Loader))


def _nullable(node: Any) -> Any:
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {name: _nullable(value) for name, value in node.items()}
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if isinstance(made.get("enum"), list):
            made["enum"] = [*made["enum"], None]
    return made


def operation(method: str, url: str) -> dict[str, Any] | None:
    """What the description says about this call; a literal path before one with parameters."""
    _, api, rest = urlsplit(url).path.partition("/api/v2/")
    path = api + rest.removesuffix(".json")
    for template in sorted(spec()["paths"], key=lambda t: t.count("{")):
        pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            found = spec()["paths"][template].get(method.lower())
            return dict(found) if found else None
    return None


def complaints(schema: Any, value: Any) -> list[str]:
    """Where the value is not what the schema says."""
    whole = {"$ref": schema["$ref"], "components": spec()["components"]} if "$ref" in schema else schema
    errors = Draft202012Validator(whole).iter_errors(value)
    return [f"{'.'.join(str(part) for part in error.absolute_path)}: {error.message[:120]}" for error in errors]


def schema_of(part: Any) -> Any | None:
    """The JSON schema in a request's or an answer's description."""
    return ((part or {}).get("content") or {}).get("application/json", {}).get("schema")


def recordings() -> Iterator[tuple[str, dict[str, Any]]]:
    """Recorded traffic: documentation examples and hearsay left out."""
    for file in sorted(CALLS.glob("*.json")):
        if not file.name.startswith(
            ("doc_", "reported_", "event_", "trigger_body_", "trigger_definition", "trigger_url")
        ):
            yield file.stem, json.loads(file.read_text())
