"""Each check of a standard passes on facts that are well, fails on one violation that was planted, and is unknown where nobody looked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.engine.compliance.facts import (
    Chain,
    Changed,
    Consents,
    Facts,
    Found,
    Looked,
    Read,
    Request,
    Status,
    Token,
    Took,
    Violation,
    Waited,
)
from app.engine.compliance.standards import GDPR, PCI, SOC2, STANDARDS, Check, checked, standard
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOOKED = Looked(NOON - 200 * DAY, NOON, 7)
WELL = Facts(
    since=NOON - 30 * DAY,
    until=NOON + 30 * DAY,
    now=NOON,
    looked=dict.fromkeys(("chat", "sent", "storage", "log"), LOOKED),
    sealed={"connection.secrets": 3},
    reads=(Read("t1", NOON - DAY, logged=True),),
    requests=tuple(
        Request(kind, NOON - 20 * DAY, NOON + 10 * DAY, NOON - DAY) for kind in ("erasure", "portability", "access")
    ),
    consents=Consents(4),
    tokens=(Token("a", NOON - DAY, None, by_name=True),),
    signed_in=2,
    changes=(Changed("configuration version 1", NOON - DAY, known=True),),
    received=9,
    took=Took(40, timedelta(seconds=12)),
    chain=Chain(NOON - HOUR, "", 12),
)
EVERY = {check.name: (name, check) for name, checks in STANDARDS.items() for check in checks}


def found(kind: str, place: str, **changes: Any) -> dict[str, Any]:
    return {"found": (replace(Found(kind, place, "effect 3, changes[0].text", NOON - DAY, "https://t/1"), **changes),)}


def late(kind: str) -> dict[str, Any]:
    return {"requests": (Request(kind, NOON - 40 * DAY, NOON - 10 * DAY),)}


PLANTED: dict[str, list[dict[str, Any]]] = {
    "no-card-numbers-in-chat": [found("card", "chat"), found("card", "sent"), found("card", "sent", gone_at=NOON)],
    "no-cvv-ever": [found("cvv", "chat"), found("cvv", "sent"), found("cvv", "storage")],
    "no-card-numbers-in-storage": [found("card", "storage")],
    "no-card-numbers-in-logs": [found("card", "log"), found("cvv", "log")],
    "encrypted-storage": [found("plain", "storage")],
    "access-logging": [{"reads": (Read("t1", NOON - DAY, logged=True), Read("t2", NOON - DAY, logged=False))}],
    "right-to-erasure": [late("erasure")],
    "data-portability": [late("portability")],
    "access-request": [
        late("access"),
        {"requests": (Request("access", NOON - 40 * DAY, NOON - 10 * DAY, NOON - DAY),)},
    ],
    "consent-tracking": [{"consents": Consents(2, (Waited("used without consent", NOON - DAY),))}],
    "access-control": [
        {"tokens": (Token("a", NOON - DAY, None, by_name=False),)},
        {"tokens": (Token("a", NOON - 366 * DAY, None, by_name=True),)},
    ],
    "change-management": [{"changes": (Changed("configuration version 2", NOON - DAY, known=False),)}],
    "availability": [
        {"waited": (Waited("An event waits: ticket t1", NOON - DAY),)},
        {"took": Took(40, timedelta(seconds=61))},
    ],
    "audit-trail": [
        {"chain": Chain(NOON - HOUR, "entry 7 was changed", 12)},
        {"chain": Chain(NOON - HOUR, "", 12, (Violation("changed at row 7", NOON - DAY),))},
    ],
}
UNSEEN: dict[str, list[dict[str, Any]]] = {
    **{
        name: [{"looked": {}}, {"looked": dict.fromkeys(WELL.looked, replace(LOOKED, until=None))}]
        for name in ("no-card-numbers-in-chat", "no-cvv-ever", "no-card-numbers-in-storage", "no-card-numbers-in-logs")
    },
    "encrypted-storage": [{"sealed": None}, {"sealed": {"connection.secrets": 0}}],
    "access-logging": [{"reads": None}],
    "right-to-erasure": [{"requests": None}],
    "data-portability": [{"requests": None}],
    "access-request": [{"requests": None}],
    "consent-tracking": [{"consents": None}],
    "access-control": [{"tokens": None}],
    "change-management": [{"changes": None}],
    "availability": [{"received": None}, {"received": 0}, {"took": None}],
    "audit-trail": [{"chain": None}, {"chain": Chain(None, "", 3)}, {"chain": Chain(NOON - 40 * DAY, "", 3)}],
}


UNSEEN["no-card-numbers-in-logs"] += [
    {"looked": {"log": replace(LOOKED, why="/var/log/x cannot be read")}},
    {"looked": {"log": replace(LOOKED, seen=0)}},
]


def judged(name: str, **changes: Any) -> Any:
    return EVERY[name][1].judge(replace(WELL, **changes))


def test_every_check_has_its_planted_violation_and_its_unknown() -> None:
    assert set(PLANTED) == set(UNSEEN) == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_a_check_passes_where_it_looked_and_all_is_well(name: str) -> None:
    result = judged(name)
    assert (result.status, result.violations) == (Status.PASS, ())
    assert result.said


@pytest.mark.parametrize(("name", "planted"), [(name, one) for name, every in PLANTED.items() for one in every])
def test_a_check_fails_on_a_planted_violation(name: str, planted: dict[str, Any]) -> None:
    result = judged(name, **planted)
    assert result.status is Status.FAIL
    assert len(result.violations) == 1
    assert checked(EVERY[name][0], replace(WELL, **planted)).compliant is False


@pytest.mark.parametrize(("name", "unseen"), [(name, one) for name, every in UNSEEN.items() for one in every])
def test_a_check_passes_nothing_unseen(name: str, unseen: dict[str, Any]) -> None:
    result = judged(name, **unseen)
    assert (result.status, result.violations) == (Status.UNKNOWN, ())
    assert checked(EVERY[name][0], replace(WELL, **unseen)).compliant is None


def test_what_was_planted_fails_where_nobody_looked_any_further() -> None:
    assert judged("no-card-numbers-in-chat", looked={}, **found("card", "sent")).status is Status.FAIL


@pytest.mark.parametrize("changes", [{"gone_at": NOON}, {"at": NOON - 31 * DAY}, {"at": NOON + 30 * DAY}])
def test_a_card_that_was_taken_out_of_the_host_or_is_of_another_time_is_none(changes: dict[str, Any]) -> None:
    assert judged("no-card-numbers-in-chat", **found("card", "chat", **changes)).status is Status.PASS


def test_a_look_that_is_old_says_nothing_of_what_came_since() -> None:
    old = dict.fromkeys(WELL.looked, replace(LOOKED, until=NOON - 3 * DAY))
    assert judged("no-card-numbers-in-storage", looked=old).status is Status.UNKNOWN
    assert judged("no-card-numbers-in-storage", looked=old, until=NOON - 4 * DAY).status is Status.PASS


def test_a_period_before_anybody_looked_at_conversations_is_unknown() -> None:
    began = {"chat": replace(LOOKED, began=NOON - HOUR), "sent": LOOKED}
    assert judged("no-card-numbers-in-chat", looked=began, until=NOON - DAY).status is Status.UNKNOWN


def test_a_standard_holds_only_where_all_of_its_checks_do() -> None:
    for name in (PCI, GDPR, SOC2):
        assert checked(name, WELL).compliant is True
        assert checked(name, WELL).violations == ()


def test_violations_come_newest_first_with_the_way_to_them() -> None:
    there = (found("card", "chat")["found"][0], Found("cvv", "storage", "run r1, body", NOON - HOUR))
    told = checked(PCI, replace(WELL, found=there)).violations
    assert [(check.name, one.link) for check, one in told] == [
        ("no-cvv-ever", ""),
        ("no-card-numbers-in-chat", "https://t/1"),
    ]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("PCI-DSS", PCI),
        ("pci dss", PCI),
        ("PCI", PCI),
        ("SOC 2", SOC2),
        ("soc2-type2", SOC2),
        ("gdpr", GDPR),
        ("HIPAA", ""),
    ],
)
def test_a_standard_is_known_however_it_is_written(written: str, ours: str) -> None:
    assert standard(written) == ours


def test_no_text_of_a_violation_can_hold_what_was_found() -> None:
    """What is found is known by its place alone: the facts have no field for it."""
    assert set(Found.__dataclass_fields__) == {"kind", "place", "subject", "at", "link", "gone_at"}
    assert isinstance(EVERY["no-cvv-ever"][1], Check)
