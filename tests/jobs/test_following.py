"""Logs that are named are read on as they grow, whatever becomes of their names; what cannot be read is said, never passed over."""

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app import scanning
from app.db import findings
from app.engine.compliance.checks import no_cards_logged
from app.reports.compliance import facts, quarter
from app.scanning.following import HEAD
from tests.flows.stage import Stage

CARD = "4111 1111 1111 1111"


def lines(first: int, last: int) -> str:
    return "".join(
        f'{{"at": "2026-03-01T10:00:00.{n:06d}+00:00", "event": "one {n:05d}"}}\n' for n in range(first, last)
    )


BAD = f'{{"event": "paid with {CARD}"}}\n'


class Desk:
    """A folder with a log that a program of ours writes."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.log = stage, folder / "web.log"

    def write(self, text: str) -> None:
        with self.log.open("a") as log:
            log.write(text)

    def look(self, place: Path | None = None, most: int = 1 << 20) -> int:
        self.stage.tick()
        return scanning.followed(self.stage.database, [place or self.log], most)

    def places(self) -> list[str]:
        with self.stage.database.reading() as session:
            return sorted(one.subject.rpartition("/")[2] for one in findings.standing(session, place="log"))

    def said(self) -> tuple[str, str]:
        settled = self.stage.services.configuration(self.stage.account.id)
        with self.stage.database.reading() as session:
            when = quarter(f"{self.stage.time:%Y}-Q1")
            known = facts(session, (self.stage.account.id, settled), when, self.stage.time, 0)
        result = no_cards_logged(known)
        return str(result.status), result.said


@pytest.fixture
def desk(stage: Stage, tmp_path: Path) -> Desk:
    return Desk(stage, tmp_path)


def test_only_what_is_new_is_read(desk: Desk) -> None:
    desk.write(lines(0, 100))
    assert desk.look() == 100
    assert desk.look() == 0
    desk.write(lines(100, 105))
    assert desk.look() == 5
    assert desk.said() == ("PASS", "105 lines looked through since 2026-03-01 until 2026-03-02 12:00 UTC")


def test_a_planted_card_is_named_by_its_line_and_nothing_of_it_is_kept(desk: Desk) -> None:
    desk.write(lines(0, 7))
    desk.look()
    desk.write(BAD + lines(7, 9))
    desk.look()
    assert desk.places() == ["web.log, line 8"]
    assert desk.said() == ("FAIL", "1 found")
    with desk.stage.database.reading() as session:
        assert all("1111" not in one.position for one in findings.scans(session))


def test_a_line_that_is_half_written_is_looked_at_with_its_end(desk: Desk) -> None:
    desk.write(lines(0, 3) + '{"event": "paid with 4111 1111')
    assert desk.look() == 3
    assert desk.places() == []
    desk.write(' 1111 1111"}\n')
    assert desk.look() == 1
    assert desk.places() == ["web.log, line 4"]


def test_a_long_log_is_read_a_little_at_a_time_and_is_unknown_until_its_end(desk: Desk) -> None:
    desk.write(lines(0, 200) + BAD)
    assert 0 < desk.look(most=4_000) < 201
    status, why = desk.said()
    assert (status, why) == ("UNKNOWN", "nobody has looked in a log for this period yet")
    while desk.look(most=4_000):
        pass
    assert desk.places() == ["web.log, line 201"]


def test_a_card_across_two_reads_of_a_line_without_an_end_is_found(desk: Desk) -> None:
    desk.write("x" * 990 + f" {CARD} " + "y" * 3_000)
    for _ in range(6):
        desk.look(most=1_000)
    assert len(desk.places()) == 1


def renamed(log: Path) -> None:
    log.rename(log.with_name("web.log.1"))


def dated(log: Path) -> None:
    log.rename(log.with_name("web.log-20260310"))


def copied(log: Path) -> None:
    shutil.copy(log, log.with_name("web.log.1"))
    os.truncate(log, 0)


def packed(log: Path) -> None:
    log.with_name("web.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()


@pytest.mark.parametrize("turned", [renamed, dated, copied, packed])
@pytest.mark.parametrize("folder", [False, True], ids=["file", "folder"])
def test_the_end_of_a_log_that_was_turned_over_is_not_missed(
    desk: Desk, turned: Callable[[Path], None], *, folder: bool
) -> None:
    place = desk.log.parent if folder else desk.log
    desk.write(lines(0, 50))
    assert desk.look(place) == 50
    desk.write(BAD + lines(51, 60))
    turned(desk.log)
    desk.write(lines(60, 63))
    assert desk.look(place) == 13, "what was read already is not read again"
    assert desk.look(place) == 0
    assert [one.partition(", ")[2] for one in desk.places()] == ["line 51"]
    assert desk.said()[0] == "FAIL"


def test_an_end_that_is_gone_before_anybody_looked_leaves_a_gap_that_is_said(desk: Desk) -> None:
    desk.write(lines(0, 50))
    desk.look()
    desk.write(BAD)
    desk.log.unlink()
    desk.write(lines(70, 80))
    desk.look()
    assert desk.said() == ("PASS", "60 lines looked through since 2026-03-02 until 2026-03-02 12:00 UTC")


def test_packed_logs_of_before_are_left_alone(desk: Desk) -> None:
    desk.log.with_name("web.log.2.gz").write_bytes(gzip.compress((lines(0, 50) + BAD).encode()))
    desk.write(lines(90, 95))
    assert desk.look() == 5
    assert desk.said()[0] == "PASS"


def test_files_that_begin_alike_are_told_apart_once_they_differ(desk: Desk) -> None:
    other = desk.log.with_name("worker.log")
    desk.write("began\n")
    other.write_text("began\n" + "w" * HEAD + "\n")
    assert desk.look(desk.log.parent) == 3
    desk.write(BAD)
    with other.open("a") as log:
        log.write(BAD)
    assert desk.look(desk.log.parent) == 2
    assert desk.places() == ["web.log, line 2", "worker.log, line 3"]


def test_what_cannot_be_read_is_unknown_and_says_why(desk: Desk) -> None:
    assert desk.said()[1].startswith("nobody has looked in a log: name the log files in DESKHAND_LOG_FILES")
    desk.look()
    assert desk.said() == ("UNKNOWN", f"{desk.log} cannot be read (No such file or directory)")
    desk.log.touch()
    desk.look()
    assert desk.said()[1].startswith("no line stands in the logs")
    desk.write(lines(0, 2))
    desk.look()
    assert desk.said()[0] == "PASS"
    broken = desk.log.with_name("web.log.1.gz")
    broken.write_bytes(b"no archive")
    desk.look()
    assert desk.said() == ("UNKNOWN", f"{broken} cannot be read (BadGzipFile)")


def test_a_place_that_is_no_longer_named_counts_no_more(desk: Desk) -> None:
    desk.look(desk.log.with_name("old.log"))
    desk.write(lines(0, 2))
    desk.look()
    assert desk.said()[0] == "PASS"
