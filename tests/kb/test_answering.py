"""Adjacent is not answering: measured on the half of the questions that nothing was tuned on, and on all of them."""

from collections.abc import Iterator

import pytest

from app.db import articles
from app.db.database import Database
from app.db.models.account import AccountRow
from app.engine.ports import ANSWERS
from app.kb.answering import Signs, beyond, score
from app.kb.embedding import Encoder, embed
from app.kb.index import HybridIndex
from tests.builders import NOON
from tests.kb.shop import Question, pages, questions
from tests.tables import laid


@pytest.fixture(scope="module")
def index(encoder: Encoder) -> Iterator[HybridIndex]:
    database = Database("sqlite://")
    laid(database)
    with database.session() as session:
        session.add(AccountRow(id="larkfield", name="larkfield", created_at=NOON))
        session.flush()
        articles.upsert(session, "larkfield", "desk", pages())
    embed(database, "larkfield", encoder)
    yield HybridIndex(database, "larkfield", encoder)
    database.dispose()


@pytest.fixture(scope="module")
def told(index: HybridIndex) -> dict[Question, list[tuple[str, float]]]:
    return {q: [(p.source, p.score) for p in index.search(q.text)] for q in questions()}


def test_the_set_is_what_it_says() -> None:
    assert (len(pages()), sum(q.answerable for q in questions()), sum(not q.answerable for q in questions())) == (
        25,
        100,
        200,
    )
    assert len({q.text for q in questions()}) == 300


def test_no_adjacent_question_is_answered(told: dict[Question, list[tuple[str, float]]]) -> None:
    assert [q.text for q, found in told.items() if not q.answerable and any(s >= ANSWERS for _, s in found)] == []


def test_nine_of_ten_answerable_questions_are_drafted_from_the_right_page(
    told: dict[Question, list[tuple[str, float]]],
) -> None:
    right = [q for q, found in told.items() if q.answerable and found and found[0][0] == q.article]
    assert len(right) >= 90


def test_a_good_part_is_answered_without_anybody_also_among_what_was_not_tuned_on(
    told: dict[Question, list[tuple[str, float]]],
) -> None:
    reported = [found for q, found in told.items() if q.answerable and not q.tuning]
    assert sum(bool(found) and found[0][1] >= ANSWERS for found in reported) >= 0.45 * len(reported)


def test_what_is_answered_is_answered_from_the_right_page(told: dict[Question, list[tuple[str, float]]]) -> None:
    wrong = [
        q for q, found in told.items() if q.answerable and found and found[0][1] >= ANSWERS and found[0][0] != q.article
    ]
    assert len(wrong) <= 1


@pytest.mark.parametrize(
    ("question", "sentences", "expected"),
    [
        ("How high is the import tax?", ("The carrier collects import tax.",), True),
        ("How high is the import tax?", ("Import tax is 8 %.",), False),
        ("Why did you cancel my order?", ("You can cancel within 2 hours.",), True),
        ("How do I cancel my order?", ("Choose Cancel.",), False),
    ],
)
def test_what_no_sentence_can_tell_is_beyond_it(question: str, sentences: tuple[str, ...], expected: bool) -> None:
    assert beyond(question, sentences) is expected


def test_a_score_rises_with_what_speaks_for_it_and_stays_between_0_and_1() -> None:
    near = Signs(0.8, 0.7, 0.9, 1.0, 0.0, 0.0, 0.0)
    far = Signs(0.2, 0.7, 0.2, 0.1, 2.0, 1.0, 0.0)
    assert 0 < score(far) < ANSWERS < score(near) < 1
