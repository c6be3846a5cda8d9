"""A database of a test's own is empty, also where what was compiled for the one before is used again."""

from sqlalchemy import event, text

from app.db import accounts, passages
from app.db.sealing import OPENERS
from tests.builders import NOON
from tests.tables import Again, laid


def test_nothing_but_what_was_compiled_goes_from_one_to_the_next() -> None:
    first = laid(Again(lambda: NOON))
    engine, keys = first.engine, OPENERS[first.engine.dialect]
    with first.session() as session:
        accounts.add(session, "shop", NOON)
        passages.prepare(session)
        assert passages._prepared(session)
    first.dispose()

    second = Again(lambda: NOON)
    assert second.engine is engine
    assert engine.dialect not in OPENERS
    assert engine not in passages._PREPARED
    with second.reading() as session:
        assert session.scalar(text("select count(*) from sqlite_master")) == 0
    laid(second)
    assert OPENERS[engine.dialect] is not keys
    with second.reading() as session:
        assert accounts.every(session) == []
    second.dispose()


def test_nobody_gets_an_engine_that_somebody_has_or_listens_to() -> None:
    one, other = Again(lambda: NOON), Again(lambda: NOON)
    assert one.engine is not other.engine
    heard = other.engine
    event.listen(heard, "begin", lambda connection: None)
    used = one.engine
    one.dispose()
    one.dispose()  # twice: it has nothing to give any more
    other.dispose()
    found = [Again(lambda: NOON) for _ in range(3)]
    assert [each.engine for each in found].count(used) == 1
    assert heard not in [each.engine for each in found]
    for each in found:
        each.dispose()
