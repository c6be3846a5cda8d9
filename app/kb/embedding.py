"""Gives passages their vectors, a few at a time: it can be stopped at any moment and goes on where it was."""

import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.db import vectors
from app.db.database import Database
from app.db.vectors import Unmade

BATCH = 64
"""Passages that are kept together."""


class Encoder(Protocol):
    """What turns texts into unit vectors; ``app.nlp.encoder`` has one."""

    version: str
    width: int

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """One unit vector a text, in order."""
        ...


def embed(
    database: Database,
    account_id: str,
    encoder: Encoder,
    *,
    seconds: float = float("inf"),
    progress: Callable[[int], None] = lambda _made: None,
) -> int:
    """Make the vectors that an account's current passages lack, for about so many seconds; says how many passages got theirs.

    Words that were embedded before, in another version of their page, are not embedded again.
    """
    total, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with database.reading() as session:
            batch = vectors.unmade(session, account_id, encoder.version, BATCH)
            known = vectors.known(session, account_id, encoder.version, {one.digest for one in batch})
        if not batch:
            break
        made = _made([one for one in batch if one.digest not in known], encoder)
        made += [(one.id, part, numbers) for one in batch for part, numbers in known.get(one.digest, {}).items()]
        with database.session() as session:
            vectors.keep(session, encoder.version, made)
        total += len(batch)
        progress(len(batch))
    return total


def _made(batch: list[Unmade], encoder: Encoder) -> list[tuple[int, int, vectors.Numbers]]:
    texts = [(one.id, part, text) for one in batch for part, text in enumerate(one.texts)]
    numbers = encoder.encode([text for _, _, text in texts]).astype(np.float16)
    return [(passage, part, row) for (passage, part, _), row in zip(texts, numbers, strict=True)]
