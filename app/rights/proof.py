"""The proof of an erasure: what was done in each store, that nothing is left, and a signature that anybody can check."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from app.db import erasing
from app.db.erasing import Subject
from app.db.models import Base
from app.db.models.datamap import CUSTOMERS, EVERY
from app.db.rights import Request
from app.engine.chain import canonical
from app.engine.signatures import Signer
from app.services import Services


def certificate(services: Services, request: Request, subject: Subject) -> Mapping[str, Any]:
    """What was done, looked over once more and signed. It names nobody: the person stands in it as a keyed hash."""
    with services.database.reading() as session:
        now = services.database.now(session)
        rows = sum(erasing.counted(session, subject).values()) - _blanked(session, subject)
        left = _left(session, subject.texts)
    steps = dict(request.progress["steps"])
    said: dict[str, Any] = {
        "request": request.id,
        "account": request.account_id,
        "person": request.person,
        "asked_at": request.asked_at.isoformat(),
        "erased_at": now.isoformat(),
        "by": request.by,
        "stores": {name: steps[name] for name in ("tables", "files", "queue", "scrub")},
        "keys": {"destroyed": steps["keys"]["destroyed"], "ids": steps["keys"]["ids"]},
        "host": steps["host"],
        "stays": {entry.table: entry.stays for entry in EVERY if entry.stays},
        "looked_again": {"rows": rows, "cells": left, "files": _found(_files(services), subject.texts)},
    }
    signer = Signer([services.root])
    said["digest"] = hashlib.sha256(canonical(said)).hexdigest()
    return {**said, "signed_by": signer.public, "signature": signer.sign(said)}


def right(services: Services, proof: Mapping[str, Any]) -> bool:
    """Whether this installation signed exactly that."""
    said = {name: value for name, value in proof.items() if name not in ("signed_by", "signature")}
    whole = {name: value for name, value in said.items() if name != "digest"}
    signer = Signer([services.root])
    signed = signer.right(said, str(proof.get("signed_by", ""))[:16], str(proof.get("signature", "")))
    return signed and said.get("digest") == hashlib.sha256(canonical(whole)).hexdigest()


def _blanked(session: Session, subject: Subject) -> int:
    """Rows that stay with nothing personal in them."""
    emptied = {entry.table for entry in CUSTOMERS if any(rule.blank for rule in entry.erased)}
    return sum(number for name, number in erasing.counted(session, subject).items() if name in emptied)


def _left(session: Session, texts: Iterable[str]) -> dict[str, int]:
    """Cells of customers' tables in which one of their names still stands in plain, by column."""
    found = {}
    wanted = [one for one in texts if len(one) >= 5]
    for entry in CUSTOMERS if wanted else ():
        table = Base.metadata.tables[entry.table]
        for name in entry.personal:
            cell = func.lower(cast(table.c[name], Text))
            names = or_(*(cell.contains(one.lower(), autoescape=True) for one in wanted))
            number = session.scalar(select(func.count()).select_from(table).where(names)) or 0
            if number:
                found[f"{entry.table}.{name}"] = number
    return found


def _files(services: Services) -> list[Path]:
    folder = services.settings.data_dir
    return [one for part in ("examples", "models") for one in sorted((folder / part).glob("*")) if one.is_file()]


def _found(files: Iterable[Path], texts: Iterable[str]) -> int:
    wanted = [one.encode() for one in texts if len(one) >= 5]
    return sum(any(one in file.read_bytes() for one in wanted) for file in files)
