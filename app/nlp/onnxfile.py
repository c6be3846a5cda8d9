"""Reads the weights of an ONNX file and writes a graph of our own: the few fields of its format that both need, and nothing else.

The ``onnx`` package does all of the format, for 33 MB more to install.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES: Mapping[int, type[np.generic]] = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64}
_NUMBERS = {kind: number for number, kind in _TYPES.items()}
FLOAT, INT32, INT64 = (_NUMBERS[kind] for kind in (np.float32, np.int32, np.int64))
OPSET = 17
FUSED = "com.microsoft"
"""Where onnxruntime's own operators live: several ordinary ones done in one go, on small integers."""


def weights(data: bytes) -> dict[str, NDArray[Any]]:
    """Every stored array by its name. Raises ValueError where the bytes are no such file."""
    model = dict(_fields(memoryview(data)))
    found = (_array(part) for number, part in _fields(_part(model.get(7))) if number == 5)
    return {name: array for name, array in found if array is not None}


def _array(part: "int | memoryview") -> tuple[str, NDArray[Any] | None]:
    """Name and numbers; None where they are of another type or not stored as plain bytes."""
    sizes: list[int] = []
    kind: type[np.generic] | None = None
    name, stored = "", None
    for number, value in _fields(_part(part)):
        if number == 1:
            sizes += [value] if isinstance(value, int) else _varints(value)
        elif number == 2 and isinstance(value, int):
            kind = _TYPES.get(value)
        elif number == 8:
            name = bytes(_part(value)).decode()
        elif number == 9:
            stored = _part(value)
    return name, np.frombuffer(stored, kind).reshape(sizes) if kind and stored is not None else None


class Graph:
    """A computation as it grows: constants and nodes in the order in which they run."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Store an array; returns its name."""
        sizes = b"".join(_number(1, size) for size in array.shape)
        kind = _number(2, _NUMBERS[array.dtype.type])
        self._constants.append(_bytes(5, sizes + kind + _text(8, name) + _bytes(9, array.tobytes())))
        return name

    def node(self, operator: str, inputs: Sequence[str], *outputs: str, domain: str = "", **attributes: float) -> str:
        """Add a computation; returns the name of its first output. An empty input is one that is left out."""
        named = b"".join([*(_text(1, name) for name in inputs), *(_text(2, name) for name in outputs)])
        settings = b"".join(_bytes(5, _attribute(name, value)) for name, value in attributes.items())
        self._nodes.append(_bytes(1, named + _text(4, operator) + settings + _text(7, domain)))
        return outputs[0]

    def written(self, given: Mapping[str, int], made: Mapping[str, int]) -> bytes:
        """The whole file: what it is given and what it makes, name -> element type, both tables or deeper with open sizes."""
        ends = [_bytes(11, _end(name, kind, 2)) for name, kind in given.items()]
        ends += [_bytes(12, _end(name, kind, 3)) for name, kind in made.items()]
        graph = b"".join([*self._nodes, _text(2, "graph"), *self._constants, *ends])
        sets = [_bytes(8, _text(1, "") + _number(2, OPSET)), _bytes(8, _text(1, FUSED) + _number(2, 1))]
        return b"".join([_number(1, 8), *sets, _bytes(7, graph)])


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    return _text(1, name) + _key(2, 5) + struct.pack("<f", value) + _number(20, 1)


def _end(name: str, kind: int, depth: int) -> bytes:
    shape = b"".join(_bytes(1, _text(2, f"{name}{axis}")) for axis in range(depth))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _fields(data: memoryview) -> Iterator[tuple[int, "int | memoryview"]]:
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        wire = key & 7
        if wire == 0:
            value, place = _varint(data, place)
            yield key >> 3, value
            continue
        size = {1: 8, 5: 4}.get(wire)
        if size is None and wire == 2:
            size, place = _varint(data, place)
        if size is None or place + size > len(data):
            raise ValueError("no ONNX file, or one that was cut")
        yield key >> 3, data[place : place + size]
        place += size


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(data) and shift < 64:
        byte = data[place]
        value, shift, place = value | (byte & 127) << shift, shift + 7, place + 1
        if byte < 128:
            return value, place
    raise ValueError("no ONNX file, or one that was cut")


def _varints(data: memoryview) -> list[int]:
    found, place = [], 0
    while place < len(data):
        value, place = _varint(data, place)
        found.append(value)
    return found


def _part(value: "int | memoryview | None") -> memoryview:
    return value if isinstance(value, memoryview) else memoryview(b"")


def _key(number: int, wire: int) -> bytes:
    return _written(number << 3 | wire)


def _written(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _number(number: int, value: int) -> bytes:
    return _key(number, 0) + _written(value)


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, 2) + _written(len(value)) + value


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode())
