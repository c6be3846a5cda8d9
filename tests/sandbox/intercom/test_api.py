"""The played API behaves as Intercom's documents say: doors, versions, conversations, people."""

from typing import Any

import pytest

from tests.sandbox.intercom.conftest import Desk

SEAT = "814860"


def opened(desk: Desk, text: str = "Hello") -> str:
    return desk.host.customer_writes("casey@example.com", text)


def note(desk: Desk, ticket: str, **more: Any) -> Any:
    body = {"message_type": "note", "type": "admin", "admin_id": SEAT, "body": "<p>x</p>", **more}
    return desk.call("POST", f"/conversations/{ticket}/reply", body)


def test_without_a_bearer_there_is_nothing(desk: Desk) -> None:
    for given in ("", "Bearer wrong", desk.host.token):
        desk.session.headers["Authorization"] = given
        answer = desk.call("GET", "/me")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "unauthorized")


def test_an_unknown_version_is_refused(desk: Desk) -> None:
    answer = desk.call("GET", "/me", Intercom_Version="9.9")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "intercom_version_invalid")


@pytest.mark.parametrize(("version", "nobody", "priority"), [("2.14", None, "not_priority"), ("2.16", 0, "none")])
def test_versions_differ(desk: Desk, version: str, nobody: int | None, priority: str) -> None:
    found = desk.call("GET", f"/conversations/{opened(desk)}", Intercom_Version=version).json()
    assert (found["admin_assignee_id"], found["team_assignee_id"], found["priority"]) == (nobody, nobody, priority)


def test_the_limit_is_counted_in_windows(desk: Desk) -> None:
    first = desk.call("GET", "/me")
    assert int(first.headers["X-RateLimit-Remaining"]) == 1666
    desk.host.door.limit = 0
    refused = desk.call("GET", "/me")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, "rate_limit_exceeded")
    assert int(refused.headers["X-RateLimit-Reset"]) > desk.host.workspace.now()
    assert "Retry-After" not in refused.headers
    desk.host.door.limit = 1
    desk.world.clock.advance(11)
    assert desk.call("GET", "/me").status_code == 200


def test_bodies_are_html_or_text_as_asked(desk: Desk) -> None:
    ticket = opened(desk, "a <b> & c\n\nd")
    as_html = desk.call("GET", f"/conversations/{ticket}").json()["source"]["body"]
    as_text = desk.call("GET", f"/conversations/{ticket}?display_as=plaintext").json()["source"]["body"]
    assert as_html == "<p>a &lt;b&gt; &amp; c</p><p>d</p>"
    assert as_text == "a <b> & c\nd"


def test_a_write_answers_with_its_own_part_only(desk: Desk) -> None:
    ticket = opened(desk)
    note(desk, ticket)
    answer = note(desk, ticket, message_type="comment").json()
    assert [part["part_type"] for part in answer["conversation_parts"]["conversation_parts"]] == ["comment"]
    whole = desk.call("GET", f"/conversations/{ticket}").json()
    assert [part["part_type"] for part in whole["conversation_parts"]["conversation_parts"]] == ["note", "comment"]
    assert {part["app_package_code"] for part in whole["conversation_parts"]["conversation_parts"]} == {"deskhand-app"}


def test_html_is_reduced(desk: Desk) -> None:
    ticket = opened(desk)
    note(desk, ticket, body='<p onclick="x">a<script>b</script><i>c</i></p>')
    assert "script" not in desk.host.workspace.conversations[ticket].parts[-1].body


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"admin_id": "404"}, 404),
        ({"admin_id": None}, 400),
        ({"message_type": "shout"}, 400),
        ({"body": ""}, 400),
        ({"type": "robot"}, 400),
    ],
)
def test_replies_that_are_refused(desk: Desk, more: dict[str, Any], status: int) -> None:
    ticket = opened(desk)
    assert note(desk, ticket, **more).status_code == status
    assert desk.host.workspace.conversations[ticket].parts == []


def test_a_contact_opens_a_closed_conversation_again(desk: Desk) -> None:
    ticket = opened(desk)
    body = {"message_type": "close", "type": "admin", "admin_id": SEAT}
    assert desk.call("POST", f"/conversations/{ticket}/parts", body).json()["state"] == "closed"
    contact = desk.host.workspace.conversations[ticket].contact.id
    reply = {"message_type": "comment", "type": "user", "intercom_user_id": contact, "body": "again"}
    found = desk.call("POST", f"/conversations/{ticket}/reply", reply).json()
    assert (found["state"], found["conversation_parts"]["conversation_parts"][0]["part_type"]) == ("open", "open")
    stranger = {**reply, "intercom_user_id": desk.host.workspace.add_contact("user", email="x@example.com").id}
    assert desk.call("POST", f"/conversations/{ticket}/reply", stranger).status_code == 404


def test_assignment_and_what_it_says_to_the_customer(desk: Desk) -> None:
    ticket, team = opened(desk), desk.host.workspace.add_team("Billing")
    body = {
        "message_type": "assignment",
        "type": "team",
        "admin_id": SEAT,
        "assignee_id": team.id,
        "body": "Billing helps.",
    }
    found = desk.call("POST", f"/conversations/{ticket}/parts", body).json()
    part = found["conversation_parts"]["conversation_parts"][0]
    assert (found["team_assignee_id"], part["assigned_to"]) == (int(team.id), {"type": "team", "id": team.id})
    assert part["body"] == "<p>Billing helps.</p>"
    none = desk.call("POST", f"/conversations/{ticket}/parts", {**body, "assignee_id": "0"}).json()
    assert none["team_assignee_id"] is None
    assert desk.call("POST", f"/conversations/{ticket}/parts", {**body, "assignee_id": "404"}).status_code == 422


def test_tags_go_by_id(desk: Desk) -> None:
    ticket = opened(desk)
    made = desk.call("POST", "/tags", {"name": "vip"}).json()
    assert desk.call("POST", "/tags", {"name": "VIP"}).json()["id"] == made["id"]
    path = f"/conversations/{ticket}/tags"
    assert desk.call("POST", path, {"id": "vip", "admin_id": SEAT}).status_code == 404
    assert desk.call("POST", path, {"id": made["id"], "admin_id": SEAT}).status_code == 200
    assert desk.host.views()[0].tags == ("vip",)
    assert desk.call("DELETE", f"{path}/{made['id']}").status_code == 400
    assert desk.call("DELETE", f"{path}/{made['id']}", {"admin_id": SEAT}).status_code == 200
    assert desk.call("DELETE", f"{path}/{made['id']}", {"admin_id": SEAT}).status_code == 404


def test_an_unknown_attribute_refuses_the_whole_update(desk: Desk) -> None:
    ticket = opened(desk)
    body = {"custom_attributes": {"deskhand_category": "x", "unheard": 1}}
    answer = desk.call("PUT", f"/conversations/{ticket}", body)
    assert (answer.status_code, answer.json()["type"]) == (400, "error.list")
    assert desk.host.views()[0].fields == ()
    desk.host.attribute("unheard")
    assert desk.call("PUT", f"/conversations/{ticket}", body).json()["custom_attributes"] == body["custom_attributes"]
    assert desk.call("POST", "/data_attributes", {"model": "conversation", "name": "x"}).status_code == 400


def test_search_pages_without_parts(desk: Desk) -> None:
    tickets = [opened(desk, str(n)) for n in range(5)]
    query: dict[str, Any] = {"field": "updated_at", "operator": ">", "value": 1}
    seen: list[str] = []
    after = None
    while True:
        paging = {"per_page": 2, **({"starting_after": after} if after else {})}
        page = desk.call("POST", "/conversations/search", {"query": query, "pagination": paging}).json()
        seen += [row["id"] for row in page["conversations"]]
        assert all("conversation_parts" not in row for row in page["conversations"])
        after = page["pages"].get("next", {}).get("starting_after")
        if not after:
            break
    assert sorted(seen) == sorted(tickets)
    both = {"operator": "AND", "value": [query, {"field": "id", "operator": "=", "value": tickets[0]}]}
    assert desk.call("POST", "/conversations/search", {"query": both}).json()["total_count"] == 1
    bad = {"field": "mood", "operator": "=", "value": 1}
    assert desk.call("POST", "/conversations/search", {"query": bad}).status_code == 400


def test_the_newest_500_parts(desk: Desk) -> None:
    ticket = opened(desk)
    for n in range(501):
        desk.host.agent_writes("Robin", str(n), ticket=ticket)
    found = desk.call("GET", f"/conversations/{ticket}?display_as=plaintext").json()["conversation_parts"]
    assert (found["total_count"], found["conversation_parts"][0]["body"]) == (500, "1")


def test_convert_redact_and_delete(desk: Desk) -> None:
    ticket = opened(desk)
    assert desk.call("POST", f"/conversations/{ticket}/convert", {"ticket_type_id": "1"}).json()["id"] == ticket
    assert desk.call("POST", f"/conversations/{ticket}/convert", {"ticket_type_id": "1"}).status_code == 400
    note(desk, ticket)
    part = desk.host.workspace.conversations[ticket].parts[-1].id
    body = {"type": "conversation_part", "conversation_id": ticket, "conversation_part_id": part}
    found = desk.call("POST", "/conversations/redact", body).json()["conversation_parts"]["conversation_parts"][-1]
    assert (found["redacted"], "deleted" in found["body"]) == (True, True)
    assert "deleted" in desk.host.views()[0].messages[-1]["text"], "the inbox page shows no more than the API does"
    assert desk.call("DELETE", f"/conversations/{ticket}").json()["deleted"] is True
    assert desk.call("GET", f"/conversations/{ticket}").status_code == 404


def test_a_users_address_is_taken_once(desk: Desk) -> None:
    body = {"role": "user", "email": "kim@example.com"}
    assert desk.call("POST", "/contacts", body).status_code == 200
    assert desk.call("POST", "/contacts", body).json()["errors"][0]["code"] == "conflict"
    query = {"query": {"field": "email", "operator": "=", "value": "kim@example.com"}}
    assert desk.call("POST", "/contacts/search", query).json()["total_count"] == 1


def test_articles_are_listed_and_searched(desk: Desk) -> None:
    desk.host.article("Refunds", "<p>Within 30 days</p>")
    desk.host.article("Secret", "<p>days</p>", internal=True)
    assert desk.call("GET", "/articles").json()["total_count"] == 1
    assert desk.call("GET", "/articles/search?phrase=refunds days").json()["total_count"] == 1
    assert desk.call("GET", "/internal_articles").json()["data"][0]["title"] == "Secret"


def test_an_unknown_address_answers_in_intercoms_words(desk: Desk) -> None:
    for path in ("/conversations/404", "/contacts/404", "/teams/404", "/admins/404", "/companies/404"):
        answer = desk.call("GET", path)
        assert (answer.status_code, answer.json()["type"]) == (404, "error.list")


def test_views_tell_who_wrote(desk: Desk) -> None:
    ticket = opened(desk)
    note(desk, ticket)
    desk.host.agent_writes("Deskhand", "A person on the seat", ticket=ticket)
    desk.host.bot_writes("I am Fin", ticket)
    desk.host.press("Casey", ticket, "helped", "1")
    view = desk.host.views()[0]
    assert [(m["role"], m["kind"]) for m in view.messages] == [
        ("customer", "public"),
        ("bot", "note"),
        ("agent", "public"),
        ("machine", "public"),
    ]
    assert (view.customer, view.status) == ("Casey", "open")
