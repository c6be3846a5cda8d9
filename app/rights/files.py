"""What is in files: an account's own labelled examples, and models that learnt from what is erased."""

import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from app.db import examples
from app.db.erasing import Subject, names
from app.db.examples import ERASED, Generation
from app.services import Services


def lines(services: Services, account_id: str, texts: Collection[str]) -> int:
    """How many of an account's own examples name somebody."""
    return len(naming(services, account_id, texts))


def naming(services: Services, account_id: str, texts: Collection[str]) -> list[str]:
    """Those of an account's own examples that name somebody, as they stand in the file."""
    return [line.strip() for line in _lines(services.examples_file(account_id)) if names(line, texts)]


def erased(services: Services, subject: Subject, *, examples: int) -> Mapping[str, Any]:
    """Take out the lines that name them, and every model that may have learnt from what is gone: it is made again from the rest.

    ``examples`` are the rows that were deleted before.
    """
    file = services.examples_file(subject.account_id)
    before = _lines(file)
    kept = [line for line in before if not names(line, subject.texts)]
    if len(kept) < len(before):
        _written(file, "".join(kept))
    taken = len(before) - len(kept)
    models = _models(services, subject.account_id) if taken or examples else 0
    return {"lines": taken, "models": models}


def _models(services: Services, account_id: str) -> int:
    """Models are made from examples and can be made again: the files go, of all accounts, because no name says whose each is."""
    gone = 0
    for file in sorted((services.settings.data_dir / "models").glob("*")):
        file.unlink(missing_ok=True)
        gone += 1
    with services.database.session() as session:
        current = examples.in_force(session, account_id)
        past = examples.generations(session, account_id)
        left = {one.id for one in examples.every(session, account_id)}
        if current and set(current.examples) - left:
            still = tuple(one for one in current.examples if one in left)
            now = services.database.now(session)
            again = Generation(past[0].number + 1, ERASED, "", still, current.report, "erasure", now)
            examples.keep(session, account_id, again)
    return gone


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines(keepends=True) if file.exists() else []


def _written(file: Path, text: str) -> None:
    """Whole or not at all."""
    handle, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as part:
        part.write(text)
        part.flush()
        os.fsync(part.fileno())
    Path(name).replace(file)
