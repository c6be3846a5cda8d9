"""The OpenAPI document, made from the declarations that the routes were hung by: what it says is what is there."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from app.db.access import SCOPES
from app.web.api.auth import Caller
from app.web.api.declared import Given, Nothing, Operation, Problem
from app.web.api.door import LONGEST_KEY, Door, Written
from app.web.api.problems import TYPE
from app.web.api.reading import MOST_BYTES

REFERENCE = "#/components/schemas/{model}"
ABOUT = (
    "What an account's own systems may ask of Deskhand. Every list comes in parts: `next` is the `cursor` of the part after it. "
    "Every refusal is `application/problem+json`; its `code` is stable."
)
REFUSALS: Mapping[int, str] = {
    400: "Something is missing or not as described.",
    401: "No good token came along.",
    403: "The token is for something else.",
    404: "There is no such thing in this account.",
    409: "The same request is being answered, or the Idempotency-Key was used for another one.",
    413: f"More than {MOST_BYTES // 1024} KiB.",
    415: "Not JSON.",
    429: "Too many requests: see Retry-After.",
    500: "A mistake of ours.",
    503: "Try again in a moment: see Retry-After.",
}
RATES = {
    "RateLimit-Limit": "Requests a minute.",
    "RateLimit-Remaining": "How many of them are left now.",
    "RateLimit-Reset": "Seconds until all of them are there again.",
}


DOCUMENT = Operation(
    "openapi", "GET", "/openapi.json", "", "This document.", {200: None}, details="OpenAPI 3.1. Needs no token."
)


class _Schemas(GenerateJsonSchema):
    """Schemas without titles made up from names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def register(door: Door) -> None:
    """Hang the document at the door, the last of all: it is about those before it, and itself."""

    @cache
    def written() -> str:
        return json.dumps(made(door.operations), ensure_ascii=False)

    @door.serves(DOCUMENT)
    def openapi(caller: Caller) -> Written:
        return Written(written())


def made(operations: Iterable[Operation]) -> dict[str, Any]:
    """The whole document about these operations."""
    every = list(operations)
    named, definitions = _models(every)
    paths: dict[str, dict[str, Any]] = {}
    for one in every:
        paths.setdefault(one.rule, {})[one.method.lower()] = _operation(one, named, definitions)
    told = _referred(paths, definitions)
    scopes = {"type": "http", "scheme": "bearer", "description": _scopes()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Deskhand", "version": version("deskhand"), "description": ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in definitions.items() if name in told},
            "securitySchemes": {"token": scopes},
            "responses": {str(status): _refusal(text) for status, text in REFUSALS.items()},
            "headers": {name: {"description": text, "schema": {"type": "integer"}} for name, text in RATES.items()},
        },
    }


Models = Mapping[Any, Mapping[str, Any]]


def _models(operations: Iterable[Operation]) -> tuple[Models, dict[str, Any]]:
    """Every model's schema, by itself or by reference, and what the references name."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for one in operations:
        inputs = (one.path, one.query, one.body)
        wanted |= {(model, "validation"): None for model in inputs if model is not None}
        wanted |= {(model, "serialization"): None for model in one.answers.values() if model is not None}
    named, whole = models_json_schema(list(wanted), ref_template=REFERENCE, schema_generator=_Schemas)
    return named, whole["$defs"]


def _operation(one: Operation, named: Models, definitions: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": one.id,
        "summary": one.summary,
        "description": " ".join(filter(None, (one.details, f"Scope: `{one.scope}`." if one.scope else ""))),
        "tags": [one.rule.split("/")[1]],
        "parameters": _parameters(one, named, definitions),
        "responses": _answers(one, named),
    }
    if not one.scope:
        told["security"] = []
    if one.body is not None:
        schema = named[one.body, "validation"]
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return told


def _parameters(one: Operation, named: Models, definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [*_listed(one.path, "path", named, definitions), *_listed(one.query, "query", named, definitions)]
    headers = dict(one.headers)
    if one.keyed:
        headers["Idempotency-Key"] = (
            "Sent again with the same key within a day, it is done once and told the same again."
        )
    for name, text in headers.items():
        schema: dict[str, Any] = {"type": "string"}
        if name == "Idempotency-Key":
            schema |= {"maxLength": LONGEST_KEY, "pattern": "^[ -~]*$"}
        found.append({"name": name, "in": "header", "required": False, "description": text, "schema": schema})
    return found


def _listed(model: type[Given], place: str, named: Models, definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    if model is Nothing:
        return []
    schema = definitions[named[model, "validation"]["$ref"].rpartition("/")[2]]
    return [_parameter(name, place, dict(given), schema) for name, given in schema["properties"].items()]


def _parameter(name: str, place: str, given: dict[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "in": place, "required": name in model.get("required", ())}
    if about := given.pop("description", ""):
        told["description"] = about
    if given.get("type") == "array":
        told |= {"style": "form", "explode": False}
    return told | {"schema": given}


def _answers(one: Operation, named: Models) -> dict[str, Any]:
    rates = {name: {"$ref": f"#/components/headers/{name}"} for name in RATES}
    told: dict[str, Any] = {}
    for status, model in one.answers.items():
        schema = named[model, "serialization"] if model else {"type": "object"}
        about = (model.__doc__ or "").strip().splitlines()[0] if model else one.summary
        content = {"application/json": {"schema": schema}}
        told[str(status)] = {"description": about, "headers": rates, "content": content}
    for status in _refusals(one):
        own = one.refusals.get(status)
        told[str(status)] = _refusal(own) if own else {"$ref": f"#/components/responses/{status}"}
    return told


def _referred(paths: Mapping[str, Any], definitions: Mapping[str, Any]) -> set[str]:
    """The schemas that somebody has to look up: parameters stand where they are used."""
    found, next_ = set[str](), {"Problem"} | _names(paths)
    while next_:
        found |= next_
        next_ = {name for one in next_ for name in _names(definitions[one])} - found
    return found


def _names(part: Any) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)))


def _refusals(one: Operation) -> list[int]:
    """What an operation may say no with."""
    found = {400, 429, 500, 503, *one.refusals}
    found |= {401, 403, 404} if one.scope else set()
    found |= {413, 415} if one.body is not None else set()
    found |= {409} if one.keyed else set()
    return sorted(found)


def _refusal(text: str) -> dict[str, Any]:
    return {"description": text, "content": {TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}}}}


def _scopes() -> str:
    listed = "; ".join(f"`{name}`: {text}" for name, text in SCOPES.items())
    return f"A token of the account, from `deskhand account token`, for some scopes. {listed}."
