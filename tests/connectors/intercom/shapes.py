"""Conversations as Intercom writes them, for tests that need no wire."""

from typing import Any

SEAT = "814860"
ROBIN = {"type": "admin", "id": "55001", "name": "Robin", "email": "robin@team.example"}
OURS = {"type": "admin", "id": SEAT, "name": "Deskhand", "email": "deskhand@team.example"}
CASEY = {"type": "user", "id": "66b0c0ffee", "name": "Casey", "email": "casey@example.com"}
FIN = {"type": "bot", "id": "9600008", "name": "Fin", "email": "operator@intercom.example"}
START = 1768031789


def part(kind: str, body: str | None, author: dict[str, Any], at: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "type": "conversation_part",
        "id": f"p{at}",
        "part_type": kind,
        "body": body,
        "created_at": START + at,
        "author": author,
        "attachments": [],
        "redacted": False,
        "app_package_code": None,
        **more,
    }


def conversation(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "conversation",
        "id": "2154",
        "created_at": START,
        "updated_at": START + 9,
        "title": None,
        "state": "open",
        "open": True,
        "priority": "not_priority",
        "admin_assignee_id": None,
        "team_assignee_id": None,
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "7", "name": "vip"}]},
        "custom_attributes": {"deskhand_category": "refund"},
        "source": {
            "type": "conversation",
            "id": "33",
            "delivered_as": "customer_initiated",
            "subject": "",
            "body": "<p>Where is it?</p>",
            "author": CASEY,
            "attachments": [],
        },
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": CASEY["id"], "external_id": None}]},
        "conversation_parts": {"conversation_parts": list(parts), "total_count": len(parts)},
        **more,
    }


def first_generation(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "conversation",
        "id": 2130,
        "created_at": "2019-03-22T21:29:58.000Z",
        "updated_at": "1553290200",
        "user": {"type": "lead", "id": "5c49", "name": "Rose", "email": "rose@example.com"},
        "assignee": {"type": "admin", "id": "1957"},
        "conversation_message": {
            "type": "conversation_message",
            "id": 331,
            "subject": "<p>Hello</p>",
            "body": "<p>Anybody?</p>",
            "author": {"type": "user", "id": "5c49"},
            "attachments": [],
        },
        "conversation_parts": {"conversation_parts": list(parts)},
        "open": False,
        "tags": {"type": "tag.list", "tags": []},
        "links": {"conversation_web": "https://app.intercom.io/a/apps/x/conversations/2130"},
        **more,
    }
