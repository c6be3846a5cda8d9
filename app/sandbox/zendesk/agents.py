"""The API around agents: which groups they are in, whether they are there, and the account's own SLA clocks."""

from collections.abc import Iterable
from typing import Any

from app.sandbox.zendesk.state import Problem, Row, State
from app.sandbox.zendesk.wire import Route, page

STATUSES = ("online", "away", "offline", "transfers_only")


class Agents:
    """Agents of one account. Without ``plan`` it has no agent statuses, as most plans have none."""

    def __init__(self, state: State, *, plan: bool = True) -> None:
        self._state = state
        self.plan = plan

    def routes(self) -> Iterable[Route]:
        """What is answered here."""
        return (
            ("GET", "/group_memberships", self.memberships),
            ("GET", "/agent_availabilities", self.availabilities),
        )

    def hire(self, name: str, email: str, group: str, **more: Any) -> int:
        """An agent in that group, which is made if there is none. Gives their id."""
        with self._state.lock:
            known = (row for row in self._state.groups.values() if row["name"].casefold() == group.casefold())
            place = next(known, None) or self._state.add_group(group)
            row = self._state.add_user(name, email, role="agent")
            row |= more
            number = self._state.id("membership")
            self._state.memberships[number] = {
                "id": number,
                "user_id": row["id"],
                "group_id": place["id"],
                "default": True,
                "created_at": self._state.now(),
                "updated_at": self._state.now(),
            }
            return int(row["id"])

    def says(self, id: int, status: str) -> None:
        """The agent sets their status."""
        if status not in STATUSES:
            raise ValueError(status)
        self._state.presences[id] = status

    def leaves(self, id: int) -> None:
        """The agent is suspended, and can be given nothing any more."""
        self._state.users[id]["suspended"] = True

    def memberships(self) -> Row:
        """Who is in which group."""
        return page(list(self._state.memberships.values()), "group_memberships")

    def availabilities(self) -> Row:
        """Who is there, in the form of JSON:API."""
        if not self.plan:
            raise Problem(403, "Forbidden", "You do not have access to this page")
        rows = [_shown(id, word, self._state.now()) for id, word in sorted(self._state.presences.items())]
        return page(rows, "data", always=True)


def _shown(id: int, word: str, at: str) -> Row:
    status = {"id": STATUSES.index(word) + 1, "name": word, "reason": "UNKNOWN", "updated_at": at}
    attributes = {"agent_id": id, "agent_status": status, "group_ids": [], "skills": [], "version": 1}
    return {"type": "agent_availabilities", "id": f"agent_availabilities|{id}", "attributes": attributes}


__all__ = ["Agents"]
