"""Triggers: conditions on each update, the changes they make in the same audit, and the webhooks they send."""

import re
from typing import Any

from app.sandbox.zendesk import edits
from app.sandbox.zendesk.hooks import Webhooks
from app.sandbox.zendesk.state import Record, Row, State, invalid

CHANGES = {"status": "status", "priority": "priority", "type": "type", "group_id": "group_id"}
TAGS = {"set_tags": "tags", "current_tags": "additional_tags", "remove_tags": "remove_tags"}


class Triggers:
    """All triggers, in their order; each fires at most once an update, and their own changes fire none."""

    def __init__(self, state: State, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks
        self.all: dict[int, Row] = {}

    def add(self, values: Row) -> Row:
        """A new trigger. Raises Problem 422 without a title or an action."""
        for name in ("title", "actions"):
            if not values.get(name):
                raise invalid(name, f"{name.title()}: cannot be blank")
        id, now = self._state.id("trigger"), self._state.now()
        url = f"{self._state.base()}/api/v2/triggers/{id}.json"
        row: Row = {"url": url, "id": id, "active": True, "position": len(self.all), "default": False}
        row |= {"description": None, "category_id": "1", "raw_title": values["title"], "created_at": now}
        conditions = {"all": [], "any": []} | (values.get("conditions") or {})
        self.all[id] = row | {"updated_at": now} | values | {"conditions": conditions}
        return self.all[id]

    def heard(self, record: Record, audit: Row, created: bool) -> None:
        """Fire what fits. Webhooks go out last, when every trigger has made its changes."""
        fired: list[tuple[str, str]] = []
        for row in sorted(self.all.values(), key=lambda row: row["position"]):
            if row["active"] and self._fits(row["conditions"], record, audit, created):
                fired += self._fire(row, record, audit)
        for webhook, template in fired:
            hook = self._webhooks.all.get(webhook)
            if hook and hook.row["status"] == "active":
                self._webhooks.send(hook, render(template, self._values(record, audit)).encode())

    def _fire(self, row: Row, record: Record, audit: Row) -> list[tuple[str, str]]:
        sends = []
        for action in row["actions"]:
            field, value = action["field"], action["value"]
            if field == "notification_webhook":
                sends.append((str(value[0]), str(value[1]) if len(value) > 1 else ""))
            elif field in CHANGES:
                edits.by_rule(self._state, record, audit, {CHANGES[field]: value}, row)
            elif field in TAGS:
                edits.by_rule(self._state, record, audit, {TAGS[field]: value}, row)
        return sends

    def _fits(self, conditions: Row, record: Record, audit: Row, created: bool) -> bool:
        def holds(one: Row) -> bool:
            return self._holds(one, record, audit, created)

        some = conditions.get("any") or []
        return all(holds(one) for one in conditions.get("all") or []) and (not some or any(holds(one) for one in some))

    def _holds(self, one: Row, record: Record, audit: Row, created: bool) -> bool:
        field, operator, value = one["field"], one.get("operator", "is"), one.get("value")
        if field == "current_tags":
            found = bool(set(edits.clean_tags(value)) & set(record.row["tags"]))
            return found if operator == "includes" else not found
        if operator in ("changed", "not_changed"):
            touched = any(e.get("field_name") == field for e in audit["events"])
            return touched if operator == "changed" else not touched
        if field == "role" and str(value).isdecimal():
            field = "author_id"
        same = str(value).lower() == str(self._fact(field, record, audit, created)).lower()
        return same if operator == "is" else not same

    def _fact(self, field: str, record: Record, audit: Row, created: bool) -> Any:
        comment = next((e for e in audit["events"] if e["type"] == "Comment"), None)
        if field == "update_type":
            return "Create" if created else "Change"
        if field == "comment_is_public":
            return "not_relevant" if comment is None else comment["public"]
        if field == "author_id":
            return audit["author_id"]
        if field == "role":
            role = (self._state.users.get(audit["author_id"]) or {}).get("role")
            return "end_user" if role == "end-user" else "agent"
        return record.row.get(field)

    def _values(self, record: Record, audit: Row) -> Row:
        row, users = record.row, self._state.users
        user = users.get(audit["author_id"]) or {"id": -1, "name": "Zendesk", "email": ""}
        shown = {name: row[name] for name in ("id", "status", "priority", "description", "external_id", "url")}
        shown |= {"title": row["subject"], "tags": " ".join(row["tags"]), "via": row["via"]["channel"]}
        shown |= {"updated_at_with_timestamp": row["updated_at"], "requester": users.get(row["requester_id"]) or {}}
        shown |= {"latest_comment": record.comments[-1]["body"], "account": "Sandbox", "link": row["url"]}
        return {"ticket": shown, "current_user": user}


def render(template: str, values: Row) -> str:
    """Put values in the place of ``{{a.b}}``, as plain text: Zendesk does not escape them, so a quote breaks JSON here too."""

    def one(match: re.Match[str]) -> str:
        value: Any = values
        for part in match[1].strip().split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return "" if value is None else str(value)

    return re.sub(r"\{\{([^{}]*)\}\}", one, template)
