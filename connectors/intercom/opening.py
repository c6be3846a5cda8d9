"""Opening a conversation in a customer's name, for something that began elsewhere; once per key, as far as search shows.

Intercom leaves no room for a key in a conversation that a contact opens. On a resend we search the contact's recent
conversations for the same words; Intercom's search may lag, so the caller waits a while before it resends.
"""

from datetime import UTC, datetime

from connectors.errors import Conflict, NotFound, Unavailable, Unsupported
from connectors.intercom import probe
from connectors.intercom.client import Client, Json
from connectors.intercom.marks import Owner, line, references
from connectors.intercom.markup import gist, spoken, to_html, to_text
from connectors.intercom.parse import parts, source
from connectors.intercom.values import identity
from connectors.types import OpenTicket, Person, Receipt


class Opener:
    """Opens conversations at one workspace."""

    def __init__(self, client: Client, owner: Owner) -> None:
        self._client = client
        self._owner = owner

    def apply(self, change: OpenTicket, key: str, since: datetime | None) -> Receipt:
        """The receipt names the conversation. A source's address is left in a note, where the team finds it."""
        if not change.public:
            raise Unsupported("OpenTicket: every conversation here begins with words that its contact reads")
        contact = self._contact(change.requester)
        opened = self._opened(change, identity(contact.get("id")), since) if since else ""
        sent = not opened
        ticket = opened or self._open(change, contact)
        if change.source_url:
            sent = self._point(ticket, change, key, look=bool(opened)) or sent
        return Receipt(key, datetime.now(UTC), (ticket,), recovered=not sent)

    def _contact(self, person: Person) -> Json:
        """The contact of this person, the same one on every attempt: by address, or by the id that we give it."""
        if not person.email:
            return self._contact_without_email(person)
        found = self._client.contacts_by_email(person.email)
        if found:
            return next((contact for contact in found if contact.get("role") == "user"), found[0])
        body = {"role": "user", "email": person.email, **_named(person)}
        try:
            return self._client.create_contact(body)
        except Conflict as error:
            raise Unavailable("POST contacts: it exists, but search does not show it yet") from error

    def _contact_without_email(self, person: Person) -> Json:
        external = f"deskhand:{person.id}"
        try:
            return self._client.contact_by_external_id(external)
        except NotFound:
            return self._client.create_contact({"role": "user", "external_id": external, **_named(person)})

    def _open(self, change: OpenTicket, contact: Json) -> str:
        author = {"type": "lead" if contact.get("role") == "lead" else "user", "id": identity(contact.get("id"))}
        answer = self._client.open(author, to_html(change.text), change.subject)
        ticket = identity(answer.get("conversation_id"))
        if not ticket:
            raise Unavailable("POST conversations: the answer names no conversation")
        return ticket

    def _opened(self, change: OpenTicket, contact: str, since: datetime) -> str:
        """The conversation that an earlier attempt opened, or empty."""
        earliest = int((since - probe.SKEW).timestamp())
        query = {
            "operator": "AND",
            "value": [
                {"field": "contact_ids", "operator": "=", "value": contact},
                {"field": "created_at", "operator": ">", "value": earliest - 1},
            ],
        }
        for found in self._client.conversations(query):
            if gist(to_text(source(found).get("body"))) == spoken(change.text) and probe.recent(found, since):
                return identity(found.get("id"))
        return ""

    def _point(self, ticket: str, change: OpenTicket, key: str, *, look: bool) -> bool:
        """Leave the source's address in a note, unless it is there; says whether it was sent now."""
        mark = line(key)
        if look:
            shown = parts(self._client.conversation(ticket))
            ours = [part for part in shown if self._owner.sits(part)]
            if any(references(mark)[0] in references(to_text(part.get("body"))) for part in ours):
                return False
        body = to_html(f"Opened from <{change.source_url}>.") + f"<p><i>{mark}</i></p>"
        note = {"message_type": "note", "type": "admin", "admin_id": self._owner.admin_id, "body": body}
        self._client.reply(ticket, note)
        return True


def _named(person: Person) -> Json:
    return {"name": person.name} if person.name else {}
