"""An OpenAPI 3 file, read into what can be called. Refuses what it cannot do exactly; follows no reference out of the file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from connectors.errors import BadPayload

LARGEST = 2_000_000
"""Characters of a file."""
DEEPEST = 60
ROOT = "urn:described"
"""What the file is called in references."""
METHODS = ("get", "put", "post", "delete", "patch")
BODIES = ("application/json", "application/x-www-form-urlencoded")
_PLACES = ("path", "query", "header")


class _Plain(yaml.SafeLoader):
    """JSON's types only (a date stays text), and no aliases, by which a small file becomes a large one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """A node. Raises for an alias."""
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Parameter:
    """An input that travels in the address or a header. ``schema`` is a reference into the file."""

    name: str
    place: str
    required: bool
    schema: str


@dataclass(frozen=True)
class Endpoint:
    """One operation of the API. References are pointers into the file, empty where there is none."""

    name: str
    title: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: str = ""
    body_type: str = ""
    required: tuple[str, ...] = ()
    """Inputs of the body that it cannot do without."""
    optional: tuple[str, ...] = ()
    whole: bool = False
    """The body is no object: it is the one input ``body``."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Status -> the reference to its JSON answer."""
    outputs: tuple[str, ...] = ()
    security: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Document:
    """A file that was read: ``contents`` is plain JSON Schema from here on, also where OpenAPI 3.0 has words of its own."""

    contents: Mapping[str, Any]
    endpoints: Mapping[str, Endpoint]

    @property
    def title(self) -> str:
        """What the API calls itself."""
        return str((self.contents.get("info") or {}).get("title") or "API")

    @property
    def server(self) -> str:
        """Where the file says that the API is, if it says so fully and over TLS; else empty."""
        named = [one.get("url") for one in self.contents.get("servers") or () if isinstance(one, Mapping)]
        return next((url for url in named if isinstance(url, str) and re.fullmatch(r"https://[^{}\s]+", url)), "")

    @property
    def schemes(self) -> Mapping[str, Mapping[str, Any]]:
        """The security schemes by name."""
        return dict((self.contents.get("components") or {}).get("securitySchemes") or {})


def read(text: str) -> Document:
    """Read a file, YAML or JSON. Raises BadPayload, which names the place."""
    if len(text) > LARGEST:
        raise BadPayload("document", f"has more than {LARGEST // 1_000_000} MB")
    try:
        contents = yaml.load(text, _Plain)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError):
        raise BadPayload("document", "is neither YAML nor JSON, or has aliases") from None
    if not isinstance(contents, dict) or not str(contents.get("openapi", "")).startswith(("3.0", "3.1")):
        raise BadPayload("document: openapi", "give an OpenAPI file of version 3.0 or 3.1")
    modern = _modern(contents, "document", 0)
    found = {one.name: one for one in _endpoints(modern)}
    if not found:
        raise BadPayload("document: paths", "describes no operation with an operationId")
    return Document(modern, found)


def resolve(contents: Mapping[str, Any], given: Any, at: str) -> tuple[Mapping[str, Any], str]:
    """What is meant where a reference may stand, and its pointer. Raises BadPayload for one that leads nowhere."""
    for _ in range(DEEPEST):
        if not isinstance(given, Mapping):
            raise BadPayload(f"document: {at}", "is not an object")
        if "$ref" not in given:
            return given, at
        at = str(given["$ref"]).removeprefix("#/")
        given = contents
        for step in at.split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            given = given.get(name) if isinstance(given, Mapping) else None
    raise BadPayload(f"document: {at}", "leads to itself")


def _modern(value: Any, at: str, depth: int) -> Any:
    """The same in JSON Schema's own words. Raises BadPayload for a reference out of the file."""
    if depth > DEEPEST:
        raise BadPayload(at, "is nested too deep")
    if isinstance(value, list):
        return [_modern(one, f"{at}.{place}", depth + 1) for place, one in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str) and not value["$ref"].startswith("#/"):
        raise BadPayload(f"{at}.$ref", "leads out of the file: put it into one file")
    made = {str(name): _modern(one, f"{at}.{name}", depth + 1) for name, one in value.items()}
    return _bounded(_nullable(made))


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type more."""
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list):
            schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("nullable"), bool):
        del schema["nullable"]
    return schema


def _bounded(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 says of a bound that it is exclusive; JSON Schema has a bound of its own for that."""
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(word), bool) and schema.pop(word):
            schema[word] = schema.pop(bound, None)
    return schema


def _endpoints(contents: Mapping[str, Any]) -> Iterator[Endpoint]:
    taken: set[str] = set()
    for path, item in (contents.get("paths") or {}).items():
        shared, at = resolve(contents, item, f"paths/{_escaped(path)}")
        for method in METHODS:
            if not isinstance(shared.get(method), Mapping) or not shared[method].get("operationId"):
                continue
            one = _endpoint(contents, path, method, f"{at}/{method}", shared)
            if one.name in taken:
                raise BadPayload(f"document: paths.{path}.{method}.operationId", "is there twice")
            taken.add(one.name)
            yield one


def _endpoint(contents: Mapping[str, Any], path: str, method: str, at: str, item: Mapping[str, Any]) -> Endpoint:
    given = item[method]
    base = at.rpartition("/")[0]
    listed = [(one, f"{base}/parameters/{place}") for place, one in enumerate(item.get("parameters") or ())]
    listed += [(one, f"{at}/parameters/{place}") for place, one in enumerate(given.get("parameters") or ())]
    parameters = {(p.place, p.name): p for p in (_parameter(contents, one, where) for one, where in listed)}
    if missing := set(re.findall(r"{([^}]+)}", path)) - {name for place, name in parameters if place == "path"}:
        raise BadPayload(f"document: paths.{path}", f"does not describe its parameter {sorted(missing)[0]}")
    body, body_type, schema, needed = _body(contents, given, at)
    whole = bool(body) and not isinstance(schema.get("properties"), Mapping)
    names = ("body",) if whole else tuple(schema.get("properties") or ())
    wanted = set(names if whole and needed else schema.get("required") or () if needed else ())
    answers = _answers(contents, given, at)
    return Endpoint(
        name=re.sub(r"\W+", "_", str(given["operationId"]), flags=re.ASCII),
        title=str(given.get("summary") or given["operationId"])[:80],
        method=method.upper(),
        path=path,
        parameters=tuple(parameters.values()),
        body=body,
        body_type=body_type,
        required=tuple(name for name in names if name in wanted),
        optional=tuple(name for name in names if name not in wanted),
        whole=whole,
        answers=answers,
        outputs=_outputs(contents, answers),
        security=given.get("security", contents.get("security")) or (),
    )


def _parameter(contents: Mapping[str, Any], given: Any, where: str) -> Parameter:
    one, at = resolve(contents, given, where)
    name, place = str(one.get("name") or ""), str(one.get("in") or "")
    if place not in _PLACES or not name:
        raise BadPayload(f"document: {at}", "is not a parameter of the path, the query or a header")
    if "schema" not in one:
        raise BadPayload(f"document: {at}.schema", "is needed")
    return Parameter(name, place, place == "path" or one.get("required") is True, f"{at}/schema")


def _body(contents: Mapping[str, Any], given: Mapping[str, Any], at: str) -> tuple[str, str, Mapping[str, Any], bool]:
    """Where the body's schema is, its media type, the schema itself, and whether there has to be one."""
    if "requestBody" not in given:
        return "", "", {}, False
    body, where = resolve(contents, given["requestBody"], f"{at}/requestBody")
    offered = body.get("content") or {}
    kind = next((one for one in BODIES if one in offered), "")
    if not kind or "schema" not in offered[kind]:
        raise BadPayload(f"document: {where}.content", f"has none of {', '.join(BODIES)} with a schema")
    place = f"{where}/content/{_escaped(kind)}/schema"
    schema, place = resolve(contents, offered[kind]["schema"], place)
    return place, kind, schema, body.get("required") is True


def _answers(contents: Mapping[str, Any], given: Mapping[str, Any], at: str) -> dict[str, str]:
    found = {}
    for status, one in (given.get("responses") or {}).items():
        answer, where = resolve(contents, one, f"{at}/responses/{status}")
        if "schema" in ((answer.get("content") or {}).get("application/json") or {}):
            found[str(status)] = f"{where}/content/application~1json/schema"
    return found


def _outputs(contents: Mapping[str, Any], answers: Mapping[str, str]) -> tuple[str, ...]:
    """What a good answer names at its top; a list is one output, ``items``."""
    for status, pointer in sorted(answers.items()):
        if status.startswith("2"):
            schema, _ = resolve(contents, {"$ref": f"#/{pointer}"}, "")
            return tuple(schema.get("properties") or ()) or ("items",)
    return ()


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
