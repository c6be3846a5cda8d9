"""The wire: one HTTP session per connection that goes to its own address, never retries, never sleeps, and speaks our errors."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth

from connectors import http, watch
from connectors.base import Connection
from connectors.errors import AuthFailed, Closed, ConnectorError, Refused, Unavailable
from connectors.zendesk.settings import Address, address, marketplace

TIMEOUT = (3.05, 10.0)
"""Seconds to connect, seconds to wait for each piece of the answer."""
ROOT = "/api/v2/"

Renew = Callable[[], Mapping[str, str]]
"""Gives the secrets with a new ``oauth_token``; the caller has saved them (and the refresh token) before it returns."""


class Bearer(AuthBase):
    """An OAuth access token that can be replaced while the session lives."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Pinned(HTTPAdapter):
    """Sends every request to one address, by path alone, without retries.

    zenpy builds ``https://<subdomain>.zendesk.com/...`` and follows the page links of answers; its own way to another
    address is an environment variable for the whole process. The answer keeps the address that was asked for, because
    zenpy looks at it again.
    """

    def __init__(self, target: Address) -> None:
        super().__init__(max_retries=0)
        self._target = target

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a copy of the request that goes to our address."""
        wire = request.copy()
        wire.url = self.url(request.url or "")
        response = super().send(wire, *args, **kwargs)
        response.request = request
        return response

    def url(self, asked: str) -> str:
        """The same API path and query at our address. Raises Refused for what is no API path."""
        parts = urlsplit(asked)
        _, root, rest = parts.path.partition(ROOT)
        if not root:
            raise Refused("an answer pointed outside the API")
        return f"{self._target.base}{ROOT}{rest}" + (f"?{parts.query}" if parts.query else "")


class Session(requests.Session):
    """A session that raises our errors, so that zenpy never sees a failure (it would sleep on a 429 and resend)."""

    def __init__(self, connection: Connection, renew: Renew | None = None) -> None:
        super().__init__()
        target = address(connection.base_url)
        self._renew = renew
        self.auth = credentials(connection)
        self.trust_env = not target.loopback
        self.headers.update({"User-Agent": "Deskhand", "Accept": "application/json", **marketplace(connection)})
        self.mount("https://", Pinned(target))
        self.mount("http://", Pinned(target))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Answer with a 2xx or raise a ConnectorError; a 401 is tried once more with a renewed token."""
        where = f"{_text(method)} {urlsplit(_text(url)).path}"
        response = self._once(where, method, url, *args, **kwargs)
        if response.status_code == 401 and self._renew is not None and isinstance(self.auth, Bearer):
            self.auth.token = self._renew()["oauth_token"]
            response = self._once(where, method, url, *args, **kwargs)
        problem = failure(response, where)
        if problem is not None:
            raise problem
        return response

    def _once(self, where: str, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = TIMEOUT
        kwargs["allow_redirects"] = False
        try:
            with watch.call("zendesk", _text(method)) as call:
                answer = super().request(method, url, *args, **kwargs)
                call.answered(answer.status_code, answer.headers.get("Date"))
                return answer
        except requests.Timeout:
            raise Unavailable(f"{where}: no answer in time") from None
        except requests.RequestException as error:
            # The cause is left out: its text holds the whole address with the query.
            raise Unavailable(f"{where}: {type(error).__name__}") from None


def credentials(connection: Connection) -> AuthBase:
    """OAuth before API token. Raises AuthFailed when the connection has neither."""
    oauth, token = connection.secrets.get("oauth_token"), connection.secrets.get("token")
    email = connection.settings.get("email")
    if oauth:
        return Bearer(oauth)
    if token and email:
        return HTTPBasicAuth(f"{email}/token", token)
    raise AuthFailed("the connection has neither oauth_token nor email and token")


def failure(response: requests.Response, where: str) -> ConnectorError | None:
    """The error for this answer; Zendesk says in the body that a ticket is closed. None when all is well."""
    status = response.status_code
    if status == 422 and _closed(response):
        return Closed(f"{where} answered 422: the ticket is closed")
    if status == 422 and '"StartTimeTooRecent"' in response.text:
        return Unavailable(f"{where} answered 422: too recent")
    plain = where.endswith(".pem")
    if 200 <= status < 300 and status != 204 and response.content and not plain and not _is_json(response):
        return Unavailable(f"{where} answered {status} with something that is not JSON")
    return http.error(status, response.headers, f"{where}{_code(response)}")


def _closed(response: requests.Response) -> bool:
    """Seen with and without a colon, under ``details.status`` and under ``details.base``."""
    return re.search(r"closed\W+(status\W+)?prevents\W+ticket\W+update", response.text, re.IGNORECASE) is not None


def _is_json(response: requests.Response) -> bool:
    try:
        response.json()
    except ValueError:
        return False
    return True


def _code(response: requests.Response) -> str:
    """Zendesk's error word in brackets, when it is one word: a sentence might quote what a customer wrote."""
    if response.status_code < 400 or not _is_json(response):
        return ""
    body = response.json()
    word = body.get("error") if isinstance(body, dict) else None
    return f" ({word})" if isinstance(word, str) and re.fullmatch(r"[A-Za-z]{3,40}", word) else ""


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
