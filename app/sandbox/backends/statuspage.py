"""One played status page: its public API, and incidents that people publish on it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify

from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
NEWEST = 50


class StatuspageBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://status.example.com``."""

    vendor = "statuspage"

    def __init__(self, world: World, name: str = "statuspage", *, title: str = "Tallyboard") -> None:
        self.world = world
        self.name = name
        self.title = title
        self.incidents: list[Row] = []

    def blueprint(self) -> Blueprint:
        """The public API; faults first."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.get("/api/v2/status.json")(self._status)
        api.get("/api/v2/summary.json")(self._summary)
        api.get("/api/v2/incidents.json")(self._every)
        api.get("/api/v2/incidents/unresolved.json")(self._unresolved)
        return api

    def hook(self, url: str, secret: str) -> None:
        """Nothing is told from here."""

    def publish(self, name: str, text: str, *, impact: str = "major", components: tuple[str, ...] = ("API",)) -> str:
        """Somebody opens an incident; gives its id."""
        now = _stamp(self.world.clock.now())
        id = f"inc{self.world.ids.next(f'{self.name}-incident')}"
        row: Row = {
            "id": id,
            "name": name,
            "status": "investigating",
            "impact": impact,
            "created_at": now,
            "started_at": now,
            "updated_at": now,
            "monitoring_at": None,
            "resolved_at": None,
            "shortlink": f"https://stspg.io/{id}",
            "page_id": "y2j98763l56x",
            "components": [
                {"id": f"c{place}", "name": one, "status": "major_outage"} for place, one in enumerate(components)
            ],
            "incident_updates": [],
        }
        self.incidents.insert(0, row)
        self.say(id, text)
        return id

    def say(self, id: str, text: str, status: str = "investigating") -> None:
        """Somebody writes an update: ``identified``, ``monitoring``, ``resolved``."""
        row = next(one for one in self.incidents if one["id"] == id)
        now = _stamp(self.world.clock.now())
        row["status"], row["updated_at"] = status, now
        row["resolved_at"] = now if status in ("resolved", "postmortem") else None
        said = {"id": f"u{len(row['incident_updates'])}", "body": text, "status": status, "created_at": now}
        row["incident_updates"].insert(0, said)

    def _page(self) -> Row:
        return {"id": "y2j98763l56x", "name": self.title, "url": "https://status.example.com", "time_zone": "Etc/UTC"}

    def _open(self) -> list[Row]:
        return [one for one in self.incidents if one["status"] not in ("resolved", "postmortem")]

    def _indicator(self) -> Row:
        worst = self._open()
        return {"indicator": worst[0]["impact"] if worst else "none", "description": "All Systems Operational"}

    def _status(self) -> Response:
        return jsonify(page=self._page(), status=self._indicator())

    def _summary(self) -> Response:
        return jsonify(
            page=self._page(),
            status=self._indicator(),
            components=[],
            incidents=self._open(),
            scheduled_maintenances=[],
        )

    def _every(self) -> Response:
        return jsonify(page=self._page(), incidents=self.incidents[:NEWEST])

    def _unresolved(self) -> Response:
        return jsonify(page=self._page(), incidents=self._open())


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
