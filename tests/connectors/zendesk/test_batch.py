"""A batch becomes the fewest PUTs, each with a key of its own that is the same every time."""

import pytest

from connectors.types import (
    AddMessage,
    Assign,
    Note,
    Person,
    Priority,
    Reply,
    Role,
    SetField,
    SetPriority,
    SetStatus,
    Status,
    Tag,
    Untag,
)
from connectors.zendesk.batch import Lookup, batch, tags

ADA = Person("U1", Role.CUSTOMER, "Ada")
LOOKUP = Lookup({"ours": "9", "77": "77"}.get, {"Support": "51"}.get, lambda change: 903)


def puts(*changes):
    return [(put.key, put.values) for put in batch(changes, "k", LOOKUP).puts]


def test_without_a_comment_it_is_one():
    assert puts(Tag(("a",)), Untag(("b",)), SetPriority(Priority.LOW), SetField("ours", 1), SetField("77", None)) == [
        (
            "k",
            {
                "additional_tags": ["a"],
                "remove_tags": ["b"],
                "priority": "low",
                "custom_fields": [{"id": 9, "value": 1}, {"id": 77, "value": None}],
            },
        )
    ]


def test_nothing_is_none():
    assert puts() == []
    assert puts(SetField("unknown", 1), Assign()) == []


def test_what_the_revision_is_made_of_goes_last():
    made = puts(Reply("r"), SetStatus(Status.HOLD), Assign(team="Support", agent="5"), Note("n"), Tag(("a",)))
    assert [key for key, _ in made] == ["k", "k:reply"]
    assert {name for name in made[0][1] if name != "comment"} == {"additional_tags"}
    assert {name for name in made[1][1] if name != "comment"} == {"status", "group_id", "assignee_id"}


def test_internal_before_public_and_visibility_always_said():
    made = puts(Reply("r"), Note("n"), AddMessage("m", ADA))
    assert [values["comment"] for _, values in made] == [
        {"body": "m", "public": True, "author_id": 903},
        {"html_body": "<p>n</p>", "public": False},
        {"html_body": "<p>r</p>", "public": True},
    ]


def test_no_two_keys_are_the_same():
    keys = [key for key, _ in puts(Note("1"), Note("2"), Note("3"), Reply("4"), Reply("5"), AddMessage("6", ADA))]
    assert len(set(keys)) == 6
    assert keys[0] == "k"
    assert keys == [
        key for key, _ in puts(Note("1"), Note("2"), Note("3"), Reply("4"), Reply("5"), AddMessage("6", ADA))
    ]


def test_the_key_goes_with_it():
    assert batch([Note("n")], "k", LOOKUP).puts[0].body()["metadata"] == {"deskhand_key": "k"}


@pytest.mark.parametrize(
    ("changes", "added", "removed"),
    [
        ([Tag(("Big Spender", " a  b ")), Tag(("a_b",))], ("big_spender", "a_b"), ()),
        ([Tag(("x",)), Untag(("x", "Y", ""))], ("x",), ("y",)),
        ([Tag(("", "  "))], (), ()),
    ],
)
def test_tags_as_zendesk_writes_them(changes, added, removed):
    assert tags(changes) == (added, removed)
