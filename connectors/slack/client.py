"""The line to Slack: one call is one request, and every way in which it can fail becomes one of our errors, here and only here."""

import logging
import re
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from connectors import http, watch
from connectors.errors import AuthFailed, Closed, ConnectorError, Forbidden, NotFound, RateLimited, Refused, Unavailable
from connectors.slack.settings import Install

TIMEOUT = 10
"""Seconds for one call."""
LONGEST = 20 << 20

ERRORS: Mapping[str, type[ConnectorError]] = {
    **dict.fromkeys(
        (
            "account_inactive",
            "enterprise_is_restricted",
            "invalid_auth",
            "missing_scope",
            "no_permission",
            "not_allowed_token_type",
            "not_authed",
            "org_login_required",
            "team_access_not_granted",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        ),
        AuthFailed,
    ),
    **dict.fromkeys(("access_denied", "ekm_access_denied"), Forbidden),
    **dict.fromkeys(("channel_not_found", "message_not_found", "thread_not_found", "user_not_found"), NotFound),
    "is_archived": Closed,
    **dict.fromkeys(
        (
            "fatal_error",
            "internal_error",
            "request_timeout",
            "service_unavailable",
            "team_added_to_org",
        ),
        Unavailable,
    ),
}
"""Slack's error word -> ours. What is not listed is Refused: it would be refused again."""

ENDED = "token_expired"
TOO_MANY = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})

BROKEN = (
    OSError,  # refused, reset, timed out, unresolved: urllib's URLError is one
    HTTPException,
    SlackClientError,
    ValueError,  # bytes that are no text, or text that is no JSON
    LookupError,  # an answer in an unknown charset
    AttributeError,  # slack_sdk 3.47 reads "ok" off whatever JSON came, also off a list
)
"""What the library lets through when no proper answer came."""

QUIET = logging.getLogger("connectors.slack.sdk")
QUIET.setLevel(logging.CRITICAL + 1)  # its DEBUG lines hold whole messages, its ERROR lines whole answers


class Stays(HTTPRedirectHandler):
    """Follows nothing: urllib would carry the token along to any host."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Leave the redirect as the error that it is here."""
        return None


class Web(WebClient):
    """The library's client over an opener of ours: no redirects, and on loopback no proxy of the machine."""

    def __init__(self, site: Install, timeout: int) -> None:
        super().__init__(token=site.token, base_url=site.api, timeout=timeout, retry_handlers=[], logger=QUIET)
        proxies = [ProxyHandler({})] if site.loopback else []
        self._opener = build_opener(Stays(), HTTPSHandler(context=self.ssl), *proxies)

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        with watch.call("slack", "POST") as call, self._answer(req, call) as answer:
            charset = answer.headers.get_content_charset() or "utf-8"
            body = answer.read(LONGEST).decode(charset)
            return {"status": answer.status, "headers": answer.headers, "body": body}

    def _answer(self, req: Request, call: watch.Call) -> Any:
        try:
            answer = self._opener.open(req, timeout=self.timeout)
        except HTTPError as error:
            call.answered(error.code, error.headers.get("Date"))
            raise
        call.answered(answer.status, answer.headers.get("Date"))
        return answer


class Client:
    """Slack's methods for one installation. Nothing is retried; nothing that was said appears in an error."""

    def __init__(
        self, site: Install, timeout: int = TIMEOUT, renew: Callable[[], Mapping[str, str]] | None = None
    ) -> None:
        self._site = site
        self._timeout = timeout
        self._renew = renew
        self._web: Web | None = None

    @property
    def web(self) -> Web:
        """The library's client, made at first use."""
        if self._web is None:
            self._web = Web(self._site, self._timeout)
        return self._web

    def _asked(self, method: Callable[..., SlackResponse], arguments: Mapping[str, Any]) -> SlackResponse:
        """Ask; once more with a renewed token where Slack says that ours has ended: then nothing was done."""
        try:
            return method(**arguments)
        except SlackApiError as error:
            if self._renew is None or _word(error) != ENDED:
                raise
        self.web.token = self._renew()["bot_token"]
        return method(**arguments)

    def ask(self, method: Callable[..., SlackResponse], **arguments: Any) -> Mapping[str, Any]:
        """Call ``client.web.<method>`` once and give Slack's answer back. Raises a ConnectorError."""
        try:
            answer = self._asked(method, arguments)
        except SlackApiError as error:
            raise refusal(method.__name__, error) from error
        except BROKEN as error:
            raise Unavailable(f"{method.__name__}: no answer ({type(error).__name__})") from error
        data = answer.data
        return data if isinstance(data, dict) else {}

    def bring(self, url: str, content: bytes, content_type: str) -> None:
        """Put a file's bytes where Slack wants them. Raises a ConnectorError."""
        with requests.Session() as line:
            line.trust_env = not self._site.loopback
            headers = {"Content-Type": content_type}
            try:
                with watch.call("slack", "POST") as call:
                    answer = line.post(url, data=content, headers=headers, timeout=self._timeout, allow_redirects=False)
                    call.answered(answer.status_code, answer.headers.get("Date"))
            except requests.RequestException as error:
                raise Unavailable(f"files: no answer ({type(error).__name__})") from error
        if failed := http.error(answer.status_code, answer.headers, "files"):
            raise failed

    def tell(self, url: str, text: str) -> None:
        """Post to the address that came with a click; only its presser sees it. Raises a ConnectorError."""
        with requests.Session() as line:
            line.trust_env = not self._site.loopback
            body = {"response_type": "ephemeral", "replace_original": False, "text": text}
            try:
                with watch.call("slack", "POST") as call:
                    answer = line.post(url, json=body, timeout=self._timeout, allow_redirects=False)
                    call.answered(answer.status_code, answer.headers.get("Date"))
            except requests.RequestException as error:
                raise Unavailable(f"response_url: no answer ({type(error).__name__})") from error
        if answer.status_code in (404, 410):
            raise Refused("response_url: expired or used up")
        if failed := http.error(answer.status_code, answer.headers, "response_url"):
            raise failed


def _word(error: SlackApiError) -> str:
    """Slack's word for it, or nothing where the answer cannot be read."""
    data = error.response.data
    return str(data.get("error")) if isinstance(data, dict) else ""


def refusal(what: str, error: SlackApiError) -> ConnectorError:
    """Our error for a call that Slack answered, but not with ``ok``."""
    answer = error.response
    if failed := http.error(answer.status_code, answer.headers, what):
        return failed
    data = answer.data if isinstance(answer.data, dict) else {}
    word = data.get("error")
    # The library puts a piece of an unreadable body where the word should be.
    if not isinstance(word, str) or not re.fullmatch(r"[a-zA-Z0-9_.]{1,80}", word):
        return Unavailable(f"{what}: an answer that cannot be read")
    if word in TOO_MANY:
        return RateLimited(f"{what}: {word}", http.retry_after(answer.headers))
    needed = data.get("needed")
    lacking = f" ({needed})" if isinstance(needed, str) and re.fullmatch(r"[\w:.,]{1,200}", needed) else ""
    return ERRORS.get(word, Refused)(f"{what}: {word}{lacking}")
