"""What a request says, as the models that its operation declares. Every mistake is named by its place, never by what was sent."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.web.api.declared import Given
from app.web.api.problems import ApiError

MOST_BYTES = 64 * 1024
"""Of a request's body."""
MOST_MISTAKES = 10
G = TypeVar("G", bound=Given)
_KINDS = re.compile(r"\[key\]|bool|int|float|constrained-str")
"""What is added to a place to say as which of several types it was tried."""

_WORDS = {
    "missing": "is needed.",
    "extra_forbidden": "is nothing that is known here.",
    "string_pattern_mismatch": "does not have the form that is described.",
}


def parameters(model: type[G], given: Mapping[str, Sequence[str]]) -> G:
    """Parameters of an address. Raises ApiError which names the first that is wrong, and the others in ``errors``."""
    many = {field.alias or name for name, field in model.model_fields.items() if _listed(field.annotation)}
    for name, values in given.items():
        if len(values) > 1 and name not in many:
            raise ApiError(400, "bad_field", f"{name[:60]}: give it once.")
    try:
        return model.model_validate({name: list(v) if name in many else v[0] for name, v in given.items()})
    except ValidationError as error:
        raise _refused(error, pointer=False) from None


def body(model: type[G]) -> G:
    """The request's JSON object. Raises ApiError: 413, 415, or 400 with the places that are wrong."""
    request.max_content_length = MOST_BYTES
    if request.mimetype and not (request.mimetype == "application/json" or request.mimetype.endswith("+json")):
        raise ApiError(415, "not_json", "Send JSON, as Content-Type: application/json.")
    raw = request.get_data()
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise _refused(error, pointer=True) from None


def _listed(annotation: Any) -> bool:
    return "list[" in str(annotation)


def _refused(error: ValidationError, *, pointer: bool) -> ApiError:
    found = error.errors(include_url=False, include_context=False)
    if found[0]["type"] in ("json_invalid", "model_type") and not found[0]["loc"]:
        return ApiError(400, "no_object", "Send one JSON object in UTF-8.")
    # Where one of several types would do there is a mistake for each, at the same place: the first is told.
    told = {_place(one, pointer=pointer): _told(one) for one in reversed(found)}
    mistakes = [{"at": place, "detail": detail} for place, detail in reversed(told.items())][:MOST_MISTAKES]
    name = mistakes[0]["at"].strip("/").replace("/", ".")
    code = "missing_field" if _absent(found[0]) else "bad_field"
    return ApiError(400, code, f"{name}: {mistakes[0]['detail']}", errors=mistakes)


def _absent(one: ErrorDetails) -> bool:
    """Left out, or nothing but blanks where something has to be said."""
    given = one.get("input")
    return one["type"] == "missing" or (isinstance(given, str) and not given.strip())


def _told(one: ErrorDetails) -> str:
    if _absent(one):
        return "is needed."
    return _WORDS.get(one["type"], one["msg"].removeprefix("Value error, ").removeprefix("Input ") + ".")


def _place(one: ErrorDetails, *, pointer: bool) -> str:
    parts = [str(part)[:60] for part in one["loc"] if not _KINDS.fullmatch(str(part))]
    if not pointer:
        return parts[0] if parts else ""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def written(told: BaseModel) -> str:
    """An answer as JSON, with characters as they are."""
    return json.dumps(told.model_dump(mode="json"), ensure_ascii=False)
