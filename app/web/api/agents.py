"""Who there is, and who could take a ticket now. Assigns nothing."""

from typing import Literal

from pydantic import Field

from app.engine.routing import Need
from app.web.api.auth import Caller
from app.web.api.declared import Given, Operation, Page, Told, Words, text
from app.web.api.door import Door

AVAILABLE = "available"


class Wanted(Given):
    """What somebody is looked for by."""

    skills: Words = Field(default_factory=list, description="All of which they need.")
    availability: Literal["", "available", "any"] = Field("any", description="`available`: who can take one now.")
    preferred_language: str = text(35, default="", about="As in `de` or `de-AT`.")
    team: str = text(200, default="")


class Somebody(Told):
    """One of the account's people. ``load`` and ``capacity`` are in tickets."""

    id: str
    name: str
    connection: str
    teams: list[str]
    skills: list[str]
    languages: list[str]
    available: bool
    load: float
    capacity: float


class Why(Told):
    """A reason in a line; ``code`` is stable."""

    code: str
    text: str


class Found(Told):
    """Who should have it, everybody who knows how, and why."""

    agent: Somebody | None
    agents: list[Somebody]
    reasons: list[Why]


class People(Told):
    """Some of the account's people, by id."""

    items: list[Somebody]
    next: str | None


FIND = Operation(
    "findAgent",
    "GET",
    "/agents/find",
    "agents",
    "Who could take a ticket.",
    {200: Found},
    query=Wanted,
    personal="agents",
)
LIST = Operation(
    "listAgents", "GET", "/agents", "agents", "Everybody who is known.", {200: People}, query=Page, personal="agents"
)


def register(door: Door) -> None:
    """Hang the operations at the door. Who takes webhooks needs none of what they load."""

    @door.serves(FIND)
    def find_agent(caller: Caller, query: Wanted) -> Found:
        from app.web.api.people import found  # noqa: PLC0415

        skills = frozenset(one.casefold() for one in query.skills) - {""}
        language = query.preferred_language.partition("-")[0].casefold()
        need = Need(query.team, skills, language)
        return Found.model_validate(
            found(door.services, caller.account_id, need, available=query.availability == AVAILABLE)
        )

    @door.serves(LIST)
    def list_agents(caller: Caller, query: Page) -> People:
        from app.web.api.people import everybody  # noqa: PLC0415

        return People.model_validate(everybody(door.services, caller.account_id, query))
