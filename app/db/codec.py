"""Our frozen values as JSON and back. Knows no table: any dataclass of the facts and judgements will do."""

import base64
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
KIND = "is"
"""Where an encoded dataclass says which one it is; a keyword, so no field can have that name."""


def encode(value: Any) -> Any:
    """Plain JSON for a dataclass, an enum, a time, bytes or a collection of them. Sets come out sorted; the type's name is kept."""
    if is_dataclass(value) and not isinstance(value, type):
        return {KIND: type(value).__name__} | {f.name: encode(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): encode(part) for name, part in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(encode(part) for part in value)
    if isinstance(value, list | tuple):
        return [encode(part) for part in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.value if isinstance(value, Enum) else value


def decode(kind: type[T], body: Any) -> T:
    """The value again, equal to what was encoded. A field that is missing takes its default: older rows stay readable.

    Raises TypeError or ValueError for what is not such a value.
    """
    value: T = _decode(kind, body)
    return value


def decode_all(kind: Any, bodies: Any) -> tuple[Any, ...]:
    """A tuple of values of one kind, which may be a union."""
    return tuple(_decode(kind, body) for body in bodies)


def _decode(hint: Any, body: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(hint), body)
    if origin is not None:
        return _collection(origin, get_args(hint), body)
    if is_dataclass(hint):
        return _dataclass(hint, body)
    if hint in _READERS:
        return _READERS[hint](body)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(body)
    return body


_READERS: Mapping[Any, Callable[[Any], Any]] = {datetime: datetime.fromisoformat, bytes: base64.b64decode}


def _one_of(hints: tuple[Any, ...], body: Any) -> Any:
    if body is None and type(None) in hints:
        return None
    named = {str(hint.__name__): hint for hint in hints if isinstance(hint, type) and is_dataclass(hint)}
    if isinstance(body, dict) and named:
        return _decode(named[body[KIND]], body)
    structured = [h for h in hints if h is datetime or (isinstance(h, type) and issubclass(h, Enum)) or get_origin(h)]
    return _decode(structured[0], body) if structured and body is not None else body


def _collection(origin: Any, inner: tuple[Any, ...], body: Any) -> Any:
    if issubclass(origin, Mapping):
        return {name: _decode(inner[1], part) for name, part in body.items()}
    make = frozenset if issubclass(origin, frozenset) else tuple
    return make(_decode(inner[0], part) for part in body)


def _dataclass(kind: Any, body: Any) -> Any:
    hints = _hints(kind)
    return kind(**{name: _decode(hint, body[name]) for name, hint in hints.items() if name in body})


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}
