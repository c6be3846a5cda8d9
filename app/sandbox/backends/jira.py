"""One played Jira Cloud site with one project: issues, links, transitions, comments, signed webhooks. Only what REST v3 documents."""

import base64
import hashlib
import hmac
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.deliveries import Deliveries, Outcome, Parcel
from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
STATUSES = {"To Do": "new", "In Progress": "indeterminate", "Done": "done"}
"""Name of a status -> key of its category."""
TRANSITIONS = {"11": "To Do", "21": "In Progress", "31": "Done"}
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
AGAIN = (408, 409, 425, 429, 500, 501, 502, 503, 504)
"""Answers after which Jira sends a webhook again, five times at most."""
TIMEOUT = 20.0
_CLAUSE = re.compile(
    r'(?P<field>\w+)\s*(?P<operator>=|!=|~|>=)\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[\w-]+))', re.IGNORECASE
)


@dataclass
class Problem:
    """One issue."""

    id: str
    key: str
    summary: str
    description: Row | None
    labels: list[str]
    priority: str
    assignee: str
    kind: str
    at: datetime
    status: str = "To Do"
    resolution: str = ""
    versions: list[str] = field(default_factory=list)
    comments: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    hidden: bool = False
    """Not in the search's index yet: Jira's search runs a little behind."""


class JiraBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://<name>.atlassian.net``."""

    vendor = "jira"

    def __init__(
        self,
        world: World,
        name: str = "jira",
        *,
        project: str = "SUPPORT",
        email: str = "deskhand@acme.example",
        token: str = "jira-sandbox-token",  # noqa: S107  # a played account's, not a secret
        closed_fields: frozenset[str] = frozenset(),
    ) -> None:
        self.world = world
        self.name = name
        self.project = project
        self.email = email
        self.token = token
        self.closed_fields = closed_fields
        """Fields that are not on the project's create screen, so that setting them is refused."""
        self.people = {"5b10a2844c20165700ede21g": "Mia Krystof"}
        self.issues: dict[str, Problem] = {}
        self.searches: list[str] = []
        self._deliveries = Deliveries(world, name, TIMEOUT)
        self._hook: tuple[str, str] | None = None

    def blueprint(self) -> Blueprint:
        """The API: faults first, then the login, then the answer."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._authorised)
        root = "/rest/api/3"
        api.get(f"{root}/myself")(self._myself)
        api.post(f"{root}/search/jql")(self._search)
        api.post(f"{root}/issue")(self._create)
        api.get(f"{root}/issue/<key>")(self._one)
        api.get(f"{root}/issue/<key>/transitions")(self._transitions)
        api.post(f"{root}/issue/<key>/transitions")(self._transition)
        api.get(f"{root}/issue/<key>/comment")(self._comments)
        api.post(f"{root}/issue/<key>/comment")(self._comment)
        api.delete(f"{root}/issue/<key>/comment/<id>")(self._uncomment)
        api.get(f"{root}/issue/<key>/remotelink")(self._links)
        api.post(f"{root}/issue/<key>/remotelink")(self._link)
        api.delete(f"{root}/issue/<key>/remotelink/<id>")(self._unlink)
        return api

    def hook(self, url: str, secret: str) -> None:
        """Send changes of issues there, as an admin's webhook with a secret would."""
        self._hook = (url, secret)

    # --- what people do there -----------------------------------------------------------------------------------

    def write(self, summary: str, text: str = "", **more: Any) -> Problem:
        """A colleague opens an issue."""
        number = self.world.ids.next(f"{self.name}-issue")
        doc = (
            {"type": "doc", "version": 1, "content": [_paragraph(part) for part in text.split("\n\n")]}
            if text
            else None
        )
        given = {"labels": [], "priority": "Medium", "assignee": "", "kind": "Task", **more}
        key = f"{self.project}-{number}"
        self.issues[key] = Problem(str(10_000 + number), key, summary, doc, at=self.world.clock.now(), **given)
        return self.issues[key]

    def resolve(self, key: str, version: str = "") -> None:
        """A colleague moves it to Done."""
        self.move(key, "Done", version=version)

    def move(self, key: str, status: str, *, version: str = "") -> None:
        """A colleague gives it another status."""
        problem, before = self.issues[key], self.issues[key].status
        problem.status = status
        problem.resolution = "Done" if STATUSES[status] == "done" else ""
        problem.versions = [version] if version else problem.versions
        item = {"field": "status", "fieldtype": "jira", "fromString": before, "toString": status}
        self._tell(problem, [item])

    # --- the API ------------------------------------------------------------------------------------------------

    def _authorised(self) -> Response | None:
        wanted = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        if not hmac.compare_digest(request.headers.get("Authorization", ""), f"Basic {wanted}"):
            return _refused(401, "Client must be authenticated to access this resource.")
        args = request.view_args or {}
        if "key" in args and args["key"] not in self.issues:
            return _refused(404, "Issue does not exist or you do not have permission to see it.")
        return None

    def _myself(self) -> Response:
        return jsonify(accountId="712020:deskhand", emailAddress=self.email, displayName="Deskhand", active=True)

    def _search(self) -> Response:
        body = request.get_json(silent=True) or {}
        jql = str(body.get("jql") or "")
        clauses = [match.groupdict() for match in _CLAUSE.finditer(jql.partition(" ORDER BY ")[0])]
        if not clauses:
            return _refused(
                400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
            )
        self.searches.append(jql)
        hits = [p for p in self.issues.values() if not p.hidden and all(self._holds(p, one) for one in clauses)]
        size, start = int(body.get("maxResults") or 50), int(body.get("nextPageToken") or 0)
        wanted = set(body.get("fields") or ("id",))
        rows = [self._row(one, wanted) for one in hits[start : start + size]]
        last = start + size >= len(hits)
        return jsonify(issues=rows, isLast=last, **({} if last else {"nextPageToken": str(start + size)}))

    def _holds(self, problem: Problem, clause: Row) -> bool:
        value = (clause["quoted"] if clause["quoted"] is not None else clause["bare"]) or ""
        name = clause["field"].casefold()
        if name == "project":
            return value.casefold() == self.project.casefold()
        if name == "labels":
            return value in problem.labels
        if name in ("text", "summary"):
            said = " ".join(
                (problem.summary, _words(problem.description), *(_words(c["body"]) for c in problem.comments))
            )
            present = set(re.findall(r"[\w.]+", said.casefold()))
            return all(word in present for word in re.findall(r"[\w.]+", value.casefold()))
        return True

    def _create(self) -> Response:
        body = request.get_json(silent=True) or {}
        values = body.get("fields") or {}
        if wrong := self._wrong(values):
            return _fields_refused(wrong)
        made = self.write(
            values["summary"],
            labels=list(values.get("labels") or ()),
            priority=(values.get("priority") or {}).get("name", "Medium"),
            assignee=(values.get("assignee") or {}).get("accountId", ""),
            kind=values["issuetype"]["name"],
        )
        made.description = values.get("description")
        return _created({"id": made.id, "key": made.key, "self": f"{request.host_url}rest/api/3/issue/{made.id}"})

    def _wrong(self, values: Row) -> dict[str, str]:
        """What Jira says about each field that it does not take."""
        closed = {name: _not_on_screen(name) for name in self.closed_fields & set(values)}
        summary, description = values.get("summary"), values.get("description")
        checks = (
            ("project", (values.get("project") or {}).get("key") == self.project, "valid project is required"),
            ("issuetype", bool((values.get("issuetype") or {}).get("name")), "Specify a valid issue type"),
            ("summary", isinstance(summary, str) and bool(summary.strip()), "You must specify a summary of the issue."),
            ("summary", "\n" not in str(summary), "The summary is invalid because it contains newline characters."),
            ("summary", len(str(summary)) <= 255, "Summary must be less than 255 characters."),
            (
                "description",
                description is None or _is_document(description),
                "Operation value must be an Atlassian Document",
            ),
            ("labels", all(" " not in one for one in values.get("labels") or ()), "The label can't contain spaces."),
            (
                "priority",
                (values.get("priority") or {}).get("name", "Medium") in PRIORITIES,
                "Specify a valid priority",
            ),
            ("assignee", self._is_person(values.get("assignee")), "The account id specified for the user is invalid."),
        )
        return closed or {name: said for name, fits, said in checks if not fits}

    def _is_person(self, given: Any) -> bool:
        return given is None or given.get("accountId") in self.people

    def _one(self, key: str) -> Response:
        names = set(request.args.get("fields", "*all").split(","))
        return jsonify(self._row(self.issues[key], names))

    def _transitions(self, key: str) -> Response:
        rows = [{"id": id, "name": name, "to": _status(name), "isAvailable": True} for id, name in TRANSITIONS.items()]
        return jsonify(expand="transitions", transitions=rows)

    def _transition(self, key: str) -> Response:
        wanted = ((request.get_json(silent=True) or {}).get("transition") or {}).get("id")
        if wanted not in TRANSITIONS:
            return _refused(400, "It is not on the appropriate screen, or unknown.")
        self.move(key, TRANSITIONS[wanted])
        return Response(status=204)

    def _comments(self, key: str) -> Response:
        every, start = self.issues[key].comments, request.args.get("startAt", 0, int)
        return jsonify(comments=every[start : start + 100], startAt=start, maxResults=100, total=len(every))

    def _comment(self, key: str) -> Response:
        body = request.get_json(silent=True) or {}
        if not _is_document(body.get("body")):
            return _fields_refused({"comment": "Comment body is not valid!"})
        made: Row = {
            "id": str(self.world.ids.next(f"{self.name}-comment")),
            "author": {"accountId": "712020:deskhand", "accountType": "atlassian"},
            "body": body["body"],
            "created": _stamp(self.world.clock.now()),
        }
        self.issues[key].comments.append(made)
        return _created(made)

    def _uncomment(self, key: str, id: str) -> Response:
        problem = self.issues[key]
        left = [one for one in problem.comments if one["id"] != id]
        if len(left) == len(problem.comments):
            return _refused(404, "Can not find a comment for the id.")
        problem.comments = left
        return Response(status=204)

    def _links(self, key: str) -> Response:
        wanted = request.args.get("globalId")
        found = [one for one in self.issues[key].links if wanted in (None, one["globalId"])]
        return jsonify(found if wanted is None or not found else found[0])

    def _link(self, key: str) -> Response:
        body, problem = request.get_json(silent=True) or {}, self.issues[key]
        target = body.get("object") or {}
        if not target.get("url") or not target.get("title"):
            return _fields_refused({"title": "'title' is required."})
        known = next(
            (one for one in problem.links if body.get("globalId") and one["globalId"] == body["globalId"]), None
        )
        if known:
            known["object"] = target
            return jsonify({"id": known["id"], "self": ""})
        made = {"id": self.world.ids.next(f"{self.name}-link"), "globalId": body.get("globalId", ""), "object": target}
        problem.links.append(made)
        return _created({"id": made["id"], "self": ""})

    def _unlink(self, key: str, id: str) -> Response:
        problem = self.issues[key]
        left = [one for one in problem.links if str(one["id"]) != id]
        if len(left) == len(problem.links):
            return _refused(404, "The remote issue link is not found.")
        problem.links = left
        return Response(status=204)

    # --- shapes -------------------------------------------------------------------------------------------------

    def _row(self, problem: Problem, wanted: set[str]) -> Row:
        every: Row = {
            "summary": problem.summary,
            "description": problem.description,
            "labels": problem.labels,
            "priority": {"name": problem.priority},
            "assignee": {"accountId": problem.assignee} if problem.assignee else None,
            "issuetype": {"name": problem.kind},
            "reporter": {"accountId": "5b10a2844c20165700ede21g", "accountType": "atlassian"},
            "status": _status(problem.status),
            "resolution": {"name": problem.resolution} if problem.resolution else None,
            "fixVersions": [{"name": name} for name in problem.versions],
            "comment": {"comments": problem.comments, "total": len(problem.comments)},
            "project": {"key": self.project},
            "duedate": None,
        }
        shown = every if wanted & {"*all", "*navigable"} else {name: v for name, v in every.items() if name in wanted}
        return {"id": problem.id, "key": problem.key, "fields": shown}

    def event(self, problem: Problem, items: list[Row], change: int = 1) -> Row:
        """The body of ``jira:issue_updated``."""
        shown = self._row(problem, {"*navigable"})
        return {
            "timestamp": int(self.world.clock.now().timestamp() * 1000),
            "webhookEvent": "jira:issue_updated",
            "issue_event_type_name": "issue_generic",
            "user": {"accountId": "5b10a2844c20165700ede21g", "accountType": "atlassian"},
            "issue": shown,
            "changelog": {"id": str(change), "items": items},
        }

    def _tell(self, problem: Problem, items: list[Row]) -> None:
        if self._hook is None:
            return
        url, secret = self._hook
        body = json.dumps(self.event(problem, items, self.world.ids.next(f"{self.name}-change"))).encode()
        name = str(uuid.uuid4())

        def pack(attempt: int) -> Parcel:
            return Parcel(url, headers(body, secret, name, attempt), body)

        self._deliveries.send(pack, _again)


def headers(body: bytes, secret: str, name: str, attempt: int = 0) -> dict[str, str]:
    """What Jira sends with an admin's webhook that has a secret."""
    return {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": "Atlassian Webhook HTTP Client",
        "X-Atlassian-Webhook-Identifier": name,
        **({"X-Atlassian-Webhook-Retry": str(attempt)} if attempt else {}),
        "X-Hub-Signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def _again(outcome: Outcome) -> float | None:
    """Five more times, after 5 to 15 minutes each."""
    return 300.0 if outcome.attempt < 5 and (outcome.status <= 0 or outcome.status in AGAIN) else None


def _status(name: str) -> Row:
    return {"name": name, "statusCategory": {"key": STATUSES[name], "name": name}}


def _paragraph(text: str) -> Row:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


def _words(node: Any) -> str:
    if not isinstance(node, dict):
        return ""
    return " ".join((str(node.get("text", "")), *(_words(child) for child in node.get("content") or ())))


def _is_document(given: Any) -> bool:
    """What Jira checks before it takes a document: every text node holds something."""
    return isinstance(given, dict) and given.get("type") == "doc" and given.get("version") == 1 and _whole(given)


def _whole(node: Row) -> bool:
    if node.get("type") == "text":
        return bool(node.get("text"))
    return all(isinstance(child, dict) and _whole(child) for child in node.get("content") or ())


def _not_on_screen(name: str) -> str:
    return f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _created(row: Row) -> Response:
    answer = jsonify(row)
    answer.status_code = 201
    return answer


def _refused(status: int, message: str) -> Response:
    answer = jsonify(errorMessages=[message], errors={})
    answer.status_code = status
    return answer


def _fields_refused(errors: dict[str, str]) -> Response:
    answer = jsonify(errorMessages=[], errors=errors)
    answer.status_code = 400
    return answer
