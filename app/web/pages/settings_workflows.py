"""Workflows as pictures: what is done for each category, in order, and what of it changes something elsewhere."""

from flask import Response

from app.db.visits import Visit
from app.engine.configuration.steps import Workflow
from app.engine.registry import ACTIONS
from app.errors import UnknownRecord
from app.web.pages.door import Door
from app.web.pages.pictures import HIGH, WIDE, flow
from app.web.pages.settings_nav import settings
from connectors.operations import OPERATIONS, Risk
from connectors.types import Level


def register(door: Door) -> None:
    """``/app/workflows``."""
    services = door.services

    @door.route("/workflows", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        with services.database.reading() as session:
            try:
                configuration = services.configuration(who.account_id, session)
            except UnknownRecord:
                return settings(who, "settings_workflows.html", flows=[], wide=WIDE, high=HIGH)
        every = [*configuration.workflows.values(), *configuration.wishes.values()]
        flows = [(one, flow(one, effects(one))) for one in every]
        return settings(who, "settings_workflows.html", flows=flows, wide=WIDE, high=HIGH)


def effects(workflow: Workflow) -> dict[str, bool]:
    """Action -> whether something that it may call changes anything elsewhere."""
    known = [step.action for step in workflow.steps if step.action in ACTIONS]
    return {name: any(_changes(one) for one in ACTIONS[name].operations) for name in known}


def _changes(operation: str) -> bool:
    return operation in OPERATIONS and OPERATIONS[operation].risk is not Risk.READ
