"""How a ticket changes: Zendesk's rules for creates and updates, and the audit that each leaves. No HTTP lives here."""

import html
import re
from typing import Any

from app.sandbox.zendesk.state import PRIORITIES, STATUSES, SYSTEM, Problem, Record, Row, State, invalid, not_found

API: Row = {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}}
PLAIN = (
    "subject",
    "type",
    "priority",
    "status",
    "assignee_id",
    "group_id",
    "requester_id",
    "external_id",
    "due_at",
    "problem_id",
)
CHOICES = {"priority": PRIORITIES, "status": STATUSES, "type": ("problem", "incident", "question", "task")}


def create(state: State, values: Row, actor: int, via: Row | None = None, system: Row | None = None) -> Record:
    """A new ticket from ``POST /tickets`` values or from a customer's mail. Raises Problem 422 without a comment."""
    comment = _said(values)
    if not _body(comment):
        raise invalid("base", "Description: cannot be blank")
    _sound(state, values)
    requester = _requester(state, values, actor)
    submitter = values.get("submitter_id") or actor
    record = Record(_row(state, values, requester, submitter, via or API))
    state.tickets[record.row["id"]] = record
    audit = _audit(state, record, actor, via or API, values.get("metadata"), system)
    first = {"author_id": submitter, "public": True} | comment
    events = [_comment(state, record, audit, first), *_changes(state, record, values)]
    for event in events:
        if event["type"] == "Change":
            event |= {"type": "Create"}
            event.pop("previous_value", None)
    record.row["is_public"] = events[0]["public"]
    return _close(state, record, audit, events, created=True)


def update(
    state: State, record: Record, values: Row, actor: int, via: Row | None = None, system: Row | None = None
) -> Row:
    """The audit of one ``PUT``. Raises Problem: 422 when closed, 409 when the stamp is old; then nothing changed."""
    guard(record, values)
    _sound(state, values)
    comment = _said(values) if values.get("comment") else None
    audit = _audit(state, record, actor, via or API, values.get("metadata"), system)
    events: list[Row] = []
    if comment is not None and _body(comment):
        events.append(_comment(state, record, audit, {"author_id": actor} | comment))
    events += _changes(state, record, values)
    _close(state, record, audit, events, created=False)
    return audit


def redact(state: State, record: Record, comment: int, text: str, actor: int) -> Row:
    """The comment with each character of that string blacked out, wherever it stands. Raises Problem 404, and 422 when closed."""
    guard(record, {})
    row = next((one for one in record.comments if one["id"] == comment), None)
    if row is None:
        raise not_found()
    for name, said in (("body", text), ("plain_body", text), ("html_body", html.escape(text))):
        row[name] = row[name].replace(said, "▇" * len(text))
    record.row["description"] = record.comments[0]["body"]
    audit = _audit(state, record, actor, API, None, None)
    event: Row = {"id": state.id("event"), "type": "CommentRedactionEvent", "comment_id": comment}
    _close(state, record, audit, [event], created=False)
    return row


def guard(record: Record, values: Row) -> None:
    """Refuse what Zendesk refuses before it looks at anything else."""
    if record.row["status"] == "closed":
        raise invalid("status", "Status: closed prevents ticket update")
    # Zendesk's own words: false does what true does, leave it out to switch it off.
    if "safe_update" in values and values.get("updated_stamp") != record.row["updated_at"]:
        raise Problem(409, "UpdateConflict", "Safe Update prevented the update due to outdated ticket data")


def _sound(state: State, values: Row) -> None:
    """Refuse unknown words and people before anything is touched."""
    _assignable(state, values)
    for name, choices in CHOICES.items():
        if values.get(name) is not None and values[name] not in choices:
            raise invalid(name, f"{name.title()}: {values[name]} is not valid")
    if values.get("group_id") and values["group_id"] not in state.groups:
        raise invalid("group", "Group: is invalid")
    for pair in values.get("custom_fields") or ():
        field = state.fields.get(int(pair["id"])) or {}
        known = [option["value"] for option in field.get("custom_field_options") or ()]
        if field.get("type") == "tagger" and pair.get("value") not in (None, "", *known):
            raise invalid("base", f"{field['title']}: {pair['value']} is not a valid option")


def _assignable(state: State, values: Row) -> None:
    """Only staff take tickets, and only those of a group that they are in; who is in none may have any."""
    id = values.get("assignee_id")
    if id is None:
        return
    user = state.users.get(id)
    if user is None or user["role"] == "end-user" or user.get("suspended"):
        raise invalid("assignee", "Assignee: is invalid")
    groups = {row["group_id"] for row in state.memberships.values() if row["user_id"] == id}
    if groups and values.get("group_id") and values["group_id"] not in groups:
        raise invalid("assignee", "Assignee: is not a member of the group")


def clean_tags(given: Any) -> list[str]:
    """Lower case; a blank or a comma parts two tags; no tag twice."""
    text = given if isinstance(given, str) else " ".join(str(tag) for tag in given or ())
    return list(dict.fromkeys(re.split(r"[\s,]+", text.lower().strip()))) if text.strip() else []


def set_tags(state: State, record: Record, tags: list[str]) -> list[Row]:
    """Replace the tags; a drop-down field whose tag went is emptied. The events of it."""
    before = list(record.row["tags"])
    if sorted(before) == sorted(tags):
        return []
    record.row["tags"] = sorted(tags)
    for pair in record.row["custom_fields"]:
        field = state.fields.get(pair["id"]) or {}
        if field.get("type") == "tagger" and pair["value"] in before and pair["value"] not in tags:
            _set_field(record, pair["id"], None)
    return [_change(state, "tags", " ".join(before), " ".join(record.row["tags"]))]


def by_rule(state: State, record: Record, audit: Row, values: Row, rule: Row) -> None:
    """A trigger's change: it joins the audit of the update that fired it, with the trigger named."""
    via = {"channel": "rule", "source": {"from": {"id": rule["id"], "title": rule["title"]}, "rel": "trigger"}}
    audit["events"] += [event | {"via": via} for event in _changes(state, record, values)]


def _row(state: State, values: Row, requester: int, submitter: int, via: Row) -> Row:
    id, now = state.id("ticket"), state.now()
    user = state.users.get(requester) or {}
    fields = [{"id": field, "value": None} for field in state.fields]
    text = _body(_said(values))
    row: Row = {"url": f"{state.base()}/api/v2/tickets/{id}.json", "id": id, "external_id": None, "via": via}
    row |= {"created_at": now, "updated_at": now, "generated_timestamp": 0, "type": None, "subject": None}
    row |= {"raw_subject": None, "description": text, "priority": None, "status": "new", "recipient": None}
    row |= {"requester_id": requester, "submitter_id": submitter, "assignee_id": None}
    row |= {"organization_id": user.get("organization_id"), "group_id": None, "collaborator_ids": []}
    row |= {"follower_ids": [], "email_cc_ids": list(values.get("email_cc_ids") or ()), "forum_topic_id": None}
    row |= {"problem_id": None, "has_incidents": False, "is_public": True, "due_at": None, "tags": []}
    row |= {"custom_fields": fields, "satisfaction_rating": None, "sharing_agreement_ids": []}
    row |= {"custom_status_id": 7, "fields": [dict(f) for f in fields], "followup_ids": [], "ticket_form_id": 8}
    return row | {"brand_id": 3, "allow_channelback": False, "allow_attachments": True, "from_messaging_channel": False}


def _requester(state: State, values: Row, actor: int) -> int:
    given = values.get("requester")
    if values.get("requester_id"):
        return int(values["requester_id"])
    if not given:
        return actor
    known = (u for u in state.users.values() if given.get("email") and u["email"] == given["email"])
    user = next(known, None) or state.add_user(given.get("name") or "", given.get("email"))
    return int(user["id"])


def _said(values: Row) -> Row:
    comment = values.get("comment") or {}
    if isinstance(comment, str):
        comment = {"body": comment}
    return {k: v for k, v in comment.items() if v is not None} or {"body": values.get("description") or ""}


def _body(comment: Row) -> str:
    if comment.get("html_body"):
        text = re.sub(r"(?i)<br\s*/?>|</(p|li|div)>", "\n", comment["html_body"])
        return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()
    return str(comment.get("body") or "")


def _comment(state: State, record: Record, audit: Row, said: Row) -> Row:
    """Visible as said; unsaid, as the ticket began."""
    began = record.comments[0]["public"] if record.comments else True
    text = _body(said)
    inner = said.get("html_body") or "".join(f'<p dir="auto">{html.escape(p)}</p>' for p in text.split("\n\n"))
    row: Row = {"id": state.id("event"), "type": "Comment", "author_id": said["author_id"], "body": text}
    row |= {"html_body": f'<div class="zd-comment" dir="auto">{inner}</div>', "plain_body": text}
    row |= {"public": bool(said.get("public", began)), "attachments": _attached(state, said)}
    row["audit_id"] = audit["id"]
    record.comments.append(
        row | {"via": audit["via"], "created_at": audit["created_at"], "metadata": audit["metadata"]}
    )
    return row


def _attached(state: State, said: Row) -> list[Row]:
    """What came with a mail, or what was uploaded before; a token is used up."""
    uploaded = [state.uploads.pop(token) for token in said.get("uploads") or () if token in state.uploads]
    return [*(said.get("attachments") or ()), *uploaded]


def _audit(state: State, record: Record, actor: int, via: Row, custom: Any, system: Row | None) -> Row:
    known = {"client": "sandbox", "ip_address": "127.0.0.1", "location": "", "latitude": 0.0, "longitude": 0.0}
    flags = (system or {}).pop("flags", None) if system else None
    metadata: Row = {"system": known | (system or {}), "custom": dict(custom or {})}
    metadata |= {"flags": flags, "flags_options": {}} if flags else {}
    audit: Row = {"id": state.id("event"), "ticket_id": record.row["id"], "created_at": state.now()}
    return audit | {"author_id": actor, "metadata": metadata, "events": [], "via": via}


def _changes(state: State, record: Record, values: Row) -> list[Row]:
    events: list[Row] = []
    if values.get("assignee_email"):
        known = (u["id"] for u in state.users.values() if u["email"] == values["assignee_email"])
        values = values | {"assignee_id": next(known, None)}
    for name in PLAIN:
        if name in values and values[name] != record.row[name]:
            events.append(_change(state, name, record.row[name], values[name]))
            record.row[name] = values[name]
            if name == "subject":
                record.row["raw_subject"] = values[name]
    if record.row["assignee_id"] and record.row["status"] == "new":
        events.append(_change(state, "status", "new", "open"))
        record.row["status"] = "open"
    for pair in values.get("custom_fields") or ():
        events += _field_event(state, record, pair)
    return events + _tag_events(state, record, values)


def _tag_events(state: State, record: Record, values: Row) -> list[Row]:
    tags = clean_tags(values["tags"]) if values.get("tags") is not None else list(record.row["tags"])
    tags += [tag for tag in clean_tags(values.get("additional_tags")) if tag not in tags]
    gone = clean_tags(values.get("remove_tags"))
    return set_tags(state, record, [tag for tag in tags if tag not in gone])


def _field_event(state: State, record: Record, pair: Row) -> list[Row]:
    """One custom field; unknown ids are dropped without a word, as Zendesk does. A drop-down's value is a tag too."""
    field = state.fields.get(int(pair["id"]))
    old = next((p["value"] for p in record.row["custom_fields"] if p["id"] == int(pair["id"])), None)
    if field is None or old == pair.get("value"):
        return []
    new = pair.get("value")
    _set_field(record, field["id"], new)
    if field["type"] == "tagger":
        kept = {tag for tag in record.row["tags"] if tag != old}
        record.row["tags"] = sorted(kept | ({new} if new else set()))
    return [_change(state, str(field["id"]), old, new)]


def _set_field(record: Record, id: int, value: Any) -> None:
    for key in ("custom_fields", "fields"):
        for pair in record.row[key]:
            if pair["id"] == id:
                pair["value"] = value


def _change(state: State, name: str, old: Any, new: Any) -> Row:
    shown = {"field_name": name, "previous_value": old}
    return {"id": state.id("event"), "type": "Change", "value": new} | shown


def _close(state: State, record: Record, audit: Row, events: list[Row], *, created: bool) -> Record:
    """File the audit and tell the listeners; an update without an event leaves the ticket's time alone."""
    audit["events"] = events
    if events:
        record.audits.append(audit)
        record.row["updated_at"] = state.now()
        record.row["generated_timestamp"] = int(state.world.clock.now().timestamp())
        for listener in state.listeners:
            listener(record, audit, created)
    return record


__all__ = ["API", "SYSTEM", "by_rule", "clean_tags", "create", "guard", "redact", "set_tags", "update"]
