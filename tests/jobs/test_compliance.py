"""Card data is found wherever it was planted, told once, and gone when it is gone; a look that was cut short goes on where it was."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app import scanning
from app.db import findings, ids, judgements
from app.db.judgements import Outcome
from app.reports.compliance import quarter, report
from connectors.redaction import Redact
from jobs import compliance, notify, schedule
from tests.flows.played import VENDORS, Desk
from tests.flows.stage import CONFIGURATION, QUESTION, Stage
from tests.notices.sinks import Sink
from tests.server import schema
from tests.texts import without_ids

CARD, DAY = "4111 1111 1111 1111", timedelta(days=1)
BANK = (
    CONFIGURATION
    + """
compliance: {standards: [PCI-DSS, GDPR, SOC2]}
monitoring: {compliance: {pci-dss: [no-card-numbers-in-chat, no-cvv-ever, no-card-numbers-in-storage, encrypted-storage]}}
contacts:
  compliance: {webhook: "URL/compliance"}
"""
)


class House:
    """An account that keeps to standards, at one desk."""

    def __init__(self, stage: Stage, sink: Sink) -> None:
        self.stage, self.sink = stage, sink
        object.__setattr__(stage.services.settings, "private_webhooks", True)
        stage.configure(BANK.replace("URL", sink.url.rstrip("/")))
        self.connection, self.vendor = stage.connect("desk")

    def hear(self, words: str) -> str:
        name = self.vendor.customer_writes(words)
        self.stage.deliver(self.connection, self.vendor)
        self.stage.work()
        return name

    def beat(self) -> None:
        """A minute goes by: the clock, and a worker."""
        self.stage.time += timedelta(minutes=1)
        table = tuple(line for line in schedule.TABLE if line.name in ("compliance", "notices"))
        schedule.tick(self.stage.services, table)
        while self.stage.bells.asked:
            asked, self.stage.bells.asked = self.stage.bells.asked, []
            for job, subject in asked:
                if run := {"scanning": compliance.look, "compliance": compliance.run, "notices": notify.run}.get(job):
                    run(subject)

    def checks(self) -> dict[str, str]:
        settled = self.stage.services.configuration(self.stage.account.id)
        with self.stage.database.reading() as session:
            when = quarter(f"{self.stage.time:%Y}-Q1")
            found = report(session, self.stage.account.id, settled, when, self.stage.time)
        return {check.name: str(result.status) for one in found.checked for check, result in one.results}

    def there(self, *kinds: str) -> list[tuple[str, str, bool]]:
        with self.stage.database.reading() as session:
            kinds = kinds or ("card", "cvv", "plain")
            every = findings.between(session, self.stage.account.id, self.stage.time - 90 * DAY, self.stage.time + DAY)
        return sorted((one.kind, one.place, one.gone_at is not None) for one in every if one.kind in kinds)

    def ruled(self, ticket: str, reason: str) -> None:
        """A person said why; people type all sorts of things."""
        name = ids.ticket(self.connection, ticket)
        with self.stage.database.session() as session:
            judgements.record_outcome(session, name, "d1", Outcome("wrong", "p7", self.stage.time, reason))

    def got(self) -> list[str]:
        return [one["body"]["subject"] for one in self.sink.got]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """On either database: what is looked through is asked of it in its own words."""
    made = Stage(url=schema("compliance_looked")) if request.param == "postgresql" else Stage()
    yield made
    made.database.dispose()
    VENDORS.clear()


@pytest.fixture
def house(stage: Stage, sink: Sink) -> House:
    return House(stage, sink)


def test_nothing_passes_before_anybody_has_looked(house: House) -> None:
    assert {"PASS", "FAIL"} & {house.checks()[name] for name in ("no-card-numbers-in-chat", "no-cvv-ever")} == set()
    house.hear(QUESTION)
    house.beat()
    told = house.checks()
    assert told["no-card-numbers-in-chat"] == told["no-cvv-ever"] == told["no-card-numbers-in-storage"] == "PASS"
    assert told["no-card-numbers-in-logs"] == "UNKNOWN"
    assert told["encrypted-storage"] == "PASS"
    assert house.got() == []


def test_a_card_that_the_host_cannot_take_out_is_told_once(house: House) -> None:
    house.hear(f"{QUESTION} My card is {CARD}.")
    house.beat()
    house.beat()
    assert house.there() == [("card", "chat", False)]
    assert house.checks()["no-card-numbers-in-chat"] == "FAIL"
    assert house.got() == ["Deskhand: PCI-DSS, No card numbers in chat: 1 found"]
    assert "1111" not in without_ids(house.sink.got)


def test_a_card_that_the_host_took_out_is_no_violation(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "supports", Desk.supports | {Redact})
    ticket = house.hear(f"{QUESTION} My card is {CARD}, the cvv is 123.")
    assert any(isinstance(change, Redact) for _, change in house.vendor.tickets[ticket].log)
    house.beat()
    assert house.there() == [("card", "chat", True), ("cvv", "chat", True)]
    assert house.checks()["no-card-numbers-in-chat"] == house.checks()["no-cvv-ever"] == "PASS"
    assert house.got() == []


def test_nothing_of_a_card_comes_into_our_tables_when_a_customer_writes_one(house: House) -> None:
    house.hear(f"{QUESTION} My card is {CARD}, the cvv is 123.")
    scanning.through(house.stage.database)
    assert {place for _, place, _ in house.there()} == {"chat"}


@pytest.mark.parametrize(
    ("said", "kind", "check"),
    [(f"it was {CARD}", "card", "no-card-numbers-in-storage"), ("the cvv is 123", "cvv", "no-cvv-ever")],
)
def test_what_was_planted_in_a_table_is_found_told_and_gone_with_it(
    house: House, said: str, kind: str, check: str
) -> None:
    house.ruled(house.hear(QUESTION), said)
    house.beat()
    assert house.there() == [(kind, "storage", False)]
    assert house.checks()[check] == "FAIL"
    assert len(house.got()) == 1
    with house.stage.database.session() as session:
        session.execute(text("update outcome set reason = 'nothing'"))
    house.stage.time += DAY
    house.beat()
    assert house.there(kind) == [(kind, "storage", True)]


def test_what_left_with_a_card_in_it_is_found_within_a_minute(house: House) -> None:
    house.hear(QUESTION)
    house.beat()
    house.hear(QUESTION)
    with house.stage.database.session() as session:
        newest = "(select max(id) from effect where state = 'sent')"
        said = f'[{{"is": "Note", "text": "your card {CARD}", "buttons": [], "files": []}}]'
        session.execute(text(f"update effect set changes = :said where id = {newest}"), {"said": said})
    house.beat()
    assert house.there("card") == [("card", "sent", False)]
    assert house.checks()["no-card-numbers-in-chat"] == "FAIL"


def test_a_secret_that_lies_open_is_found(house: House) -> None:
    house.hear(QUESTION)
    with house.stage.database.session() as session:
        session.execute(text("update connection set secrets = 'hunter2'"))
    house.beat()
    assert house.there() == [("plain", "storage", False)]
    assert house.checks()["encrypted-storage"] == "FAIL"


def test_a_look_that_was_cut_short_goes_on_where_it_was(house: House) -> None:
    house.ruled(house.hear(QUESTION), f"it was {CARD}")
    database, looks = house.stage.database, 0
    while scanning.looked_through(database, most=3):
        looks += 1
    assert looks > 5
    assert house.there() == [("card", "storage", False)]
    assert scanning.looked_through(database) == 0, "what was looked at is not looked at again before its time"


def test_a_log_is_looked_through_line_by_line(house: House) -> None:
    lines = [f'{{"at": "2026-03-01T10:00:00.000+00:00", "event": "line {n}"}}' for n in range(700)]
    assert scanning.logged(house.stage.database, "web.log", lines) == 700
    house.beat()
    assert house.checks()["no-card-numbers-in-logs"] == "PASS"
    bad = f'{{"at": "2026-03-01T10:00:00.000+00:00", "event": "card {CARD}"}}'
    scanning.logged(house.stage.database, "web.log", [*lines, bad])
    assert house.checks()["no-card-numbers-in-logs"] == "FAIL"


def test_logs_that_are_named_are_followed_by_the_clock(house: House, tmp_path: Path) -> None:
    web = tmp_path / "web.log"
    web.write_text('{"at": "2026-03-01T10:00:00.000+00:00", "event": "web.began"}\n')
    object.__setattr__(house.stage.services.settings, "log_files", (web,))
    house.beat()
    assert house.checks()["no-card-numbers-in-logs"] == "PASS"
    with web.open("a") as log:
        log.write(f'{{"event": "said {CARD}"}}\n')
    house.beat()
    assert house.there() == [("card", "log", False)]
    assert house.checks()["no-card-numbers-in-logs"] == "FAIL"


def test_however_many_accounts_keep_to_a_standard_tables_are_looked_through_once(house: House) -> None:
    other = house.stage.account.id
    house.stage.open_account()
    house.stage.configure(BANK.replace("URL", house.sink.url.rstrip("/")))
    compliance.sweep(house.stage.services)
    asked = [one for one in house.stage.bells.asked if one[0] in ("scanning", "compliance")]
    assert asked[0] == ("scanning", "installation")
    assert sorted(asked[1:]) == sorted([("compliance", other), ("compliance", house.stage.account.id)])


def test_an_accounts_own_run_touches_nothing_of_another_account(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as able:
        able.setattr(Desk, "supports", Desk.supports | {Redact})
        house.hear(f"{QUESTION} My card is {CARD}.")
    assert house.there() == [("card", "chat", False)], "taken out by the host, not yet looked at"
    theirs = house.stage.account
    house.stage.open_account()
    house.stage.configure(BANK.replace("URL", house.sink.url.rstrip("/")))
    compliance.run(house.stage.account.id)
    house.stage.account = theirs
    assert house.there() == [("card", "chat", False)]
    compliance.run(theirs.id)
    assert house.there() == [("card", "chat", True)]


def test_an_account_without_standards_is_left_alone(house: House) -> None:
    house.stage.configure(CONFIGURATION)
    house.hear(f"{QUESTION} My card is {CARD}.")
    house.beat()
    assert house.there() == []
