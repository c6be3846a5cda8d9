"""One request under way: what it is about, and how far it is kept to be."""

from dataclasses import dataclass, replace
from typing import Any

from app.db import rights
from app.db.erasing import Subject
from app.db.rights import Request
from app.services import Services

STEPS = "steps"


@dataclass(frozen=True)
class Work:
    """One request under way."""

    services: Services
    request: Request
    subject: Subject

    def kept(self, **more: Any) -> "Work":
        """With more that is known of how far it is."""
        with self.services.database.session() as session:
            request = rights.go_on(session, self.request, {**self.request.progress, **more})
        return replace(self, request=request)

    def remembered(self, **more: str) -> "Work":
        """With more that is sealed until it is done: by what names somebody is known."""
        with self.services.database.session() as session:
            return replace(self, request=rights.remember(session, self.request, **more))
