import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nlp import topics
from app.nlp.topics import groups, names, nearest


def around(*middles, each=20, spread=0.05, seed=7):
    """Unit vectors around given directions of 8 dimensions, group by group."""
    generator = np.random.default_rng(seed)
    rows = [np.eye(8)[m] + generator.normal(0, spread, 8) for m in middles for _ in range(each)]
    made = np.asarray(rows, np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_like_questions_share_a_group_and_the_largest_is_the_first():
    vectors = np.concatenate([around(0, each=10), around(3, each=30)])
    assert groups(vectors, 10) == [1] * 10 + [0] * 30


def test_what_is_like_nothing_stands_alone():
    vectors = np.concatenate([around(0, each=10), around(5, each=1)])
    assert groups(vectors, 10)[-1] == -1


def test_no_more_groups_than_are_asked_for():
    assert len(set(groups(around(0, 1, 2, 3), 2)) - {-1}) <= 2


def test_nothing_gives_nothing():
    assert groups(np.zeros((0, 8), np.float32), 5) == []


def test_portions_change_nothing(monkeypatch):
    vectors = around(0, 4, each=40)
    whole = groups(vectors, 5)
    monkeypatch.setattr(topics, "SAMPLE", 80)
    assert groups(vectors, 5) == whole


@settings(max_examples=40)
@given(st.integers(0, 60), st.integers(1, 8), st.integers(0, 5))
def test_any_vectors_get_an_owner_each(number, most, seed):
    vectors = around(*range(8), each=8, spread=0.8, seed=seed)[:number]
    owners = groups(vectors, most)
    assert len(owners) == number
    assert max(owners, default=-1) < most


def test_a_group_is_named_by_what_sets_it_apart():
    texts = [
        "where is my parcel order 123",
        "parcel is late",
        "the parcel please",
        "refund my order",
        "a refund",
        "refund now",
    ]
    found = names(texts, [0, 0, 0, 1, 1, 1])
    assert found[0][0] == "parcel"
    assert found[1][0] == "refund"
    assert not any(word.isdigit() for words in found.values() for word in words)


def test_the_closest_other_group_is_named():
    vectors = np.concatenate([around(0, each=5), around(0, each=5, seed=8), around(6, each=5)])
    owners = [0] * 5 + [1] * 5 + [2] * 5
    found = nearest(vectors, owners)
    assert (found[0][0], found[1][0]) == (1, 0)
    assert found[0][1] > 0.9 > found[2][1]
    assert nearest(vectors, [0] * 15) == {}
