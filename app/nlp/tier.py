"""Which encoder this installation can run, decided once a process, with the reason in words for ``deskhand doctor``."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.nlp.encoder import PINNED, Encoder, SentenceEncoder, Unusable


@dataclass(frozen=True)
class Tier:
    """``sentences`` with an encoder, or ``lexical`` without; ``why`` is a sentence."""

    name: str
    why: str
    encoder: Encoder | None


@lru_cache(maxsize=2)
def tier(path: Path | None = None, digest: str = "") -> Tier:
    """The best tier that runs here: sentence vectors from the verified model file, else wording alone. Never raises.

    ``path`` and ``digest`` name another file of the same model (the official export, say); by default the wheel's, pinned.
    The second call with the same file returns the first one's encoder, so that a worker's jobs share it.
    """
    try:
        encoder = SentenceEncoder(path, digest or PINNED)
    except Unusable as reason:
        return Tier("lexical", f"Only wording is compared, which knows fewer tickets: {reason}.", None)
    return Tier("sentences", f"Sentence vectors from a verified model file ({encoder.version}).", encoder)
