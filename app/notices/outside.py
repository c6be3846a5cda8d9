"""Places outside for the audit trail's signed digests: a mailbox, a folder, an object store. Each takes a file once, and says why not."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit

import requests

from app.notices.ways import SECONDS, Mail, Message
from app.settings import Settings
from connectors import http
from connectors.errors import Conflict, ConnectorError, Refused, Unavailable
from connectors.guard import Guarded, Reach


class Place(Protocol):
    """Takes one file under a name. The same file again changes nothing."""

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        """Bring it there. Raises a ConnectorError."""
        ...


class Mailbox:
    """By mail, with the file in the text, so that any mailbox that is kept will do."""

    def __init__(self, mail: Mail, address: str) -> None:
        self._mail = mail
        self._address = address

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        """One mail; a repeat has the same Message-ID."""
        text = f"{WORDS}\n\n{_line(body)}\n"
        self._mail.send(self._address, Message(f"anchor-{name}", f"Audit digest {name}", text))


class Folder:
    """A folder, such as one on storage that keeps what is written once. A file that is there is never written again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        """Write the file, whole or not at all."""
        target, half = self._folder / name, self._folder / f".{name}.{os.getpid()}"
        try:
            half.write_text(f"{_line(body)}\n", "utf-8")
            half.replace(target) if not target.exists() else half.unlink()
        except OSError as error:
            raise Unavailable(f"folder: not written ({error.strerror})") from error


class Store:
    """An object store or a web server that takes PUT. ``{name}`` in its address is the file's; without it the name is appended."""

    def __init__(self, url: str, authorization: str) -> None:
        self._url = url
        self._headers = {"If-None-Match": "*", **({"Authorization": authorization} if authorization else {})}

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        """One request that never writes over what is there; redirects are not followed."""
        named = quote(name, safe="")
        url = self._url.replace("{name}", named) if "{name}" in self._url else f"{self._url.rstrip('/')}/{named}"
        with Guarded(Reach.PRIVATE) as line:
            try:
                data = f"{_line(body)}\n".encode()
                headers = {**self._headers, "Content-Type": "application/json"}
                answer = line.put(url, data=data, headers=headers, timeout=SECONDS, stream=True)
            except requests.RequestException as error:
                # The cause is named by its kind: its text holds the address, which may be signed.
                raise Unavailable(f"store: no answer ({type(error).__name__})") from None
        with answer:
            failed = http.error(answer.status_code, answer.headers, "store")
        if failed and not isinstance(failed, Conflict):
            raise failed


class Nowhere:
    """A place that this installation is not set up for."""

    def __init__(self, why: str) -> None:
        self._why = why

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        """Raises Refused, always."""
        raise Refused(self._why)


WORDS = "The line below is the signed end of an audit trail. Keep this mail: `deskhand audit verify --anchor FILE` reads it."


def places(settings: Settings) -> Mapping[str, Place]:
    """Where this installation's digests go, by names that hold no secret."""
    return {_named(one): _place(settings, one) for one in settings.anchors}


def _place(settings: Settings, address: str) -> Place:
    scheme, _, rest = address.partition(":")
    if scheme == "mailto":
        if not settings.smtp_url:
            return Nowhere("mail: DESKHAND_SMTP_URL names no server")
        return Mailbox(Mail(settings.smtp_url, settings.mail_from), rest)
    if scheme == "file":
        return Folder(Path(unquote(urlsplit(address).path)))
    return Store(address, settings.anchor_authorization)


def _named(address: str) -> str:
    """The place without what may be a secret: a signed query, a login."""
    parts = urlsplit(address)
    return address if parts.scheme in ("mailto", "file") else f"{parts.scheme}://{parts.hostname}{parts.path}"


def brought(places_: Mapping[str, Place], waiting: Sequence[str], name: str, body: Mapping[str, Any]) -> dict[str, str]:
    """Bring a file to each of the places that wait for it: place -> nothing, or why it did not arrive."""
    found: dict[str, str] = {}
    for place in waiting:
        try:
            places_[place].put(name, body)
            found[place] = ""
        except ConnectorError as error:
            found[place] = f"{type(error).__name__}: {error}"
    return found


def _line(body: Mapping[str, Any]) -> str:
    return json.dumps(dict(body), separators=(",", ":"))
