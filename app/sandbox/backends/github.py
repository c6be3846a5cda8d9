"""One played repository on GitHub: issues, their comments, a search like GitHub's, signed webhooks. Only what the REST API documents."""

import hashlib
import hmac
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.deliveries import Deliveries, Outcome, Parcel
from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
LONGEST_QUERY = 256
QUALIFIERS = re.compile(r'(?<!\S)(?:repo|is|type|state|in|label|author):(?:"[^"]*"|\S+)')
TIMEOUT = 10.0
"""Seconds that GitHub waits for a webhook's answer."""


@dataclass
class Remark:
    """A comment below an issue."""

    id: int
    author: str
    association: str
    body: str
    at: datetime


@dataclass
class Problem:
    """One issue. ``association`` is what its author is to the repository: ``MEMBER``, ``NONE``..."""

    number: int
    title: str
    body: str
    author: str
    association: str
    labels: list[str]
    at: datetime
    updated_at: datetime
    state: str = "open"
    reason: str | None = None
    closed_at: datetime | None = None
    milestone: Row | None = None
    comments: list[Remark] = field(default_factory=list)


class GitHubBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://api.github.com``; people here are members unless said otherwise."""

    vendor = "github"

    def __init__(
        self,
        world: World,
        name: str = "github",
        *,
        repository: str = "acme/app",
        token: str = "github_pat_sandbox",  # noqa: S107  # a played account's, not a secret
        login: str = "deskhand-app",
        known: tuple[str, ...] = ("bug", "enhancement", "question"),
    ) -> None:
        self.world = world
        self.name = name
        self.repository = repository
        self.token = token
        self.login = login
        self.labels = set(known)
        self.issues: dict[int, Problem] = {}
        self.searches: list[str] = []
        """Every query that was searched for, in order."""
        self._deliveries = Deliveries(world, name, TIMEOUT)
        self._hook: tuple[str, str] | None = None

    def blueprint(self) -> Blueprint:
        """The API: faults first, then the token, then the answer."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._authorised)
        root = "/repos/<owner>/<repo>"
        api.get("/search/issues")(self._search)
        api.get(root)(self._repository)
        api.get(f"{root}/issues")(self._list)
        api.post(f"{root}/issues")(self._create)
        api.get(f"{root}/issues/<int:number>")(self._one)
        api.patch(f"{root}/issues/<int:number>")(self._change)
        api.get(f"{root}/issues/<int:number>/comments")(self._comments)
        api.post(f"{root}/issues/<int:number>/comments")(self._comment)
        api.delete(f"{root}/issues/comments/<int:id>")(self._uncomment)
        return api

    def hook(self, url: str, secret: str) -> None:
        """Send events about issues there, as the repository's settings page would arrange it."""
        self._hook = (url, secret)

    # --- what people do there -----------------------------------------------------------------------------------

    def write(self, title: str, body: str, *, author: str = "maintainer", association: str = "MEMBER") -> Problem:
        """Somebody opens an issue."""
        now = self.world.clock.now()
        number = self.world.ids.next(f"{self.name}-issue")
        self.issues[number] = Problem(number, title, body, author, association, [], now, now)
        return self.issues[number]

    def remark(self, number: int, body: str, *, author: str = "maintainer", association: str = "MEMBER") -> Remark:
        """Somebody comments."""
        problem, now = self.issues[number], self.world.clock.now()
        made = Remark(self.world.ids.next(f"{self.name}-comment"), author, association, body, now)
        problem.comments.append(made)
        problem.updated_at = now
        return made

    def close(self, number: int, reason: str = "completed") -> None:
        """Somebody closes it: ``completed`` or ``not_planned``."""
        problem, now = self.issues[number], self.world.clock.now()
        problem.state, problem.reason, problem.closed_at, problem.updated_at = "closed", reason, now, now
        self._tell("closed", problem)

    def reopen(self, number: int) -> None:
        """Somebody opens it again."""
        problem = self.issues[number]
        problem.state, problem.reason, problem.closed_at = "open", "reopened", None
        problem.updated_at = self.world.clock.now()
        self._tell("reopened", problem)

    # --- the API ------------------------------------------------------------------------------------------------

    def _authorised(self) -> Response | None:
        given = request.headers.get("Authorization", "").partition(" ")
        if given[0].lower() not in ("bearer", "token") or not hmac.compare_digest(given[2], self.token):
            return _says(401, "Bad credentials")
        if "User-Agent" not in request.headers:
            return _says(403, "Request forbidden by administrative rules.")
        args = request.view_args or {}
        if "owner" in args and f"{args['owner']}/{args['repo']}".casefold() != self.repository.casefold():
            return _says(404, "Not Found")
        return None

    def _search(self) -> Response:
        query = request.args.get("q", "")
        words = [word.casefold() for word in re.findall(r"[\w.]+", QUALIFIERS.sub(" ", query))]
        if not query.strip() or len(QUALIFIERS.sub("", query)) > LONGEST_QUERY:
            return _says(422, "Validation Failed")
        self.searches.append(query)
        repos = re.findall(r"(?<!\S)repo:(\S+)", query)
        hits = [p for p in self.issues.values() if _contains(p, words)] if self.repository in repos else []
        rows = [self._row(one) for one in hits][: request.args.get("per_page", 30, int)]
        return jsonify(total_count=len(hits), incomplete_results=False, items=[row | {"score": 1.0} for row in rows])

    def _repository(self, owner: str, repo: str) -> Response:
        return jsonify(
            id=1, full_name=self.repository, name=repo, private=True, permissions={"pull": True, "push": True}
        )

    def _list(self, owner: str, repo: str) -> Response:
        args = request.args
        chosen = list(self.issues.values())
        if args.get("state", "open") != "all":
            chosen = [p for p in chosen if p.state == args.get("state", "open")]
        if "creator" in args:
            chosen = [p for p in chosen if p.author == args["creator"]]
        if "since" in args:
            chosen = [p for p in chosen if p.updated_at >= datetime.fromisoformat(args["since"]) - timedelta(seconds=1)]
        chosen.sort(key=lambda p: p.at, reverse=True)
        size, page = min(args.get("per_page", 30, int), 100), args.get("page", 1, int)
        return jsonify([self._row(p) for p in chosen[(page - 1) * size : page * size]])

    def _create(self, owner: str, repo: str) -> Response:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return _says(400, "Problems parsing JSON")
        if not isinstance(body.get("title"), str) or not body["title"].strip():
            return _invalid("title", "missing_field")
        if len(body["title"]) > 256 or len(body.get("body") or "") > 65536:
            return _invalid("title" if len(body["title"]) > 256 else "body", "invalid")
        made = self.write(body["title"], body.get("body") or "", author=self.login, association="COLLABORATOR")
        made.labels = [str(one) for one in body.get("labels") or ()]
        self.labels |= set(made.labels)
        self._tell("opened", made)
        return _created(self._row(made))

    def _one(self, owner: str, repo: str, number: int) -> Response:
        problem = self.issues.get(number)
        return jsonify(self._row(problem)) if problem else _says(404, "Not Found")

    def _change(self, owner: str, repo: str, number: int) -> Response:
        problem, body = self.issues.get(number), request.get_json(silent=True) or {}
        if problem is None:
            return _says(404, "Not Found")
        if body.get("state") not in (None, "open", "closed"):
            return _invalid("state", "invalid")
        if body.get("state") == "closed":
            self.close(number, body.get("state_reason") or "completed")
        return jsonify(self._row(problem))

    def _comments(self, owner: str, repo: str, number: int) -> Response:
        problem = self.issues.get(number)
        if problem is None:
            return _says(404, "Not Found")
        size, page = min(request.args.get("per_page", 30, int), 100), request.args.get("page", 1, int)
        return jsonify([self._comment_row(problem, one) for one in problem.comments[(page - 1) * size : page * size]])

    def _comment(self, owner: str, repo: str, number: int) -> Response:
        problem, body = self.issues.get(number), request.get_json(silent=True) or {}
        if problem is None:
            return _says(404, "Not Found")
        if not isinstance(body.get("body"), str) or not body["body"].strip():
            return _invalid("body", "missing_field")
        made = self.remark(number, body["body"], author=self.login, association="COLLABORATOR")
        return _created(self._comment_row(problem, made))

    def _uncomment(self, owner: str, repo: str, id: int) -> Response:
        for problem in self.issues.values():
            for one in problem.comments:
                if one.id == id:
                    problem.comments.remove(one)
                    return Response(status=204)
        return _says(404, "Not Found")

    # --- shapes -------------------------------------------------------------------------------------------------

    def _row(self, problem: Problem) -> Row:
        return {
            "id": 10_000 + problem.number,
            "number": problem.number,
            "title": problem.title,
            "body": problem.body or None,
            "user": {"login": problem.author, "type": "User"},
            "author_association": problem.association,
            "labels": [{"id": 1, "name": name, "color": "ededed"} for name in problem.labels],
            "state": problem.state,
            "state_reason": problem.reason,
            "milestone": problem.milestone,
            "comments": len(problem.comments),
            "html_url": f"https://github.com/{self.repository}/issues/{problem.number}",
            "created_at": _stamp(problem.at),
            "updated_at": _stamp(problem.updated_at),
            "closed_at": _stamp(problem.closed_at),
        }

    def _comment_row(self, problem: Problem, one: Remark) -> Row:
        return {
            "id": one.id,
            "body": one.body,
            "user": {"login": one.author, "type": "User"},
            "author_association": one.association,
            "html_url": f"https://github.com/{self.repository}/issues/{problem.number}#issuecomment-{one.id}",
            "created_at": _stamp(one.at),
            "updated_at": _stamp(one.at),
        }

    def event(self, action: str, problem: Problem) -> Row:
        """The body of a webhook about an issue."""
        repository = {"id": 1, "full_name": self.repository}
        return {
            "action": action,
            "issue": self._row(problem),
            "repository": repository,
            "sender": {"login": "maintainer"},
        }

    def _tell(self, action: str, problem: Problem) -> None:
        if self._hook is None:
            return
        url, secret = self._hook
        body, delivery = json.dumps(self.event(action, problem)).encode(), str(uuid.uuid4())

        def pack(attempt: int) -> Parcel:
            return Parcel(url, headers(body, secret, delivery), body)

        self._deliveries.send(pack, _never)


def headers(body: bytes, secret: str, delivery: str, event: str = "issues") -> dict[str, str]:
    """What GitHub sends with a webhook."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def _never(outcome: Outcome) -> None:
    """GitHub does not send again by itself: a person redelivers."""


def _contains(problem: Problem, words: list[str]) -> bool:
    """Every word, in the title, the body or a comment."""
    text = " ".join((problem.title, problem.body, *(one.body for one in problem.comments))).casefold()
    present = set(re.findall(r"[\w.]+", text))
    return bool(words) and all(word in present for word in words)


def _stamp(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _created(row: Row) -> Response:
    answer = jsonify(row)
    answer.status_code = 201
    return answer


def _says(status: int, message: str, **more: Any) -> Response:
    answer = jsonify(message=message, documentation_url="https://docs.github.com/rest", status=str(status), **more)
    answer.status_code = status
    return answer


def _invalid(name: str, code: str) -> Response:
    return _says(422, "Validation Failed", errors=[{"resource": "Issue", "field": name, "code": code}])
