"""A small system for appointments that nobody wrote a connector for: it is connected by ``appointments.yaml`` alone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
FILE = Path(__file__).with_name("appointments.yaml")
RISKS = "open_slots=read,book_appointment=reversible:cancel_appointment,cancel_appointment=irreversible"


class AppointmentsBackend:
    """``http://127.0.0.1:PORT/<name>`` is where it is."""

    vendor = "openapi"

    def __init__(self, world: World, name: str = "appointments", *, key: str = "sandbox-appointments-key") -> None:
        self.world, self.name, self.key = world, name, key
        self.booked: dict[str, Row] = {}
        self.answers: Row | None = None
        """What is said of free appointments, right or wrong; nothing: the truth."""
        self._answered: dict[str, Row] = {}

    def blueprint(self) -> Blueprint:
        """The API; faults first."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._known)
        api.get("/openapi.yaml")(lambda: Response(FILE.read_bytes(), content_type="application/yaml"))
        api.get("/slots")(self._slots)
        api.post("/appointments")(self._book)
        api.delete("/appointments/<id>")(self._cancel)
        return api

    def _known(self) -> tuple[Response, int] | None:
        fine = request.headers.get("X-Api-Key") == self.key or request.path.endswith("/openapi.yaml")
        return None if fine else (jsonify(error="unauthorized"), 401)

    def _free(self) -> list[Row]:
        noon = self.world.clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
        days = [noon + timedelta(days=day) for day in range(1, 8)]
        taken = {one["slot"] for one in self.booked.values()}
        rows = [{"slot": f"{at:%Y%m%d}", "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "kind": "call"} for at in days]
        return [one for one in rows if one["slot"] not in taken]

    def _slots(self) -> Response:
        after = request.args["after"]
        if self.answers is not None:
            return jsonify(self.answers)
        return jsonify(slots=[one for one in self._free() if str(one["at"]) > after])

    def _book(self) -> tuple[Response, int]:
        key = request.headers.get("Idempotency-Key", "")
        if key in self._answered:
            return jsonify(self._answered[key]), 201
        given = request.get_json()
        slot = next((one for one in self._free() if one["slot"] == given["slot"]), None)
        if slot is None:
            return jsonify(error="taken"), 409
        id = f"ap{self.world.ids.next('appointment')}"
        self.booked[id] = {**given, "at": slot["at"]}
        answer = {"appointment": id, "at": slot["at"]}
        if key:
            self._answered[key] = answer
        return jsonify(answer), 201

    def _cancel(self, id: str) -> tuple[Response, int] | tuple[str, int]:
        if self.booked.pop(id, None) is None:
            return jsonify(error="not found"), 404
        return "", 204
