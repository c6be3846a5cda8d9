"""What an account's systems ask for a person: that they are erased, what is kept of them, and what they consented to."""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from app.services import Services
from app.web.api.auth import Caller
from app.web.api.declared import Given, Operation, Told, text
from app.web.api.door import Answer, Door
from app.web.api.problems import ApiError

SHOWN = timedelta(days=7 * 365)
PERSON = "A mail address, a number that begins with +, or <connection>:<id at the host>."


class Person(Given):
    """Who it is about."""

    person: str = text(300, about=PERSON)


class Erase(Person):
    """Who is to be erased."""

    reason: str = text(200, default="", about="Write no name in it: it is kept.")
    in_host: bool = Field(default=False, description="The host's own record goes as well; it cannot be brought back.")


class Consented(Person):
    """What somebody said."""

    purpose: Literal["memory", "learning", "model"]
    given: bool


class RightsRequest(Told):
    """A request and how far it is. ``proof`` is the signed certificate once it is done."""

    id: str
    kind: Literal["erasure", "portability", "access"]
    person: str = Field(description="A keyed hash: it tells nobody who it is.")
    state: Literal["open", "held", "host", "done"]
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None
    late: bool
    proof: dict[str, Any]


class Requests(Told):
    """Requests, the oldest first."""

    items: list[RightsRequest]


class Exported(Told):
    """All that is kept of a person; the format is described in docs/data-protection.md."""

    export: dict[str, Any]


class ConsentKept(Told):
    """Whether that is news."""

    new: bool


ERASE = Operation(
    "erasePerson",
    "POST",
    "/people/erasures",
    "rights",
    "Have a person erased from every store.",
    {202: RightsRequest},
    body=Erase,
    keyed=True,
    details="Asked twice it is one request. Done within a minute, unless a legal hold or a ticket that is worked on keeps it.",
)
LIST = Operation(
    "listRightsRequests",
    "GET",
    "/people/requests",
    "rights",
    "What was asked about people's data.",
    {200: Requests},
    personal="rights",
)
EXPORT = Operation(
    "exportPerson",
    "POST",
    "/people/exports",
    "rights",
    "All that is kept of a person.",
    {200: Exported},
    body=Person,
    keyed=True,
    personal="export",
)
CONSENT = Operation(
    "recordConsent",
    "POST",
    "/people/consents",
    "rights",
    "Keep what a person consented to or withdrew.",
    {200: ConsentKept},
    body=Consented,
    keyed=True,
)


def register(door: Door) -> None:
    """Hang the operations at the door. Who takes webhooks needs none of what they load."""
    services = door.services

    @door.serves(ERASE)
    def erase_person(caller: Caller, body: Erase) -> Answer:
        return Answer(_asked(services, caller, body))

    @door.serves(LIST)
    def list_requests(caller: Caller) -> Requests:
        return _listed(services, caller)

    @door.serves(EXPORT)
    def export_person(caller: Caller, body: Person) -> Exported:
        from app.rights import exporting  # noqa: PLC0415

        _somebody(services, caller, body.person)
        return Exported(export=exporting.export(services, caller.account_id, body.person, f"api:{caller.access_id}"))

    @door.serves(CONSENT)
    def record_consent(caller: Caller, body: Consented) -> ConsentKept:
        from app.db.consents import Consent, Purpose  # noqa: PLC0415
        from app.rights import who  # noqa: PLC0415

        person = _somebody(services, caller, body.person)
        with services.database.session() as session:
            now = services.database.now(session)
            said = Consent(person, Purpose(body.purpose), body.given, "api", now)
            return ConsentKept(new=who.agree(session, caller.account_id, said))


def _asked(services: Services, caller: Caller, given: Erase) -> RightsRequest:
    from app.rights import erasing  # noqa: PLC0415

    _somebody(services, caller, given.person)
    by = f"api:{caller.access_id}"
    request = erasing.ask(services, erasing.Asked(caller.account_id, given.person, by, given.reason, given.in_host))
    with services.database.reading() as session:
        return _plain(request, services.database.now(session))


def _listed(services: Services, caller: Caller) -> Requests:
    from app.db import rights  # noqa: PLC0415

    with services.database.reading() as session:
        now = services.database.now(session)
        found = rights.requests(session, caller.account_id, now - SHOWN, now + timedelta(days=1))
    return Requests(items=[_plain(one, now) for one in found])


def _somebody(services: Services, caller: Caller, person: str) -> str:
    """The hash of who is meant. Raises ApiError for nobody."""
    from app.errors import BadInput  # noqa: PLC0415
    from app.rights import who  # noqa: PLC0415

    with services.database.reading() as session:
        try:
            return who.meant(services, session, caller.account_id, person).person
        except BadInput as error:
            raise ApiError(404, "nobody", f"person: {PERSON}") from error


def _plain(one: Any, now: datetime) -> RightsRequest:
    kept = {"id": one.id, "kind": str(one.kind), "person": one.person, "state": str(one.state)}
    moments = {"asked_at": one.asked_at, "due_at": one.due_at, "done_at": one.done_at}
    return RightsRequest(**kept, **moments, late=one.late(now), proof=dict(one.proof))
