"""Twilio as a backend: one text message. The API drops no repeats, so after a doubt what was sent to that number is read first."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import ClassVar

from connectors import rest
from connectors.base import Connection, Setting
from connectors.errors import BadPayload, Refused
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.rest import Call, Order, Rest, Shape

API = "https://api.twilio.com"
LEEWAY = timedelta(minutes=2)
"""By how much the vendor's clock may differ from ours."""
LONGEST = 1600
"""Characters that Twilio takes for one message."""


class _Message(Shape):
    sid: str
    status: str
    body: str | None = None
    to: str | None = None
    date_created: str | None = None


class _Messages(Shape):
    messages: list[_Message]


class _Account(Shape):
    friendly_name: str
    sid: str


class _Trouble(Shape):
    code: int | None = None


class Twilio:
    """One Twilio account and the number, or the messaging service, that it sends from."""

    name: ClassVar[str] = "twilio"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("account_sid", "the account's id (AC...)", pattern="AC[0-9a-f]{32}"),
        Setting("auth_token", "the account's auth token", secret=True),
        Setting(
            "sender",
            "the number (+1...) or messaging service (MG...) to send from",
            pattern=r"\+\d{6,15}|MG[0-9a-f]{32}",
        ),
    )

    def __init__(self, connection: Connection) -> None:
        sid = connection.settings["account_sid"]
        login = (sid, connection.secrets["auth_token"])
        self._rest, self._sender = (
            Rest("twilio", connection, connection.base_url or API, login),
            connection.settings["sender"],
        )
        self._path = f"/2010-04-01/Accounts/{sid}"
        self._ways: Mapping[str, Callable[[Order], Result]] = {"send_text": self._send_text}

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do."""
        return {name: OPERATIONS[name] for name in self._ways}

    def check(self) -> Mapping[str, str]:
        """Whose account it is. Raises a ConnectorError."""
        account = self._rest.get(f"{self._path}.json", "Accounts/{sid}").read(_Account)
        return {"account": account.friendly_name, "user_id": account.sid}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``Backend.run``. The same words to the same number since then are taken for the earlier attempt."""
        return rest.run(self._ways, self.operations, operation, Order(inputs, key, since))

    def _send_text(self, order: Order) -> Result:
        to, text = re.sub(r"[\s().-]", "", order.text("to")), order.text("text")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to, re.ASCII):
            raise Refused("twilio: not a telephone number with its country code")
        if len(text) > LONGEST:
            raise Refused("twilio: the text is too long for a message")
        if order.since and (earlier := self._earlier(to, text, order.since)):
            return Result({"message": earlier.sid}, recovered=True)
        by = "MessagingServiceSid" if self._sender.startswith("MG") else "From"
        form = {"To": to, by: self._sender, "Body": text}
        answer = self._rest.send(Call("POST", f"{self._path}/Messages.json", "POST Messages", form=form))
        made = _checked(answer).read(_Message)
        if made.status in ("failed", "undelivered"):
            raise Refused("twilio: the message was not sent")
        return Result({"message": made.sid})

    def _earlier(self, to: str, text: str, since: datetime) -> _Message | None:
        # Asked for by whole days: the finer filter is the API's newest, and the list of one number is short.
        day = (since - LEEWAY).astimezone(UTC).date().isoformat()
        query = {"To": to, "DateSent>": day, "PageSize": "100"}
        found = self._rest.get(f"{self._path}/Messages.json", "GET Messages", **query).read(_Messages).messages
        return next((one for one in found if one.to == to and one.body == text and _after(one, since - LEEWAY)), None)


def _after(one: _Message, at: datetime) -> bool:
    if one.date_created is None:
        return True
    try:
        return parsedate_to_datetime(one.date_created) >= at
    except ValueError:
        raise BadPayload("messages.date_created", "is not a date") from None


def _checked(answer: rest.Answer) -> rest.Answer:
    """Raises what the status means; a refusal is named by Twilio's own number."""
    error = answer.error()
    if isinstance(error, Refused) and type(error) is Refused:
        try:
            raise Refused(f"{error}: {answer.read(_Trouble).code}")
        except BadPayload:
            raise error from None
    return answer.checked()
