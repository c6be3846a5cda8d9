"""The data map and the tables are one: a column that nobody has thought about fails here."""

from app.db import retention
from app.db.models import Base
from app.db.models.datamap import CUSTOMERS, EVERY, Kind, Whose
from app.db.sealing import Sealed
from app.engine.configuration.privacy import USUAL


def test_every_column_of_every_table_has_an_entry_and_no_entry_is_left_over() -> None:
    there = {table.name: frozenset(table.columns.keys()) for table in Base.metadata.sorted_tables}
    said = {entry.table: entry.columns for entry in EVERY}
    assert len(said) == len(EVERY)
    assert {
        name: sorted(there[name] - said.get(name, frozenset())) for name in there if there[name] != said.get(name)
    } == {}
    assert said.keys() == there.keys()


def test_words_of_customers_are_sealed_and_nothing_else_says_so() -> None:
    tables = Base.metadata.tables
    for entry in CUSTOMERS:
        for column, kind in entry.personal.items():
            sealed = isinstance(tables[entry.table].c[column].type, Sealed)
            assert sealed or kind is not Kind.WORDS, f"{entry.table}.{column} holds words and is not sealed"


def test_everything_of_a_customer_is_erased_or_says_why_it_stays() -> None:
    for entry in EVERY:
        theirs = [
            name for name, kind in entry.personal.items() if kind in (Kind.WORDS, Kind.NAME, Kind.HASH, Kind.FACTS)
        ]
        if entry.whose is Whose.CUSTOMER and theirs:
            assert bool(entry.erased) != bool(entry.stays), entry.table


def test_what_is_blanked_are_the_personal_columns_and_the_columns_exist() -> None:
    for entry in EVERY:
        for rule in entry.erased:
            assert rule.by in entry.columns
            assert set(rule.blank) <= entry.columns
            if rule.blank:
                kept = {name for name, kind in entry.personal.items() if kind in (Kind.WORDS, Kind.NAME)} - set(
                    rule.blank
                )
                assert kept == set(), entry.table


WITHOUT_END = {
    "with the account": "consents, authenticators and who is absent are needed as long as anything is done for them",
    "evidence": "what proves that a right was honoured is kept as evidence is",
    "a day": "app.db.answered deletes it",
}
"""Periods that are no setting of an account's."""


def test_every_period_that_the_map_names_is_kept_by_a_rule_on_that_table() -> None:
    rules = {(rule.table.__tablename__, rule.kept) for rule in retention.RULES}
    for entry in CUSTOMERS:
        told = {kind for kind in entry.personal.values() if kind not in (Kind.STAFF, Kind.SECRET)}
        if told and entry.kept not in WITHOUT_END and entry.table != "ticket":
            assert (entry.table, entry.kept) in rules, f"nothing deletes {entry.table} after {entry.kept}"
    assert {kept for _, kept in rules} <= {*USUAL, retention.LONGEST}


def test_what_a_rule_empties_is_all_that_the_map_calls_a_persons() -> None:
    entries = {entry.table: entry for entry in CUSTOMERS}
    for rule in retention.RULES:
        entry = entries[rule.table.__tablename__]
        theirs = {name for name, kind in entry.personal.items() if kind in (Kind.WORDS, Kind.NAME, Kind.HASH)}
        assert not rule.blank or theirs <= set(rule.blank), entry.table
