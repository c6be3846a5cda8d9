"""Around the tickets: who may call, limits, people, fields, the Help Center, OAuth, and the people at the desk."""

import base64
import hashlib

import pytest
import requests

from app.sandbox.world import Fault


@pytest.mark.parametrize(
    "auth", [None, ("x", "y"), ("bot@deskhand.example.com", "sandbox-token"), ("bot@deskhand.example.com/token", "no")]
)
def test_strangers_are_refused(account, auth):
    answer = account.call("GET", "/users/me.json", auth=auth)
    assert (answer.status_code, answer.json()) == (401, {"error": "Couldn't authenticate you"})


def test_the_rate_is_told_on_every_answer(account):
    first, second = (account.call("GET", "/tickets/999") for _ in range(2))
    assert first.headers["x-rate-limit"] == first.headers["ratelimit-limit"] == "700"
    left = [int(a.headers["x-rate-limit-remaining"]) for a in (first, second)]
    assert left[1] == left[0] - 1
    id = account.ticket()["id"]
    assert "total=30; remaining=29" in account.put(id, priority="low").headers["zendesk-ratelimit-per-ticket-updates"]


def test_limits_bite_when_they_are_enforced(account):
    account.host.door.enforce = True
    id = account.ticket()["id"]
    statuses = [account.put(id, subject=str(n)).status_code for n in range(31)]
    assert statuses == [200] * 30 + [429]
    limited = account.put(id, subject="x")
    assert 0 < int(limited.headers["Retry-After"]) <= 601
    account.world.clock.advance(601)
    assert account.put(id, subject="y").status_code == 200


def test_faults_come_before_everything(account):
    account.world.faults.order(Fault("status", path="/users/me", status=429, headers={"Retry-After": "7"}))
    answer = account.call("GET", "/users/me", auth=None)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    account.world.faults.order(Fault("reset_after", method="POST"))
    with pytest.raises(requests.ConnectionError):
        account.ticket(subject="Kept")
    assert [t["subject"] for t in account.call("GET", "/tickets").json()["tickets"]] == ["Kept"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"ticket": 5}'])
def test_bodies_that_are_none(account, body):
    url = f"{account.base}/zendesk/api/v2/tickets.json"
    auth = (f"{account.host.email}/token", account.host.token)
    headers = {"Content-Type": "application/json"}
    assert requests.post(url, data=body, auth=auth, headers=headers, timeout=60).status_code == 400


def test_users(account):
    values = {"name": "Ada", "email": "ada@example.com", "external_id": "e1", "user_fields": {"plan": "pro"}}
    made = account.call("POST", "/users.json", {"user": values})
    ada = made.json()["user"]
    assert (made.status_code, ada["role"], ada["user_fields"]) == (201, "end-user", {"plan": "pro"})
    assert account.call("POST", "/users.json", {"user": values}).status_code == 422
    assert account.call("POST", "/users.json", {"user": {"email": "x@example.com"}}).status_code == 422
    for query in ("query=email:ADA@example.com", "query=ada", "external_id=e1"):
        assert [u["id"] for u in account.call("GET", f"/users/search.json?{query}").json()["users"]] == [ada["id"]]
    assert account.call("GET", "/users/search.json?external_id=e2").json()["users"] == []
    many = account.call("GET", f"/users/show_many.json?ids={ada['id']},5").json()["users"]
    assert [u["id"] for u in many] == [ada["id"]]
    changed = account.call("PUT", f"/users/{ada['id']}", {"user": {"locale": "de", "nonsense": 1}}).json()["user"]
    assert changed["locale"] == "de"
    assert "nonsense" not in changed
    assert account.call("GET", "/users/5").status_code == 404


def test_users_are_made_or_changed(account):
    for name in ("Ada", "Ada Lovelace"):
        values = {"name": name, "email": "ada@example.com"}
        answer = account.call("POST", "/users/create_or_update.json", {"user": values})
        assert answer.json()["user"]["name"] == name
    assert len([u for u in account.host.state.users.values() if u["email"] == "ada@example.com"]) == 1


def test_organizations_and_groups(account):
    id = account.host.state.add_organization("Engines", tags=["gold"])["id"]
    assert account.call("GET", f"/organizations/{id}").json()["organization"]["tags"] == ["gold"]
    assert [g["name"] for g in account.call("GET", "/groups.json").json()["groups"]] == ["Support"]
    user = account.host.state.add_user("Ada", "ada@example.com", organization_id=id)["id"]
    ticket = account.ticket(requester_id=user)["id"]
    body = account.call("GET", f"/tickets/{ticket}?include=users,organizations").json()
    assert (body["users"][0]["name"], body["organizations"][0]["name"]) == ("Ada", "Engines")


def test_options_that_are_not_sent_again_are_gone(account):
    options = [{"name": "A", "value": "a"}, {"name": "B", "value": "b"}]
    values = {"type": "tagger", "title": "T", "custom_field_options": options}
    id = account.call("POST", "/ticket_fields", {"ticket_field": values}).json()["ticket_field"]["id"]
    account.call("PUT", f"/ticket_fields/{id}", {"ticket_field": {"custom_field_options": options[:1]}})
    field = account.call("GET", f"/ticket_fields/{id}").json()["ticket_field"]
    assert [o["value"] for o in field["custom_field_options"]] == ["a"]
    assert account.call("POST", "/ticket_fields", {"ticket_field": {"type": "text"}}).status_code == 422


def test_the_help_center_needs_a_filter_and_hides_drafts(account):
    account.host.state.add_article("Password & login", "<p>Reset it</p>")
    account.host.state.add_article("Draft", "<p>Reset it</p>", draft=True)
    assert account.call("GET", "/help_center/articles/search.json").status_code == 400
    found = account.call("GET", "/help_center/articles/search.json", params={"query": "password & reset"}).json()
    assert [(a["title"], a["result_type"]) for a in found["results"]] == [("Password & login", "article")]
    assert len(account.call("GET", "/help_center/articles.json").json()["articles"]) == 2


# --- OAuth ----------------------------------------------------------------------------------------------------


def token(account, **body):
    client = {"client_id": account.host.oauth.client_id, "client_secret": account.host.oauth.client_secret}
    return requests.post(f"{account.base}/zendesk/oauth/tokens", json=client | body, timeout=60)


def code(account, verifier=""):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"client_id": account.host.oauth.client_id, "redirect_uri": "http://127.0.0.1/back", "state": "s"}
    asked |= {"scope": "read", "response_type": "code"} | ({"code_challenge": challenge} if verifier else {})
    url = f"{account.base}/zendesk/oauth/authorizations/new"
    back = requests.get(url, params=asked, allow_redirects=False, timeout=60).headers["Location"]
    assert back.startswith("http://127.0.0.1/back?code=")
    assert back.endswith("&state=s")
    return back.split("code=")[1].split("&")[0]


def test_a_code_works_once_and_with_its_verifier(account):
    asked = {"grant_type": "authorization_code", "redirect_uri": "http://127.0.0.1/back"}
    one = code(account, "v" * 43)
    assert token(account, code=one, code_verifier="wrong", **asked).status_code == 400
    two = code(account, "v" * 43)
    granted = token(account, code=two, code_verifier="v" * 43, **asked).json()
    assert (granted["token_type"], granted["scope"], granted["expires_in"]) == ("bearer", "read", 1800)
    assert token(account, code=two, code_verifier="v" * 43, **asked).status_code == 400
    three = code(account)
    account.world.clock.advance(121)
    assert token(account, code=three, **asked).status_code == 400


def test_a_refresh_kills_both_old_tokens(account):
    first = account.host.oauth.grant()
    second = token(account, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert token(account, grant_type="refresh_token", refresh_token=first["refresh_token"]).status_code == 400

    def me(access):
        headers = {"Authorization": f"Bearer {access}"}
        return requests.get(f"{account.base}/zendesk/api/v2/users/me", headers=headers, timeout=60).status_code

    assert (me(first["access_token"]), me(second["access_token"])) == (401, 200)


@pytest.mark.parametrize("body", [{"client_secret": "no"}, {"grant_type": "password"}])
def test_other_clients_and_grants_are_refused(account, body):
    assert token(account, **body).status_code in (400, 401)


# --- the desk -------------------------------------------------------------------------------------------------


def test_the_desk_as_the_inbox_page_shows_it(account):
    host = account.host
    id = host.customer_writes("Ada Lovelace", "Where is it?", subject="Parcel")
    host.agent_writes("Kim", "A note", ticket=id, public=False)
    account.put(int(id), comment={"html_body": "<p>Soon</p>", "public": True}, additional_tags=["t"], priority="high")
    host.press("Ada Lovelace", id, "human", "x")
    [view] = host.views()
    assert (view.id, view.customer, view.subject, view.priority, view.tags) == (
        id,
        "Ada Lovelace",
        "Parcel",
        "high",
        ("t",),
    )
    assert [(m["role"], m["kind"], m["text"]) for m in view.messages] == [
        ("customer", "public", "Where is it?"),
        ("agent", "note", "A note"),
        ("bot", "public", "Soon"),
    ]


def test_a_customers_answer_opens_what_was_solved(account):
    id = account.host.customer_writes("Ada", "Hello")
    account.put(int(id), status="solved")
    account.host.customer_writes("Ada", "Not yet", ticket=id)
    assert account.host.views()[0].status == "open"
    second = account.host.customer_writes("Ada", "Something else")
    assert [view.id for view in account.host.views()] == [second, id]


@pytest.mark.parametrize(
    ("headers", "flagged"),
    [
        ({}, False),
        ({"Auto-Submitted": "no", "Message-ID": "<a@b>"}, False),
        ({"Auto-Submitted": "auto-replied"}, True),
        ({"X-Autoreply": "yes"}, True),
        ({"Precedence": "Bulk"}, True),
        ({"List-Id": "<news.example.com>"}, True),
        ({"Return-Path": "<>"}, True),
    ],
)
def test_what_machines_mail_is_flagged(account, headers, flagged):
    id = account.host.customer_mails("Ada", "I am away", subject="Away", headers=headers)
    metadata = account.call("GET", f"/tickets/{id}/comments").json()["comments"][0]["metadata"]
    assert metadata.get("flags") == ([4] if flagged else None)
    assert metadata["system"]["message_id"] == headers.get("Message-ID", metadata["system"]["message_id"])
