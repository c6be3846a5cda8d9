"""``deskhand evidence`` and ``deskhand promote``: who is proven in a category, and whose promotion a person may ask for."""

from datetime import UTC, datetime

import pytest

from app.db import accounts, lessons
from app.engine.draft import ENGINE
from app.engine.evidence import digest
from app.engine.lessons import Learned, Lesson
from app.services import Services


@pytest.fixture
def taught(account, prepared):
    """Lessons about what pages say of orders, as everything is now."""

    def teach(right: int, wrong: int = 0) -> str:
        services = Services(prepared)
        with services.database.session() as session:
            found = accounts.named(session, account).id
            settled, known = services.configuration(found, session), services.knowledge(found).version
            made_with = digest(services.classifier(found).version, ENGINE, known, settled.digest)
            for n in range(right + wrong):
                what = Lesson.KEPT if n < right else Lesson.WRONG
                one = Learned(
                    f"d{n}", f"t{n}", found, "order-status", "reply", made_with, what, "p1", datetime.now(UTC)
                )
                assert lessons.save(session, one)
        return account

    return teach


def test_the_table_says_who_is_proven_and_for_what(deskhand, taught) -> None:
    account = taught(60)
    first, other = deskhand("evidence", "--account", account, "--json").json["categories"]
    assert (first["category"], first["writer"], first["action"], first["judged"]) == (
        "order-status",
        "pages",
        "reply",
        60,
    )
    assert (other["category"], other["writer"], other["judged"], other["unlocked"]) == ("billing", "", 0, False)


def test_a_person_promotes_one_writer_by_name(deskhand, taught) -> None:
    account = taught(80)
    given = ("promote", "--account", account, "--category", "order-status", "--by", "Mara", "--target", "0.9")
    refused = deskhand(*given, "--writer", "orderStatus")
    assert refused.code != 0
    assert "--writer" in refused.err
    assert "pages" in refused.err
    ran = deskhand(*given, "--writer", "pages")
    assert (ran.code, "order-status may answer by itself, by pages: 80 judged by one person, 0 wrong" in ran.out) == (
        0,
        True,
    )
    assert deskhand("evidence", "--account", account, "--json").json["categories"][0]["unlocked"] is True


def test_the_table_and_the_record_say_that_one_person_judged(deskhand, taught) -> None:
    account = taught(80)
    one = deskhand("evidence", "--account", account, "--json").json["categories"][0]
    assert (one["judged"], one["people"], one["largest"]) == (80, 1, 80)
    assert "people" in deskhand("evidence", "--account", account).out
    told = deskhand(
        "promote", "--account", account, "--category", "order-status", "--by", "Mara", "--target", "0.9", "--json"
    ).json
    assert (told["people"], told["largest"], told["promoted"]) == (1, 80, True)


def test_too_little_is_refused_and_told(deskhand, taught) -> None:
    ran = deskhand("promote", "--account", taught(10, 1), "--category", "order-status", "--by", "Mara")
    assert ran.code != 0
    assert "order-status stays with people" in ran.err


def test_an_effect_that_nobody_judged_is_not_promoted(deskhand, taught) -> None:
    given = ("--category", "order-status", "--by", "Mara", "--action", "create_label")
    ran = deskhand("promote", "--account", taught(80), *given)
    assert ran.code != 0
    assert "Nobody has judged" in ran.err
