"""Messages with named fields: each as every kind of channel would show it, with what stands in for its fields."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request

from app.db import approvals
from app.db.visits import Visit
from app.engine import channels
from app.engine.channels import CHAT, MAIL, SMS, THREAD, VOICE
from app.engine.templates import NotFilled, Shelf, Template, shipped
from app.errors import UnknownRecord
from app.web.pages.door import Door
from app.web.pages.settings_nav import settings
from connectors.types import Level

KINDS: Mapping[str, str] = {
    MAIL: "Mail",
    CHAT: "Chat",
    SMS: "Text message",
    THREAD: "Thread",
    VOICE: "Spoken",
}


@dataclass(frozen=True)
class Shown:
    """One message in one kind of channel; ``why`` says what is missing where it cannot be shown."""

    kind: str
    label: str
    text: str
    why: str = ""


def register(door: Door) -> None:
    """``/app/messages``, and one of them by ``?name=``."""
    services = door.services

    @door.route("/messages", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        with services.database.reading() as session:
            try:
                own = dict(services.configuration(who.account_id, session).shelf.own)
            except UnknownRecord:
                own = {}
            approved = approvals.of_account(session, who.account_id)
        every = {**shipped(), **own}
        name = request.args.get("name", "")
        chosen = every.get(name) or every[min(every)]
        language = request.args.get("language", "")
        language = language if language in chosen.wordings else min(chosen.wordings, key=lambda one: (one != "en", one))
        return settings(
            who,
            "settings_messages.html",
            names=sorted(every),
            own=frozenset(own),
            approved=frozenset(name for name, one in every.items() if one.digest in approved),
            chosen=chosen,
            language=language,
            previews=previews(Shelf(every), chosen, language),
        )


def previews(shelf: Shelf, template: Template, language: str) -> list[Shown]:
    """The message in each kind of channel, each field's name standing in for its value."""
    fields = {name: f"[{name}]" for name in template.fields()}
    found = []
    for kind, label in KINDS.items():
        try:
            text = shelf.fill(template.name, fields, language=language, channel=kind).text
            found.append(Shown(kind, label, channels.adapted(text, kind)))
        except NotFilled as error:
            found.append(Shown(kind, label, "", error.reason.text))
    return found
