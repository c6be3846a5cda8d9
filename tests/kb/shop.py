"""Larkfield, a shop made up for these tests: its help pages, and questions that they answer or only come near to.

``questions.csv`` holds 100 questions that a page answers and 200 that speak of a page's subject and are not answered by any.
Every other page's questions are for tuning; what is reported is measured on the others.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from connectors.types import Article
from tests.builders import NOON

FOLDER = Path(__file__).parent / "shop"


@dataclass(frozen=True)
class Question:
    """``article`` is the page that answers it, or that it only comes near to."""

    text: str
    article: str
    answerable: bool
    tuning: bool


@cache
def pages() -> tuple[Article, ...]:
    """The help pages, by name."""
    return tuple(_page(file) for file in sorted(FOLDER.glob("*.md")))


@cache
def questions() -> tuple[Question, ...]:
    """All 300."""
    names = [page.id for page in pages()]
    with (FOLDER.parent / "questions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Question(row["query"], row["article"], row["kind"] == "answerable", names.index(row["article"]) % 2 == 0)
            for row in csv.DictReader(file)
        )


def _page(file: Path) -> Article:
    title, _, text = file.read_text("utf-8").partition("\n")
    return Article(
        file.stem, title.removeprefix("# "), text.strip(), f"https://help.example/{file.stem}", "en", False, NOON
    )
