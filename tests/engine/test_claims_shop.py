"""The check on a whole shop's pages: what they say passes, and nothing passes that was changed in one place."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.claims import Statement, refusals
from app.engine.types import Passage
from tests.builders import a_passage

PAGES = sorted((Path(__file__).parents[1] / "kb" / "shop").glob("*.md"))
TURNED = ((" not ", " "), (" can ", " cannot "), (" is ", " is not "), (" are ", " are not "))
DROPPED = (" only ", " unless ", " most ")


def page(file: Path) -> Passage:
    return a_passage(re.sub(r"^#+ ", "", file.read_text("utf-8"), flags=re.M)[:4000], title=file.stem.replace("-", " "))


def sentences(passage: Passage) -> list[str]:
    lines = (re.sub(r"^(?:\d+\.|[-*]) ", "", line) for line in passage.text.splitlines())
    found = (part.strip() for line in lines for part in re.split(r"(?<=[.!?]) ", line))
    return [sentence for sentence in found if len(sentence.split()) > 2]


def mutants(sentence: str) -> Iterator[str]:
    """The same sentence, wrong in one place."""
    for found in re.finditer(r"\d+", sentence):
        yield f"{sentence[: found.start()]}{int(found[0]) + 1}{sentence[found.end() :]}"
    turned = next(((old, new) for old, new in TURNED if old in sentence), None)
    if turned:
        yield sentence.replace(*turned, 1)
    yield from (sentence.replace(word, " ", 1) for word in DROPPED if word in sentence)
    bare = sentence.rstrip(".")
    yield f"{bare} and we will refund you."
    yield f"{bare}, see https://evil.example/a."
    yield f"{bare} within 77 hours."
    yield f"We guarantee: {sentence[0].lower()}{sentence[1:]}"


def says(sentence: str, passage: Passage) -> bool:
    return not refusals([Statement(sentence, ("P1",))], {"P1": passage})


def test_there_are_pages() -> None:
    assert len(PAGES) >= 20


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_no_change_passes(file: Path) -> None:
    passage = page(file)
    assert [m for s in sentences(passage) for m in mutants(s) if says(m, passage)] == []


def test_what_the_pages_say_passes() -> None:
    verdicts = [says(sentence, passage) for passage in map(page, PAGES) for sentence in sentences(passage)]
    assert len(verdicts) > 100
    assert sum(verdicts) / len(verdicts) >= 0.95
