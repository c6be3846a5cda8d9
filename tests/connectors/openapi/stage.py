"""Appointments, connected by their OpenAPI file alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

from app.sandbox.backends.appointments import FILE, RISKS, AppointmentsBackend
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from connectors.base import Connection
from connectors.openapi import OpenApi


class AppointmentStage:
    name = "appointments"
    secrets = ("sandbox-appointments-key",)
    personal = ("jane.doe@example.com", "Jane")
    bare: frozenset[str] = frozenset()
    writes: ClassVar[dict[str, Fault]] = {"book_appointment": Fault("reset_after", method="POST")}

    def __init__(self, world: World, played: AppointmentsBackend, backend: OpenApi) -> None:
        self.world, self.played, self.backend = world, played, backend
        now = world.clock.now()
        self.examples = {
            "open_slots": {"after": now.isoformat()},
            "book_appointment": {
                "slot": f"{now + timedelta(days=3):%Y%m%d}",
                "name": "Jane Doe",
                "email": "jane.doe@example.com",
            },
        }

    def seen(self, operation: str) -> int:
        return len(self.played.booked)


@contextmanager
def open() -> Iterator[AppointmentStage]:
    world = World()
    played = AppointmentsBackend(world)
    settings = {"document": FILE.read_text("utf-8"), "risks": RISKS, "key_header": "Idempotency-Key", "probe": ""}
    with Served(application(world, [], backends=[played])) as base:
        connection = Connection("c", f"{base}/appointments", settings, {"token": played.key})
        yield AppointmentStage(world, played, OpenApi(connection))
