"""A public labelled set played as an export: what the command says is what a count by hand says, and turned labels lock their category."""

import csv
import json
from collections import Counter, defaultdict
from math import comb
from pathlib import Path
from typing import Any

import pytest

from app.db import accounts
from app.engine.replaying import TARGET
from app.services import Services
from app.settings import Settings
from tests.builders import a_ticket

DATA = Path(__file__).parents[3] / "shared" / "data" / "banking77" / "train.csv"
NAMES = {"age_limit": "first", "exchange_rate": "second", "passcode_forgotten": "third", "terminate_account": "fourth"}
"""By the set's own names: such as say nothing, so that everything is learnt."""
TAUGHT = 40
"""Examples of each category."""
TURNED, INTO = "second", "first"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the public data are not here"),
]


@pytest.fixture
def bank(deskhand, tmp_path: Path) -> str:
    categories = [{"name": name, "confidence": 0.5} for name in NAMES.values()]
    file = tmp_path / "bank.yaml"
    file.write_text(json.dumps({"service": "bank", "classification": {"categories": categories}}))
    assert deskhand("account", "add", "bank", "--config", str(file)).code == 0
    taught = tmp_path / "taught.csv"
    with taught.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("text", "category"), *asked()[0]])
    assert deskhand("examples", "add", "--account", "bank", "--by", "ana", "--file", str(taught)).code == 0
    made = deskhand("retrain", "--account", "bank", "--by", "ana", "--json")
    assert made.code == 0, made.err
    return "bank"


def asked() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The questions of these categories, each with what people filed it under: those that are taught, and those that are played."""
    with DATA.open(encoding="utf-8") as file:
        every = [(row["text"], NAMES[row["category"]]) for row in csv.DictReader(file) if row["category"] in NAMES]
    seen: Counter[str] = Counter()
    parts: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    for text, name in every:
        seen[name] += 1
        parts[seen[name] > TAUGHT].append((text, name))
    return parts


def exported(file: Path, filed: list[tuple[str, str]]) -> Path:
    """An export of these, one ticket each, answered by a person."""
    at = "2026-10-01T10:00:00Z"
    lines = [
        {
            "id": n,
            "created_at": at,
            "requester": f"c{n}@example.com",
            "subject": "",
            "messages": [
                {"author": "customer", "public": True, "at": at, "text": text},
                {"author": "agent", "public": True, "at": "2026-10-01T11:00:00Z", "text": "Done."},
            ],
            "category": name,
        }
        for n, (text, name) in enumerate(filed)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def least(n: int, wrong: int, doubt: float = 0.05) -> float:
    """The share of right ones that is at least so high, by trying: what Clopper and Pearson's formula says in closed form."""
    low, high = 0.0, 1.0
    for _ in range(60):
        share = (low + high) / 2
        chance = sum(comb(n, k) * (1 - share) ** k * share ** (n - k) for k in range(wrong + 1))
        low, high = (share, high) if chance < doubt else (low, share)
    return low


def counted(prepared: Settings, filed: list[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """The same by hand: each question put to the classifier alone, and counted in a few lines."""
    services = Services(prepared)
    with services.database.reading() as session:
        account = accounts.named(session, "bank").id
    of_ours = set(NAMES.values())
    judge, least_sure = services.classifier(account), 0.5
    sure, right, of, covered = (defaultdict[str, int](int) for _ in range(4))
    for text, name in filed:
        judged = judge.classify(a_ticket(text, subject=""))
        of[name] += 1
        doubted = any(reason.code == "not_sure" for reason in judged.reasons)
        if judged.category in of_ours and judged.confidence >= least_sure and not doubted:
            covered[name] += 1
            sure[judged.category] += 1
            right[judged.category] += judged.category == name
    services.dispose()
    return {
        name: {"n": sure[name], "correct": right[name], "coverage": covered[name] / of[name]} for name in NAMES.values()
    }


@pytest.mark.parametrize("turned", [False, True], ids=["as-filed", "turned"])
def test_what_the_command_says_is_what_a_count_says(
    deskhand, bank: str, prepared: Settings, tmp_path: Path, turned: bool
) -> None:
    filed = asked()[1]
    if turned:
        filed = [(text, INTO if name == TURNED and n % 2 else name) for n, (text, name) in enumerate(filed)]
    ran = deskhand("replay", "--account", bank, "--export", str(exported(tmp_path / "e.jsonl", filed)), "--json")
    assert ran.code == 0, ran.err
    told: dict[str, Any] = ran.json["categories"]
    by_hand = counted(prepared, filed)
    assert all(mine["n"] > 40 for mine in by_hand.values())
    for name, mine in by_hand.items():
        said = told[name]
        assert (said["n"], said["correct"]) == (mine["n"], mine["correct"]), name
        assert said["coverage"] == pytest.approx(mine["coverage"], abs=0.001)
        bound = least(int(mine["n"]), int(mine["n"] - mine["correct"]))
        assert said["lower_bound"] == pytest.approx(bound, abs=0.001)
        assert said["mode_allowed"] == ("deflect" if bound >= TARGET else "assist")
    assert (told[TURNED]["mode_allowed"] == "deflect") is not turned
