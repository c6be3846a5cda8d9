"""An OpenAPI description as pages, one for each operation: what it does, what it takes, what it answers."""

from collections.abc import Iterator, Mapping
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
MOST = 5_000
"""Operations of one description."""


def is_openapi(value: object) -> bool:
    """Whether a parsed file describes an API."""
    return (
        isinstance(value, Mapping)
        and ("openapi" in value or "swagger" in value)
        and isinstance(value.get("paths"), Mapping)
    )


def of_openapi(value: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, title and text of every operation. What is malformed is left out."""
    for path, item in list(value["paths"].items())[:MOST]:
        for method in METHODS:
            operation = item.get(method) if isinstance(item, Mapping) else None
            if isinstance(operation, Mapping):
                shared = item.get("parameters")
                yield _operation(method, str(path), operation, shared if isinstance(shared, list) else [])


def _operation(method: str, path: str, operation: Mapping[str, Any], shared: list[Any]) -> tuple[str, str, str]:
    call = f"{method.upper()} {path}"
    summary = _line(operation.get("summary") or operation.get("operationId") or call)
    own = operation.get("parameters")
    given = [*shared, *(own if isinstance(own, list) else [])]
    parts = [
        call,
        _paragraph(operation.get("description")),
        _list("Parameters", [_parameter(one) for one in given if isinstance(one, Mapping) and one.get("name")]),
        _list("Answers", [_answer(*pair) for pair in _mapping(operation.get("responses")).items()]),
    ]
    return str(operation.get("operationId") or call), f"{summary} ({call})", "\n\n".join(part for part in parts if part)


def _parameter(one: Mapping[str, Any]) -> str:
    needed = ", required" if one.get("required") else ""
    return f"{one['name']} ({one.get('in', 'query')}{needed}): {_line(one.get('description') or 'no description')}"


def _answer(status: object, answer: object) -> str:
    return f"{status}: {_line(_mapping(answer).get('description') or 'no description')}"


def _list(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines[:50])]) if lines else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _line(value: object) -> str:
    return " ".join(str(value).split())[:500]


def _paragraph(value: object) -> str:
    return str(value or "").strip()[:4000]
