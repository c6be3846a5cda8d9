"""A played Twilio account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from app.sandbox.backends.twilio import SID, TwilioBackend
from app.sandbox.server import Served, application
from app.sandbox.world import World
from connectors.base import Connection
from connectors.twilio import Twilio

PHONE = "+14155550134"
TEXT = "Your code is on its way, Jane."


class TextStage:
    name = "twilio"
    secrets = ("sandbox-auth-token",)
    personal = (PHONE, "5550134", TEXT, "Jane")
    bare: frozenset[str] = frozenset()
    examples: ClassVar[dict[str, dict[str, Any]]] = {"send_text": {"to": "+1 (415) 555-0134", "text": TEXT}}

    def __init__(self, world: World, played: TwilioBackend, backend: Twilio) -> None:
        self.world, self.played, self.backend = world, played, backend

    def seen(self, operation: str) -> int:
        return len(self.played.texts(PHONE))


@contextmanager
def open() -> Iterator[TextStage]:
    world = World()
    played = TwilioBackend(world)
    with Served(application(world, [], backends=[played])) as base:
        settings = {"account_sid": SID, "sender": played.sender}
        connection = Connection("c", f"{base}/twilio", settings, {"auth_token": played.token})
        yield TextStage(world, played, Twilio(connection))
