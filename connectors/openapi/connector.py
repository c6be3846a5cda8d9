"""The backend made from a file. What an operation can do wrong is the admin's to say; unsaid, it is never done unasked."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from connectors.base import Connection, Setting
from connectors.errors import BadPayload, NotFound, Refused, Unsupported
from connectors.openapi.api import Api
from connectors.openapi.document import Document, read
from connectors.operations import Fields, FileSetting, Operation, Result, Risk

_PAIRS = r"\w+=[\w:]+(\s*,\s*\w+=[\w:]+)*"


class OpenApi:
    """One API, under the names of its own operations.

    After a doubt an effect is repeated only where the admin says that the API drops repeats by their key; else a person looks.
    """

    name: ClassVar[str] = "openapi"
    settings: ClassVar[tuple[Setting, ...]] = (
        FileSetting("document", "the API's OpenAPI 3 file: a path or an https address; it is kept with the connection"),
        Setting("token", "the bearer token or API key, where the file asks for one", secret=True, required=False),
        Setting("username", "the user, for basic authentication", secret=True, required=False),
        Setting("password", "the password, for basic authentication", secret=True, required=False),
        Setting("scheme", "the name of the file's security scheme to use, where it has several", required=False),
        Setting(
            "risks",
            "what operations can do wrong: listThings=read, addThing=reversible:removeThing; unnamed ones are irreversible",
            required=False,
            pattern=_PAIRS,
        ),
        Setting(
            "owners", "whose data it is: getThing=email names the output with the owner", required=False, pattern=_PAIRS
        ),
        Setting("amounts", "which input is money: payOut=amount", required=False, pattern=_PAIRS),
        Setting(
            "key_header",
            "the header by which the API drops repeats (Idempotency-Key)",
            required=False,
            pattern="[A-Za-z-]+",
        ),
        Setting(
            "probe", "the operation without inputs that shows whether we are known", required=False, pattern=r"\w+"
        ),
        Setting("private", "yes, if the API has a private address", required=False, pattern="yes|no"),
    )

    def __init__(self, connection: Connection) -> None:
        self._document = read(connection.settings.get("document", ""))
        self._settings = connection.settings
        where = connection.base_url or self._document.server
        self._api = Api(
            self.name, self._document, replace(connection, base_url=where), connection.settings.get("scheme", "")
        )
        self._operations = _operations(self._document, connection.settings)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of the file, by its operationId."""
        return self._operations

    def check(self) -> Mapping[str, str]:
        """Call the probe, where there is one. Raises a ConnectorError."""
        probe = self._settings.get("probe", "")
        if probe:
            if probe not in self._operations or self._operations[probe].risk is not Risk.READ:
                raise Refused("openapi: the probe is no operation that only reads")
            self._api.call(self._document.endpoints[probe], {})
        return {"account": self._document.title, "user_id": ""}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``Backend.run``. Raises Refused after a doubt where the API cannot be trusted to drop the repeat."""
        described = self._operations.get(operation)
        if described is None:
            raise Unsupported("openapi: no such operation")
        headers: dict[str, str] = {}
        if described.risk is not Risk.READ:
            headers = self._keyed(operation, key, since)
        endpoint = self._document.endpoints[operation]
        try:
            value = self._api.call(endpoint, inputs, headers)
        except NotFound:
            if since and endpoint.method == "DELETE":  # what an earlier attempt took away is gone
                return Result(dict.fromkeys(described.outputs), recovered=True)
            raise
        return Result(_named(value, described))

    def _keyed(self, operation: str, key: str, since: datetime | None) -> dict[str, str]:
        if not key:
            raise Unsupported(f"{operation} is not done without a key")
        header = self._settings.get("key_header", "")
        if since and not header:
            raise Refused(f"openapi: {operation} may have been done already; look there before it is done again")
        return {header: key} if header else {}


def _operations(document: Document, settings: Mapping[str, str]) -> dict[str, Operation]:
    risks, owners, amounts = (_pairs(settings.get(name, "")) for name in ("risks", "owners", "amounts"))
    for name in (*risks, *owners, *amounts):
        if name not in document.endpoints:
            raise BadPayload(f"risks, owners or amounts: {name}", "is no operationId of the file")
    made = {}
    for name, one in document.endpoints.items():
        risk, inverse = _risk(name, risks.get(name, ""), document)
        inputs = {p.name: p.required for p in one.parameters} | dict.fromkeys(one.optional, False)
        inputs |= dict.fromkeys(one.required, True)
        made[name] = Operation(
            one.title,
            risk,
            tuple(n for n, needed in inputs.items() if needed),
            tuple(n for n, needed in inputs.items() if not needed),
            one.outputs,
            inverse,
            _of(amounts.get(name, ""), tuple(inputs), f"amounts: {name}"),
            _of(owners.get(name, ""), one.outputs, f"owners: {name}"),
        )
    return made


def _risk(name: str, given: str, document: Document) -> tuple[Risk, str]:
    word, _, inverse = given.partition(":")
    if word == Risk.READ:
        if document.endpoints[name].method not in ("GET", "POST"):
            raise BadPayload(f"risks: {name}", f"{document.endpoints[name].method} does not only read")
        return Risk.READ, ""
    if word == Risk.REVERSIBLE:
        if inverse not in document.endpoints:
            raise BadPayload(f"risks: {name}", "reversible needs the operation that undoes it: name=reversible:other")
        return Risk.REVERSIBLE, inverse
    if word not in ("", Risk.IRREVERSIBLE):
        raise BadPayload(f"risks: {name}", "is read, reversible:operation or irreversible")
    return Risk.IRREVERSIBLE, ""


def _of(given: str, names: tuple[str, ...], where: str) -> str:
    if given and given not in names:
        raise BadPayload(where, "names nothing that the operation has")
    return given


def _pairs(text: str) -> dict[str, str]:
    found = (pair.partition("=") for pair in re.split(r"\s*,\s*", text.strip()) if pair)
    return {name.strip(): value.strip() for name, _, value in found}


def _named(value: Any, operation: Operation) -> Fields:
    """The answer by name: what the file names and the answer lacks is null, what it does not name is left out."""
    if isinstance(value, Mapping):
        return {name: value.get(name) for name in operation.outputs if name != "items" or "items" in value}
    return {"items": value} if operation.outputs else {}
