"""The tickets API: show, create, update, comments, audits, tags, merge, bulk updates as jobs, search and the incremental export."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import jsonify, request

from app.sandbox.zendesk import edits
from app.sandbox.zendesk.state import Problem, Record, Row, State, invalid, not_found
from app.sandbox.zendesk.wire import Route, body_of, few, ids_of, page, sent

REMEMBERED = timedelta(hours=2)


class Tickets:
    """Answers for ``/tickets`` and what is below it. Writes are made as the account's API user."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterable[Route]:
        """What is answered here."""
        return (
            ("GET", "/tickets", self.every),
            ("POST", "/tickets", self.create),
            ("GET", "/tickets/show_many", self.show_many),
            ("PUT", "/tickets/update_many", self.update_many),
            ("POST", "/tickets/create_many", self.create_many),
            ("GET", "/tickets/<int:id>", self.show),
            ("POST", "/uploads", self.upload),
            ("PUT", "/tickets/<int:id>", self.update),
            ("DELETE", "/tickets/<int:id>", self.delete),
            ("GET", "/tickets/<int:id>/comments", self.comments),
            ("PUT", "/tickets/<int:id>/comments/<int:comment>/make_private", self.make_private),
            ("PUT", "/tickets/<int:id>/comments/<int:comment>/redact", self.redact),
            ("GET", "/tickets/<int:id>/audits", self.audits),
            ("GET", "/tickets/<int:id>/tags", self.tags),
            ("PUT", "/tickets/<int:id>/tags", self.add_tags),
            ("POST", "/tickets/<int:id>/tags", self.replace_tags),
            ("DELETE", "/tickets/<int:id>/tags", self.remove_tags),
            ("POST", "/tickets/<int:id>/merge", self.merge),
            ("GET", "/job_statuses/<id>", self.job),
            ("GET", "/incremental/tickets/cursor", self.incremental),
        )

    def every(self) -> Row:
        """All tickets, or those with one external id."""
        wanted = request.args.get("external_id")
        rows = [record.row for record in self._state.live()]
        return page([r for r in rows if wanted is None or r["external_id"] == wanted], "tickets")

    def show(self, id: int) -> Row:
        """One ticket; organizations, users and the account's own SLA clocks on request."""
        row = self._state.record(id).row
        asked = request.args.get("include", "").split(",")
        clocks = {"slas": {"policy_metrics": self._state.targets.get(id, [])}} if "slas" in asked else {}
        answer: Row = {"ticket": row | clocks}
        if "users" in asked:
            answer["users"] = [self._state.users[row["requester_id"]]]
        if "organizations" in asked and row["organization_id"]:
            answer["organizations"] = [self._state.organizations[row["organization_id"]]]
        return answer

    def show_many(self) -> Row:
        """The tickets that are there, of those asked for."""
        wanted = ids_of(request.args.get("ids", ""))
        return page([record.row for record in self._state.live() if record.row["id"] in wanted], "tickets")

    def create(self) -> Any:
        """A new ticket; the same Idempotency-Key within two hours gives the same one."""
        values, key = sent("ticket"), request.headers.get("Idempotency-Key")
        with self._state.lock:
            found = self._known(key, values)
            record = found or edits.create(self._state, values, self._state.bot)
            if key and not found:
                self._state.idempotent[key] = (self._state.world.clock.now(), _digest(values), record.row["id"])
        answer = jsonify({"ticket": record.row, "audit": record.audits[0]})
        answer.headers["location"] = record.row["url"]
        if key:
            answer.headers["x-idempotency-lookup"] = "hit" if found else "miss"
        return answer, 201

    def update(self, id: int) -> Row:
        """One update, whole or not at all. An Idempotency-Key means nothing here."""
        with self._state.lock:
            record = self._state.record(id)
            audit = edits.update(self._state, record, sent("ticket"), self._state.bot)
        return {"ticket": record.row, "audit": audit}

    def delete(self, id: int) -> Any:
        """To the bin: from now on nobody finds it."""
        with self._state.lock:
            self._state.record(id).deleted = True
        return "", 204

    def upload(self) -> Any:
        """A file that waits for the comment that takes it."""
        name, content = request.args.get("filename", ""), request.get_data()
        if not name or not content:
            raise invalid("filename", "Filename and content: cannot be blank")
        with self._state.lock:
            token = f"upload{self._state.id('upload')}"
            row = {"id": self._state.id("attachment"), "file_name": name, "size": len(content)}
            row |= {"content_type": request.content_type, "content_url": f"{request.url_root}attachments/{token}"}
            self._state.uploads[token] = row
        return {"upload": {"token": token, "attachment": row, "attachments": [row]}}, 201

    def comments(self, id: int) -> Row:
        """Oldest first, or newest first on request."""
        rows = self._state.record(id).comments
        return page(rows[::-1] if _newest_first() else rows, "comments")

    def make_private(self, id: int, comment: int) -> Any:
        """Hide a comment from the customer."""
        for row in self._state.record(id).comments:
            if row["id"] == comment:
                row["public"] = False
                return "", 200
        raise not_found()

    def redact(self, id: int, comment: int) -> Row:
        """Black out a string in a comment, for good."""
        text = body_of().get("text")
        if not text:
            raise invalid("text", "Text: cannot be blank")
        with self._state.lock:
            return {"comment": edits.redact(self._state, self._state.record(id), comment, text, self._state.bot)}

    def audits(self, id: int) -> Row:
        """Oldest first, or newest first on request."""
        rows = self._state.record(id).audits
        return page(rows[::-1] if _newest_first() else rows, "audits")

    def tags(self, id: int) -> Row:
        """The tags."""
        return {"tags": self._state.record(id).row["tags"]}

    def add_tags(self, id: int) -> Row:
        """Add; the others stay."""
        return {"tags": self._tagged(id, "additional_tags")}

    def replace_tags(self, id: int) -> Any:
        """Replace all."""
        return {"tags": self._tagged(id, "tags")}, 201

    def remove_tags(self, id: int) -> Any:
        """Remove; the others stay."""
        self._tagged(id, "remove_tags")
        return "", 204

    def update_many(self) -> Row:
        """The same change for many tickets, or a change for each."""
        body = body_of()
        if "ids" in request.args:
            values = sent("ticket")
            changes = [(id, values) for id in ids_of(request.args["ids"])]
        else:
            few(body.get("tickets") or [])
            changes = [(int(row["id"]), {k: v for k, v in row.items() if k != "id"}) for row in body["tickets"]]
        results = [self._one(index, id, values) for index, (id, values) in enumerate(changes)]
        return self._queued("Bulk Update Ticket", results)

    def create_many(self) -> Row:
        """New tickets by a job."""
        rows = body_of().get("tickets") or []
        few(rows)
        with self._state.lock:
            made = [edits.create(self._state, row, self._state.bot).row["id"] for row in rows]
        return self._queued("Bulk Create Ticket", [{"index": n, "id": id} for n, id in enumerate(made)])

    def merge(self, id: int) -> Row:
        """Close the sources and comment on both sides, internally unless said otherwise."""
        body = body_of()
        with self._state.lock:
            target = self._state.record(id)
            sources = [self._state.record(int(source)) for source in body.get("ids") or ()]
            for record in (target, *sources):
                edits.guard(record, {})
            for source in sources:
                said = {"body": body.get("source_comment") or "", "public": bool(body.get("source_comment_is_public"))}
                values = {"comment": said, "status": "closed", "additional_tags": ["closed_by_merge"]}
                edits.update(self._state, source, values, self._state.bot)
            said = {"body": body.get("target_comment") or "", "public": bool(body.get("target_comment_is_public"))}
            edits.update(self._state, target, {"comment": said}, self._state.bot)
        return self._queued("Ticket Merge", [{"action": "merge", "id": id, "status": "Merged", "success": True}])

    def job(self, id: str) -> Row:
        """A job goes one step further each time somebody looks: queued, working, completed."""
        job = self._state.jobs.get(id)
        if job is None:
            raise not_found()
        if job["status"] == "working":
            now = self._state.now().replace("T", " ").replace("Z", " +0000")
            job |= {"status": "completed", "message": f"Completed at {now}", "progress": job["total"]}
            job["results"] = job.pop("_results")
        elif job["status"] == "queued":
            job["status"] = "working"
        return {"job_status": {name: value for name, value in job.items() if name[0] != "_"}}

    def incremental(self) -> Row:
        """Tickets in the order of their last change, deleted ones too, from a time or a cursor on."""
        start, cursor = request.args.get("start_time", type=int), request.args.get("cursor", type=str)
        if start is None and cursor is None:
            raise Problem(400, "BadRequest", "start_time or cursor is required")
        if start is not None and start > self._state.world.clock.now().timestamp() - 60:
            raise Problem(422, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds")
        after = (start or 0, 0) if cursor is None else tuple(int(part) for part in cursor.split("."))
        size = max(1, min(request.args.get("per_page", 1000, type=int), 1000))
        records = sorted(self._state.tickets.values(), key=_changed_at)
        rest = [r for r in records if (_changed_at(r) > after if cursor else _changed_at(r)[0] >= after[0])]
        rows = [r.row | ({"status": "deleted"} if r.deleted else {}) for r in rest[:size]]
        last = ".".join(str(part) for part in (_changed_at(rest[:size][-1]) if rows else after))
        more = {"after_cursor": last, "before_cursor": None, "before_url": None, "end_of_stream": len(rest) <= size}
        return {"tickets": rows, "after_url": f"{request.base_url}?cursor={last}"} | more

    def _known(self, key: str | None, values: Row) -> Record | None:
        at, digest, id = self._state.idempotent.get(key or "", (None, "", 0))
        if at is None or self._state.world.clock.now() - at > REMEMBERED:
            return None
        if digest != _digest(values):
            text = "Request parameters don't match the given idempotency key"
            raise Problem(400, "IdempotentRequestError", text)
        return self._state.tickets[id]

    def _tagged(self, id: int, how: str) -> Any:
        body = body_of()
        guards: Row = {name: body[name] for name in ("safe_update", "updated_stamp") if name in body}
        with self._state.lock:
            record = self._state.record(id)
            edits.update(self._state, record, {how: body.get("tags") or [], **guards}, self._state.bot)
        return record.row["tags"]

    def _one(self, index: int, id: int, values: Row) -> Row:
        try:
            with self._state.lock:
                edits.update(self._state, self._state.record(id), values, self._state.bot)
        except Problem as error:
            details = error.body.get("description", "")
            return {"index": index, "id": id, "success": False, "error": "TicketUpdateFailed", "details": details}
        return {"action": "update", "id": id, "status": "Updated", "success": True}

    def _queued(self, kind: str, results: list[Row]) -> Row:
        id = f"V3-{secrets.token_hex(16)}"
        url = f"{self._state.base()}/api/v2/job_statuses/{id}.json"
        job: Row = {"id": id, "job_type": kind, "url": url, "total": len(results), "progress": None}
        job |= {"status": "queued", "message": None, "results": None}
        self._state.jobs[id] = job | {"_results": results}
        return {"job_status": job}


def _newest_first() -> bool:
    return request.args.get("sort") == "-created_at" or request.args.get("sort_order") == "desc"


def _changed_at(record: Record) -> tuple[int, int]:
    return int(record.row["generated_timestamp"]), int(record.row["id"])


def _digest(values: Row) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
