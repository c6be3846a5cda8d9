"""The API around tickets: users, organizations, groups, ticket fields, search, and the Help Center."""

from collections.abc import Iterable
from typing import Any

from flask import request

from app.sandbox.zendesk.state import Problem, Row, State, invalid, not_found, options
from app.sandbox.zendesk.wire import Route, ids_of, page, sent

FOR_GOOD = "Permanently Deleted User"
"""What a user is called of whom nothing is kept any more."""


class People:
    """Users, organizations and groups."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterable[Route]:
        """What is answered here."""
        return (
            ("GET", "/users", self.users),
            ("POST", "/users", self.create),
            ("POST", "/users/create_or_update", self.create_or_update),
            ("GET", "/users/me", self.me),
            ("GET", "/users/show_many", self.show_many),
            ("GET", "/users/search", self.search),
            ("GET", "/users/<int:id>", self.show),
            ("PUT", "/users/<int:id>", self.update),
            ("DELETE", "/users/<int:id>", self.delete),
            ("GET", "/deleted_users/<int:id>", self.deleted),
            ("DELETE", "/deleted_users/<int:id>", self.delete_for_good),
            ("GET", "/organizations", self.organizations),
            ("GET", "/organizations/<int:id>", self.organization),
            ("GET", "/groups", self.groups),
            ("GET", "/groups/<int:id>", self.group),
        )

    def users(self) -> Row:
        """All users, or those of the roles that are asked for."""
        roles = request.args.getlist("role[]") or request.args.getlist("role")
        rows = [row for row in self._state.users.values() if row["active"] and (not roles or row["role"] in roles)]
        return page(rows, "users")

    def me(self) -> Row:
        """The API user."""
        return {"user": self._state.users[self._state.bot]}

    def show(self, id: int) -> Row:
        """One user."""
        return {"user": _of(self._state.users, id)}

    def show_many(self) -> Row:
        """The users that are there, of those asked for."""
        return page([self._state.users[id] for id in ids_of(request.args["ids"]) if id in self._state.users], "users")

    def search(self) -> Row:
        """By address (``email:``), by any word of the name, or by external id."""
        query, external = request.args.get("query", ""), request.args.get("external_id")
        word = query.removeprefix("email:").strip('"').lower()
        rows = [row for row in self._state.users.values() if row["active"]]
        if external is not None:
            return page([row for row in rows if row["external_id"] == external], "users")
        if query.startswith("email:"):
            return page([row for row in rows if (row["email"] or "").lower() == word], "users")
        return page([row for row in rows if word in f"{row['name']} {row['email']}".lower()], "users")

    def create(self) -> Any:
        """A new user; an address belongs to one user only."""
        values = sent("user")
        with self._state.lock:
            if not values.get("name"):
                raise invalid("name", "Name: is too short (is zero characters)")
            email = values.get("email")
            if email and any(row["email"] == email for row in self._state.users.values()):
                raise invalid("email", f"Email: {email} is already being used by another user")
            known = ("external_id", "phone", "locale", "tags", "organization_id", "user_fields")
            more = {name: values[name] for name in known if name in values}
            return {"user": self._state.add_user(values["name"], email, values.get("role", "end-user"), **more)}, 201

    def create_or_update(self) -> Any:
        """The user with this address or external id, changed; a new one where there is none."""
        values = sent("user")
        for row in self._state.users.values():
            if any(values.get(name) and row[name] == values[name] for name in ("email", "external_id")):
                return self.update(row["id"])
        return self.create()

    def update(self, id: int) -> Row:
        """Change what the API shows of a user."""
        row = _of(self._state.users, id)
        row |= {name: value for name, value in sent("user").items() if name in row and name != "id"}
        return {"user": row}

    def delete(self, id: int) -> Row:
        """A user is deleted, and can still be seen; not while a ticket of theirs is not closed."""
        with self._state.lock:
            row = _of(self._state.users, id)
            mine = [one for one in self._state.live() if one.row["requester_id"] == id]
            if any(one.row["status"] != "closed" for one in mine):
                raise invalid("base", "Requester: is requester on tickets that are not closed.")
            row |= {"active": False, "updated_at": self._state.now()}
            return {"user": row}

    def deleted(self, id: int) -> Row:
        """A user who is deleted, though not for good yet."""
        return {"deleted_user": self._gone(id)}

    def delete_for_good(self, id: int) -> Row:
        """What says who a deleted user was is taken away. Nothing brings it back."""
        with self._state.lock:
            row = self._gone(id)
            told = dict(row)
            nobody = {
                "name": FOR_GOOD,
                "email": None,
                "phone": None,
                "external_id": None,
                "notes": None,
                "details": None,
            }
            row |= nobody | {"tags": [], "user_fields": {}}
            return {"deleted_user": told}

    def _gone(self, id: int) -> Row:
        row = _of(self._state.users, id)
        if row["active"] or row["name"] == FOR_GOOD:
            raise not_found()
        return row

    def organizations(self) -> Row:
        """All organizations."""
        return page(list(self._state.organizations.values()), "organizations")

    def organization(self, id: int) -> Row:
        """One organization."""
        return {"organization": _of(self._state.organizations, id)}

    def groups(self) -> Row:
        """All groups."""
        return page(list(self._state.groups.values()), "groups")

    def group(self, id: int) -> Row:
        """One group."""
        return {"group": _of(self._state.groups, id)}


class Fields:
    """Ticket fields."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterable[Route]:
        """What is answered here."""
        return (
            ("GET", "/ticket_fields", self.every),
            ("POST", "/ticket_fields", self.create),
            ("GET", "/ticket_fields/<int:id>", self.show),
            ("PUT", "/ticket_fields/<int:id>", self.update),
        )

    def every(self) -> Row:
        """All fields."""
        return page(list(self._state.fields.values()), "ticket_fields")

    def show(self, id: int) -> Row:
        """One field."""
        return {"ticket_field": _of(self._state.fields, id)}

    def create(self) -> Any:
        """A new field."""
        with self._state.lock:
            return {"ticket_field": self._state.add_field(sent("ticket_field"))}, 201

    def update(self, id: int) -> Row:
        """Change a field; options that are not sent again are gone."""
        row, values = _of(self._state.fields, id), sent("ticket_field")
        if "custom_field_options" in values:
            values["custom_field_options"] = options(values["custom_field_options"], self._state)
        row |= {name: value for name, value in values.items() if name in row and name not in ("id", "type")}
        if "title" in values:
            row["raw_title"] = values["title"]
        return {"ticket_field": row}


class Guide:
    """Search over tickets, and the Help Center."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterable[Route]:
        """What is answered here."""
        return (
            ("GET", "/search", self.search),
            ("GET", "/help_center/articles", self.articles),
            ("GET", "/help_center/articles/search", self.find),
            ("GET", "/help_center/articles/<int:id>", self.article),
        )

    def search(self) -> Row:
        """Tickets by words and by ``status``, ``requester`` and ``tags``; the real index lags by minutes, this one does not."""
        words = request.args.get("query", "").lower().split()
        rows = [record.row for record in self._state.live() if all(_fits(record.row, word) for word in words)]
        if request.args.get("page", 1, type=int) * 100 > 1000:
            raise Problem(
                422, "invalid", "Invalid search: Requested response size was greater than Search Response Limits"
            )
        answer = page(rows, "results")
        answer["results"] = [row | {"result_type": "ticket"} for row in answer["results"]]
        return answer | {"facets": None}

    def articles(self) -> Row:
        """All articles, drafts too: the caller is an agent."""
        return page(list(self._state.articles.values()), "articles")

    def article(self, id: int) -> Row:
        """One article."""
        return {"article": _of(self._state.articles, id)}

    def find(self) -> Row:
        """Published articles that hold every word; at least one filter is needed."""
        if not any(request.args.get(name) for name in ("query", "category", "section", "label_names")):
            raise Problem(400, "BadRequest", "At least one of query, category, section or label_names is required")
        words = request.args.get("query", "").lower().split()
        rows = [row for row in self._state.articles.values() if not row["draft"]]
        hits = [row for row in rows if all(word in f"{row['title']} {row['body']}".lower() for word in words)]
        answer = page(hits, "results")
        extra = {"result_type": "article", "snippet": ""}
        answer["results"] = [row | extra for row in answer["results"]]
        return answer | {"page": 1, "per_page": 25, "page_count": 1}


def _of(rows: dict[int, Row], id: int) -> Row:
    if id not in rows:
        raise not_found()
    return rows[id]


def _fits(row: Row, word: str) -> bool:
    name, colon, value = word.partition(":")
    if word in ("type:ticket", "order_by:created_at"):
        return True
    if not colon:
        return word in f"{row['subject']} {row['description']}".lower()
    if name == "requester":
        return str(row["requester_id"]) == value
    return value in row["tags"] if name == "tags" else str(row.get(name)) == value
