"""A row or two in every table that is there, whatever version made it: values by type, references to rows that are there."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Date, DateTime, Float, Integer, LargeBinary, MetaData, Table

from tests.builders import NOON

OURS = frozenset({"alembic_version"})


def fill(
    connection: Connection, rows: int = 2, given: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
) -> list[Table]:
    """Fill every table; ``given``: values by ``table``, which count instead of made-up ones. The tables, parents first."""
    metadata = MetaData()
    metadata.reflect(connection)
    tables = [table for table in metadata.sorted_tables if table.name not in OURS]
    made: dict[tuple[str, str, int], Any] = {}
    for table in tables:
        for number in range(rows):
            row = {column.name: _value(connection, column, number, made) for column in table.columns}
            row |= {name: one for name, one in given.get(table.name, {}).items() if name in table.columns}
            made |= {(table.name, name, number): value for name, value in row.items()}
            connection.execute(table.insert(), row)
    return tables


def _value(connection: Connection, column: Column[Any], number: int, made: dict[tuple[str, str, int], Any]) -> Any:
    for key in column.foreign_keys:
        found = made.get((key.column.table.name, key.column.name, number))
        if found is not None:
            return found
    return _of_type(connection, column, number)


def _of_type(connection: Connection, column: Column[Any], number: int) -> Any:
    kind = column.type
    moment: datetime = NOON.replace(tzinfo=None) if connection.dialect.name == "sqlite" else NOON
    plain: tuple[tuple[type, Any], ...] = (
        (Boolean, True),
        (Integer, number + 1),
        (Float, 0.5),
        (DateTime, moment),
        (Date, NOON.date()),
        (LargeBinary, bytes((number, 255))),
        (JSON, {"number": number, "wörd": ["ä", None, 1.5]}),
    )
    found = [value for known, value in plain if isinstance(kind, known)]
    if found:
        return found[0]
    length = getattr(kind, "length", None) or 60
    return f"{number}-{column.name}-é"[:length]
