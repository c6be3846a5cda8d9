"""The calls that we make at Intercom, through its own library, and the one place where its errors become ours."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any
from urllib.parse import quote

import httpx
from intercom import Intercom as Library
from intercom.core.api_error import ApiError
from pydantic import BaseModel

from connectors import http, watch
from connectors.errors import Closed, ConnectorError, Refused, Unavailable
from connectors.intercom.settings import VERSION
from connectors.intercom.values import table

TIMEOUT = 10.0
PAGE = 50
ATTRIBUTES_SINCE = "2.16"

Json = dict[str, Any]


def plain(value: Any) -> Any:
    """The library's unchecked models as plain values, unknown fields kept; no type is believed."""
    if isinstance(value, BaseModel):
        return {name: plain(inner) for name, inner in value}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def translated(error: ApiError, where: str) -> ConnectorError:
    """Our error for the library's. Says the status and the vendor's code, never what the vendor repeats of a text."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    status = error.status_code or 0
    if status == 429 and "retry-after" not in headers:
        headers["retry-after"] = _until(headers.get("x-ratelimit-reset", ""))
    if status in (400, 409, 422) and any("closed" in code for code in _codes(error.body)):
        return Closed(f"{where}: the conversation is closed")
    # Inside 2xx the library raises only when the body is no JSON: what was sent may have been taken.
    return http.error(status, headers, where) or Unavailable(f"{where} answered {status} without JSON")


@cache
def _trust() -> ssl.SSLContext:
    """One for all workspaces: reading the authorities' certificates costs more than most calls."""
    return httpx.create_ssl_context()


def _until(reset: str) -> str:
    if not reset.isdecimal():
        return ""
    return f"{max(1.0, int(reset) - datetime.now(UTC).timestamp()):.1f}"


def _codes(body: Any) -> list[str]:
    errors = plain(body).get("errors") if isinstance(body, BaseModel | dict) else None
    return [str(one.get("code")) for one in errors or [] if isinstance(one, dict)]


class Line(httpx.Client):
    """The library's own, each of whose requests is told to whoever measures."""

    def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """Send it."""
        with watch.call("intercom", request.method) as call:
            answer = super().send(request, **how)
            call.answered(answer.status_code, answer.headers.get("Date"))
            return answer


class Client:
    """One workspace. Every method makes one call, never repeats it, and raises only errors of ours."""

    def __init__(self, token: str, base_url: str) -> None:
        self._token = token
        self._base_url = base_url

    @cached_property
    def _http(self) -> httpx.Client:
        # Redirects are not followed: the token goes to the configured address and nowhere else.
        return Line(timeout=TIMEOUT, follow_redirects=False, verify=_trust())

    @cached_property
    def _library(self) -> Any:
        # max_retries stays unset: the library would send a reply again after 409 and 5xx.
        return Library(
            token=self._token,
            base_url=self._base_url,
            headers={"Intercom-Version": VERSION},
            timeout=TIMEOUT,
            httpx_client=self._http,
        )

    def close(self) -> None:
        """Give the kept connections back."""
        if "_http" in self.__dict__:
            self._http.close()

    def me(self) -> Json:
        """The teammate and the workspace that the token belongs to."""
        return self._call("GET /me", self._library.admins.identify)

    def uninstall(self) -> None:
        """End this token, and our app in its workspace. The library does not know the call."""
        where, headers = "POST auth/uninstall", {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        try:
            answer = self._http.post(f"{self._base_url}/auth/uninstall", headers=headers, json={})
        except httpx.HTTPError as error:
            raise Unavailable(f"{where}: no answer ({type(error).__name__})") from error
        if problem := http.error(answer.status_code, answer.headers, where):
            raise problem

    def conversation(self, ticket: str) -> Json:
        """A conversation with its newest 500 parts, bodies as plain text."""
        return self._call("GET conversation", self._library.conversations.find, ticket, display_as="plaintext")

    def reply(self, ticket: str, body: Json) -> Json:
        """Add a comment or a note."""
        return self._call("POST reply", self._library.conversations.reply, ticket, request=body)

    def manage(self, ticket: str, body: Json) -> Json:
        """Assign, close, snooze or open."""
        return self._call("POST parts", self._library.conversations.manage, ticket, request=body)

    def update(self, ticket: str, attributes: Mapping[str, Any]) -> Json:
        """Set custom attributes."""
        return self._call(
            "PUT conversation", self._library.conversations.update, ticket, custom_attributes=dict(attributes)
        )

    def redact(self, ticket: str, part: str, *, opening: bool = False) -> Json:
        """Take a whole message out for good, the conversation's ``opening`` one or a part."""
        kind, name = ("source", "source_id") if opening else ("conversation_part", "conversation_part_id")
        body = {"type": kind, "conversation_id": ticket, name: part}
        return self._call("POST redact", self._library.conversations.redact_conversation_part, request=body)

    def open(self, contact: Mapping[str, str], body: str, subject: str) -> Json:
        """Open a conversation in a contact's name."""
        more = {"additional_body_parameters": {"subject": subject}} if subject else None
        create = self._library.conversations.create
        return self._call("POST conversations", create, from_=dict(contact), body=body, request_options=more)

    def create_tag(self, name: str) -> Json:
        """The tag of this name, made if there is none."""
        return self._call("POST tags", self._library.tags.create, request={"name": name})

    def tag(self, ticket: str, tag: str, admin: str) -> Json:
        """Add a tag to a conversation."""
        return self._call(
            "POST conversation tags", self._library.tags.tag_conversation, ticket, tag_id=tag, admin_id=admin
        )

    def untag(self, ticket: str, tag: str, admin: str) -> Json:
        """Take a tag off a conversation."""
        return self._call("DELETE conversation tag", self._library.tags.untag_conversation, ticket, tag, admin_id=admin)

    def teams(self) -> list[Json]:
        """The workspace's teams."""
        return _rows(self._call("GET teams", self._library.teams.list), "teams")

    def admins(self) -> list[Json]:
        """The workspace's teammates."""
        return _rows(self._call("GET admins", self._library.admins.list), "admins")

    def contact(self, contact: str) -> Json:
        """One contact."""
        return self._call("GET contact", self._library.contacts.find, contact)

    def companies(self, contact: str) -> list[Json]:
        """The companies that a contact belongs to."""
        answer = self._call(
            "GET contact companies", self._page, self._library.contacts.list_attached_companies, contact
        )
        return _rows(answer, "companies") or _rows(answer, "data")

    def contacts_by_email(self, email: str) -> list[Json]:
        """Contacts with this address; a new one may be missing for some minutes."""
        query = {"field": "email", "operator": "=", "value": email}
        return _rows(self._call("POST contacts/search", self._page, self._library.contacts.search, query=query), "data")

    def contact_by_external_id(self, external: str) -> Json:
        """The contact that was given this id from outside."""
        find = self._library.contacts.show_contact_by_external_id
        return self._call("GET contacts/find_by_external_id", find, quote(external, safe=""))

    def delete_contact(self, contact: str) -> Json:
        """Delete a contact for good, with what Intercom keeps of them."""
        return self._call("DELETE contact", self._library.contacts.delete, contact)

    def create_contact(self, body: Json) -> Json:
        """Make a contact."""
        return self._call("POST contacts", self._library.contacts.create, request=body)

    def conversations(self, query: Json) -> Iterator[Json]:
        """Every conversation that a search finds, without parts, page by page."""
        after = None
        while True:
            paging = {"per_page": PAGE, **({"starting_after": after} if after else {})}
            search = self._library.conversations.search
            answer = self._call("POST conversations/search", self._page, search, query=query, pagination=paging)
            yield from _rows(answer, "conversations")
            # The library's own pager asks for the first page again and again (5.0.1), so the cursor is carried here.
            following = table(table(answer.get("pages")).get("next")).get("starting_after")
            if not following or following == after:
                return
            after = following

    def articles(self) -> Iterator[Json]:
        """Every article, the latest updated first."""
        yield from self._numbered("GET articles", self._library.articles.list)

    def internal_articles(self) -> Iterator[Json]:
        """Every article that is for teammates only."""
        answer = self._call("GET internal_articles", self._page, self._library.internal_articles.list_internal_articles)
        yield from _rows(answer, "data")

    def attributes(self) -> list[Json]:
        """The workspace's attributes for conversations."""
        answer = self._call("GET data_attributes", self._library.data_attributes.list, model="conversation")
        return _rows(answer, "data")

    def create_attribute(self, name: str, description: str) -> Json:
        """A new text attribute for conversations. Intercom has this from 2.16 on: this call alone asks for that version."""
        where, version = "POST conversations/attributes", {"Intercom-Version": ATTRIBUTES_SINCE}
        body = {"name": name, "data_type": "string", "description": description}
        headers = {"Authorization": f"Bearer {self._token}", **version}
        try:
            answer = self._http.post(f"{self._base_url}/conversations/attributes", json=body, headers=headers)
            problem = http.error(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, where)
            if problem is not None:
                raise problem
            return dict(answer.json())
        except (httpx.HTTPError, ValueError, TypeError) as error:
            raise Unavailable(f"{where}: no readable answer ({type(error).__name__})") from error

    def _numbered(self, where: str, method: Callable[..., Any]) -> Iterator[Json]:
        page, last = 1, 1
        while page <= last:
            answer = self._call(where, self._page, method, page=page, per_page=PAGE)
            found = _rows(answer, "data")
            yield from found
            total = table(answer.get("pages")).get("total_pages")
            last = total if found and isinstance(total, int) else 0
            page += 1

    @staticmethod
    def _page(method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """The answer itself, where the library hands out a pager."""
        answer = method(*args, **named)
        return getattr(answer, "response", answer)

    def _call(self, where: str, method: Callable[..., Any], *args: Any, **named: Any) -> Json:
        try:
            answer = plain(method(*args, **named))
        except ApiError as error:
            ours = translated(error, where)
            # The library prints headers and body; the body may repeat what a customer wrote.
            error.headers, error.body = None, None
            raise ours from error
        except httpx.UnsupportedProtocol as error:
            raise Refused(f"{where}: the address cannot be called") from error
        except (httpx.HTTPError, ValueError, TypeError) as error:
            # TypeError: the library builds its models unchecked and trips over a list where it expects an object (5.0.1).
            raise Unavailable(f"{where}: no readable answer ({type(error).__name__})") from error
        if not isinstance(answer, dict):
            raise Unavailable(f"{where}: the answer is not an object")
        return answer


def _rows(answer: Mapping[str, Any], name: str) -> list[Json]:
    return [row for row in answer.get(name) or [] if isinstance(row, dict)]
