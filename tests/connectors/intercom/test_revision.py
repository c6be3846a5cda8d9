"""When a conversation counts as moved on, and when only we moved it."""

from typing import Any

import pytest

from connectors.intercom.marks import Owner, line
from connectors.intercom.revision import revision
from tests.connectors.intercom.shapes import CASEY, FIN, OURS, ROBIN, SEAT, conversation, part

OWNER = Owner(SEAT, "dh")
BEFORE = revision(conversation(), OWNER)
CODE = {"app_package_code": "dh"}


def moved(*parts: dict[str, Any], owner: Owner = OWNER, **more: Any) -> bool:
    return revision(conversation(*parts, **more), owner) != BEFORE


@pytest.mark.parametrize(
    "given",
    [
        part("comment", "<p>x</p>", CASEY),
        part("comment", "<p>x</p>", ROBIN),
        part("note", "<p>x</p>", ROBIN),
        part("comment", "<p>x</p>", FIN),
        part("comment", "<p>x</p>", OURS),
        part("assignment", "<p>x</p>", ROBIN, assigned_to={"type": "admin", "id": "1"}),
    ],
)
def test_everybody_elses_words_move_it(given: dict[str, Any]) -> None:
    assert moved(given)


def test_ours_do_not() -> None:
    assert not moved(part("note", "<p>x</p>", OURS, **CODE), part("comment", "<p>y</p>", OURS, 2, **CODE))


def test_tags_fields_and_times_do_not() -> None:
    assert not moved(updated_at=1, custom_attributes={"a": 1}, tags={"tags": []}, read=True, priority="priority")


@pytest.mark.parametrize(
    "change",
    [{"state": "closed", "open": False}, {"state": "snoozed"}, {"admin_assignee_id": 4}, {"team_assignee_id": 4}],
)
def test_state_and_assignee_do(change: dict[str, Any]) -> None:
    assert moved(**change)


def test_another_requester_does() -> None:
    assert moved(contacts={"contacts": [{"id": "another"}]})


def test_a_redacted_question_does_not() -> None:
    asked = part("comment", "<p>x</p>", CASEY)
    assert revision(conversation(asked), OWNER) == revision(conversation({**asked, "redacted": True}), OWNER)


def test_our_assignment_and_closing_do_not() -> None:
    given = part("assignment", None, OURS, 1, assigned_to={"type": "team", "id": "4"}, **CODE)
    closed = part("close", None, OURS, 2, **CODE)
    assert not moved(given, closed, team_assignee_id=4, state="closed")


def test_an_assignment_to_our_seat_does_not() -> None:
    assert not moved(admin_assignee_id=int(SEAT))


def test_a_person_who_assigns_after_us_does() -> None:
    ours = part("assignment", None, OURS, 1, assigned_to={"type": "team", "id": "4"}, **CODE)
    theirs = part("assignment", None, ROBIN, 2, assigned_to={"type": "team", "id": "5"})
    assert moved(ours, theirs, team_assignee_id=5)


def test_a_customer_who_comes_back_after_our_closing_does() -> None:
    closed = part("close", None, OURS, 1, **CODE)
    back = part("open", "<p>again</p>", CASEY, 2)
    assert moved(closed, back)
    assert revision(conversation(closed, back), OWNER) == revision(conversation(closed, back, updated_at=0), OWNER)


def test_a_closing_over_a_closing() -> None:
    """A person closed; we closed again: seen past ours, it is closed as before."""
    theirs = part("close", None, ROBIN, 1)
    before = revision(conversation(theirs, state="closed"), OWNER)
    assert revision(conversation(theirs, part("close", None, OURS, 2, **CODE), state="closed"), OWNER) == before


class TestWithoutCodes:
    """Intercom's own examples show no app's code on what the API wrote."""

    owner = Owner(SEAT)
    note = part("note", f"<p>Draft</p><p><i>{line('k', 0, ['Try **this**'])}</i></p>", OURS, 1)

    def test_note_and_the_reply_it_names_are_ours(self) -> None:
        reply = part("comment", "<p>Try <b>this</b></p>", OURS, 2)
        assert not moved(self.note, reply, owner=self.owner)

    def test_another_reply_on_our_seat_is_a_persons(self) -> None:
        assert moved(self.note, part("comment", "<p>I will call you</p>", OURS, 2), owner=self.owner)

    def test_what_follows_at_once_without_words_is_ours(self) -> None:
        given = part("assignment", None, OURS, 3, assigned_to={"type": "team", "id": "4"})
        assert not moved(
            self.note, given, part("close", None, OURS, 4), owner=self.owner, team_assignee_id=4, state="closed"
        )

    def test_what_comes_later_is_a_persons(self) -> None:
        assert moved(self.note, part("close", None, OURS, 4000), owner=self.owner, state="closed")

    def test_where_codes_are_shown_a_part_without_one_is_a_persons(self) -> None:
        shown = {**self.note, "app_package_code": "dh"}
        assert moved(shown, part("close", None, OURS, 4), owner=self.owner, state="closed")

    def test_another_app_on_our_seat_is_not_us_once_our_code_is_seen(self) -> None:
        shown = {**self.note, "app_package_code": "dh"}
        assert moved(shown, part("comment", "<p>x</p>", OURS, 2, app_package_code="other"), owner=self.owner)


def test_a_long_history_does_not_move_by_growing_old() -> None:
    many = [part("comment", f"<p>{n}</p>", CASEY, n) for n in range(1, 500)]
    ours = part("note", "<p>x</p>", OURS, 501, **CODE)
    assert revision(conversation(*many), OWNER) == revision(conversation(*many[1:], ours), OWNER)
