"""The played tickets API follows Zendesk's rules, the awkward ones above all."""

import pytest


@pytest.fixture
def id(account):
    return account.ticket(subject="S", tags=["one"])["id"]


@pytest.mark.parametrize("ending", ["", ".json"])
def test_both_forms_of_a_path(account, id, ending):
    assert account.call("GET", f"/tickets/{id}{ending}").json()["ticket"]["id"] == id


def test_stray_parameters_are_borne(account, id):
    assert account.call("GET", f"/tickets/{id}/audits.json?page%5Bsize%5D=100&include=None").status_code == 200


def test_create_answers_201_with_audit_and_location(account):
    answer = account.call("POST", "/tickets.json", {"ticket": {"subject": "S", "comment": {"body": "B"}}})
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == body["ticket"]["url"]
    assert body["ticket"]["url"].startswith(f"{account.base}/zendesk/api/v2/tickets/")
    assert {e["type"] for e in body["audit"]["events"]} == {"Comment", "Create"}
    assert body["ticket"]["description"] == "B"


def test_a_ticket_needs_words(account):
    answer = account.call("POST", "/tickets.json", {"ticket": {"subject": "S"}})
    assert (answer.status_code, answer.json()["error"]) == (422, "RecordInvalid")


def test_a_requester_is_made_or_found(account):
    one, two = (account.ticket(requester={"name": "Ada", "email": "ada@example.com"}) for _ in range(2))
    assert one["requester_id"] == two["requester_id"] != account.host.state.bot
    assert isinstance(one["requester_id"], int)


def test_an_update_gives_ticket_and_audit_and_drops_the_description(account, id):
    body = account.put(id, priority="high", description="other").json()
    assert (body["ticket"]["priority"], body["ticket"]["description"]) == ("high", "Hello")
    change = body["audit"]["events"][0]
    assert (change["type"], change["field_name"], change["previous_value"], change["value"]) == (
        "Change",
        "priority",
        None,
        "high",
    )


def test_metadata_is_shown_in_the_audit(account, id):
    account.put(id, comment={"body": "x", "public": False}, metadata={"key": "k1"})
    audits = account.call("GET", f"/tickets/{id}/audits.json").json()["audits"]
    assert audits[-1]["metadata"]["custom"] == {"key": "k1"}
    assert audits[0]["metadata"]["custom"] == {}
    newest = account.call("GET", f"/tickets/{id}/audits.json?sort=-created_at").json()["audits"]
    assert newest == audits[::-1]


@pytest.mark.parametrize("began", [True, False])
def test_an_unsaid_visibility_is_that_of_the_beginning(account, began):
    id = account.ticket(comment={"body": "x", "public": began})["id"]
    account.put(id, comment={"body": "unsaid"})
    account.put(id, comment={"body": "said", "public": not began})
    comments = account.call("GET", f"/tickets/{id}/comments.json").json()["comments"]
    assert [c["public"] for c in comments] == [began, began, not began]


def test_html_is_wrapped_and_wins(account, id):
    account.put(id, comment={"body": "plain", "html_body": "<p>Rich &amp; <b>bold</b></p>"})
    comment = account.call("GET", f"/tickets/{id}/comments.json").json()["comments"][-1]
    assert comment["html_body"] == '<div class="zd-comment" dir="auto"><p>Rich &amp; <b>bold</b></p></div>'
    assert comment["plain_body"] == "Rich & bold"


def test_time_has_whole_seconds_and_moves_only_with_an_event(account, id):
    before = account.call("GET", f"/tickets/{id}").json()["ticket"]["updated_at"]
    account.world.clock.advance(5)
    assert account.put(id, tags=["one"]).json()["ticket"]["updated_at"] == before
    after = account.put(id, tags=["two"]).json()["ticket"]["updated_at"]
    assert after > before
    assert len(after) == len("2026-05-04T09:30:00Z")


def test_tags_replace_or_merge(account, id):
    def tags(**values):
        return account.put(id, **values).json()["ticket"]["tags"]

    assert tags(additional_tags=["Two", "three four"]) == ["four", "one", "three", "two"]
    assert tags(remove_tags=["four"], additional_tags=["five"]) == ["five", "one", "three", "two"]
    assert tags(tags=["only"]) == ["only"]


def test_the_tags_endpoints(account, id):
    path = f"/tickets/{id}/tags.json"
    added = account.call("PUT", path, {"tags": ["two"]})
    assert (added.status_code, added.json()) == (200, {"tags": ["one", "two"]})
    replaced = account.call("POST", path, {"tags": ["three"]})
    assert (replaced.status_code, replaced.json()) == (201, {"tags": ["three"]})
    removed = account.call("DELETE", path, {"tags": ["three"]})
    assert (removed.status_code, removed.content) == (204, b"")
    stale = {"tags": ["x"], "updated_stamp": "2019-09-12T21:45:16Z", "safe_update": "true"}
    assert account.call("PUT", path, stale).status_code == 409
    assert account.call("GET", path).json() == {"tags": []}


def test_a_drop_downs_value_is_a_tag_and_a_tag_its_value(account, id):
    options = [{"name": "A", "value": "dm_a"}, {"name": "B", "value": "dm_b"}]
    values = {"type": "tagger", "title": "Kind", "custom_field_options": options}
    field = account.call("POST", "/ticket_fields.json", {"ticket_field": values}).json()["ticket_field"]["id"]
    assert account.put(id, custom_fields=[{"id": field, "value": "dm_a"}]).json()["ticket"]["tags"] == ["dm_a", "one"]
    changed = account.put(id, custom_fields=[{"id": field, "value": "dm_b"}]).json()["ticket"]
    assert changed["tags"] == ["dm_b", "one"]
    assert changed["fields"] == changed["custom_fields"] == [{"id": field, "value": "dm_b"}]
    cleared = account.put(id, remove_tags=["dm_b"]).json()["ticket"]
    assert cleared["custom_fields"] == [{"id": field, "value": None}]
    refused = account.put(id, custom_fields=[{"id": field, "value": "no"}], comment={"body": "lost?"})
    assert refused.status_code == 422
    assert len(account.host.state.record(id).comments) == 1


@pytest.mark.parametrize("safe", [True, False, "true"])
def test_a_safe_update_refuses_an_old_stamp_whatever_its_value(account, id, safe):
    stamp = account.call("GET", f"/tickets/{id}").json()["ticket"]["updated_at"]
    account.world.clock.advance(1)
    account.put(id, priority="low")
    stale = account.put(id, safe_update=safe, updated_stamp=stamp, status="open")
    assert stale.status_code == 409
    fresh = account.call("GET", f"/tickets/{id}").json()["ticket"]["updated_at"]
    assert account.put(id, safe_update=safe, updated_stamp=fresh, status="open").status_code == 200


def test_closed_is_for_good(account, id):
    account.put(id, status="closed")
    answer = account.put(id, comment={"body": "x"})
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "RecordInvalid",
        "description": "Record validation errors",
        "details": {"status": [{"description": "Status: closed prevents ticket update"}]},
    }
    assert account.call("PUT", f"/tickets/{id}/tags", {"tags": ["x"]}).status_code == 422


def test_deleted_is_gone(account, id):
    assert account.call("DELETE", f"/tickets/{id}.json").status_code == 204
    for path in (f"/tickets/{id}", f"/tickets/{id}/comments", f"/tickets/{id}/audits", "/tickets/99999"):
        answer = account.call("GET", path)
        assert (answer.status_code, answer.json()) == (404, {"error": "RecordNotFound", "description": "Not found"})
    assert account.call("GET", "/tickets.json").json()["tickets"] == []


@pytest.mark.parametrize("values", [{"status": "happy"}, {"priority": "blocker"}, {"group_id": 5}])
def test_unknown_words_are_refused(account, id, values):
    assert account.put(id, **values).status_code == 422


def test_a_hundred_and_no_more(account):
    many = account.call("POST", "/tickets/create_many.json", {"tickets": [{"comment": {"body": "x"}}] * 101})
    assert (many.status_code, many.json()["error"], many.json()["max_count"]) == (400, "TooManyValues", 100)
    ids = ",".join(str(n) for n in range(101))
    assert account.call("PUT", f"/tickets/update_many.json?ids={ids}", {"ticket": {}}).status_code == 400


def test_bulk_updates_are_jobs_with_a_result_for_each(account, id):
    closed = account.ticket()["id"]
    account.put(closed, status="closed")
    rows = [{"id": id, "priority": "urgent"}, {"id": closed, "priority": "urgent"}]
    job = account.call("PUT", "/tickets/update_many.json", {"tickets": rows}).json()["job_status"]
    states = [job["status"]]
    for _ in range(3):
        job = account.call("GET", f"/job_statuses/{job['id']}.json").json()["job_status"]
        states.append(job["status"])
    assert states == ["queued", "working", "completed", "completed"]
    assert [result["success"] for result in job["results"]] == [True, False]
    assert job["results"][1]["error"] == "TicketUpdateFailed"
    assert account.call("GET", "/job_statuses/V3-no").status_code == 404


def test_one_change_for_many(account, id):
    account.call("PUT", f"/tickets/update_many.json?ids={id}", {"ticket": {"additional_tags": ["bulk"]}})
    assert "bulk" in account.host.state.record(id).row["tags"]


def test_a_merge_closes_the_source_and_stays_internal(account, id):
    source = account.ticket(subject="Again")["id"]
    body = {"ids": [source], "target_comment": "merged", "source_comment": "see other"}
    assert "job_status" in account.call("POST", f"/tickets/{id}/merge.json", body).json()
    source_row = account.call("GET", f"/tickets/{source}").json()["ticket"]
    assert (source_row["status"], source_row["tags"]) == ("closed", ["closed_by_merge"])
    assert account.host.state.record(id).comments[-1]["public"] is False
    assert account.call("POST", f"/tickets/{id}/merge.json", body).status_code == 422


def test_a_comment_can_be_hidden(account, id):
    comment = account.host.state.record(id).comments[0]["id"]
    assert account.call("PUT", f"/tickets/{id}/comments/{comment}/make_private").status_code == 200
    assert account.host.state.record(id).comments[0]["public"] is False
    assert account.call("PUT", f"/tickets/{id}/comments/5/make_private").status_code == 404


def test_the_same_key_opens_one_ticket_for_two_hours(account):
    def opened(subject="S"):
        body = {"ticket": {"subject": subject, "comment": {"body": "B"}}}
        return account.call("POST", "/tickets.json", body, headers={"Idempotency-Key": "k"})

    first, second = opened(), opened()
    assert [a.headers["x-idempotency-lookup"] for a in (first, second)] == ["miss", "hit"]
    assert first.json()["ticket"]["id"] == second.json()["ticket"]["id"]
    other = opened("T")
    assert (other.status_code, other.json()["error"]) == (400, "IdempotentRequestError")
    account.world.clock.advance(7201)
    assert opened("T").json()["ticket"]["id"] != first.json()["ticket"]["id"]


def test_a_key_means_nothing_to_an_update(account, id):
    for _ in range(2):
        body = {"ticket": {"comment": {"body": "x"}}}
        account.call("PUT", f"/tickets/{id}", body, headers={"Idempotency-Key": "k"})
    assert len(account.host.state.record(id).comments) == 3


def test_cursor_pages_follow_their_links(account, id):
    for number in range(5):
        account.put(id, comment={"body": str(number)})
    seen, url = [], f"/tickets/{id}/comments.json?page[size]=4"
    while url:
        body = account.call("GET", url).json()
        seen += [c["body"] for c in body["comments"]]
        url = body["links"]["next"]
        assert body["meta"]["has_more"] is (url is not None)
    assert seen == ["Hello", "0", "1", "2", "3", "4"]


def test_numbered_pages(account):
    for number in range(3):
        account.ticket(subject=str(number))
    body = account.call("GET", "/tickets.json?per_page=2").json()
    assert (len(body["tickets"]), body["count"], body["previous_page"]) == (2, 3, None)
    last = account.call("GET", body["next_page"]).json()
    assert (len(last["tickets"]), last["next_page"]) == (1, None)
    assert account.call("GET", "/tickets.json?page=101").status_code == 400
    assert account.call("GET", "/tickets.json?page[size]=2&page[after]=%25").status_code == 400


def test_what_changed_by_cursor(account, id):
    account.world.clock.advance(120)
    body = account.call("GET", "/incremental/tickets/cursor.json?start_time=0").json()
    assert ([t["id"] for t in body["tickets"]], body["end_of_stream"]) == ([id], True)
    other = account.ticket()["id"]
    more = account.call("GET", body["after_url"]).json()
    assert [t["id"] for t in more["tickets"]] == [other]
    assert account.call("GET", more["after_url"]).json()["tickets"] == []
    account.call("DELETE", f"/tickets/{other}")
    gone = account.call("GET", body["after_url"]).json()["tickets"]
    assert [t["status"] for t in gone] == ["deleted"]


def test_the_last_minute_is_too_recent(account):
    now = int(account.world.clock.now().timestamp())
    assert account.call("GET", f"/incremental/tickets/cursor.json?start_time={now - 30}").status_code == 422
    assert account.call("GET", "/incremental/tickets/cursor.json").status_code == 400


def test_search(account):
    account.ticket(subject="Broken lamp", tags=["vip"])
    account.ticket(subject="Late parcel")
    body = account.call("GET", "/search.json", params={"query": "type:ticket lamp tags:vip status:new"}).json()
    assert [(r["subject"], r["result_type"]) for r in body["results"]] == [("Broken lamp", "ticket")]
    assert account.call("GET", "/search.json?query=x&page=11").status_code == 422
