"""Calls what a file describes: inputs are checked before anything is sent, answers before anything is believed."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012
from requests.auth import AuthBase, HTTPBasicAuth

from connectors.base import Connection
from connectors.errors import BadPayload, Unsupported
from connectors.openapi.document import ROOT, Document, Endpoint, Parameter
from connectors.rest import Call, Header, Rest

Inputs = Mapping[str, Any]


class Api:
    """A described API of one connection."""

    def __init__(self, name: str, document: Document, connection: Connection, scheme: str = "") -> None:
        self._document = document
        resource = Resource.from_contents(document.contents, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, resource)
        self._query: dict[str, str] = {}
        self._rest = Rest(name, connection, connection.base_url, self._auth(connection.secrets, scheme))

    def call(self, endpoint: Endpoint, inputs: Inputs, headers: Mapping[str, str] | None = None) -> Any:
        """One request; the answer as plain JSON, or nothing. Raises Unsupported for inputs that the file does not allow."""
        known = {p.name for p in endpoint.parameters} | {*endpoint.required, *endpoint.optional}
        if strange := sorted(set(inputs) - known):
            raise Unsupported(f"{endpoint.name} has no input {strange[0]}")
        query, sent, path = dict(self._query), dict(headers or {}), endpoint.path
        for one in endpoint.parameters:
            value = self._value(endpoint, one, inputs)
            if value is None:
                continue
            if one.place == "path":
                path = path.replace(f"{{{one.name}}}", _segment(value, endpoint))
            elif one.place == "query":
                query[one.name] = value
            else:
                sent[one.name] = _line(value, endpoint)
        body = self._body(endpoint, inputs)
        form = body if endpoint.body_type.endswith("urlencoded") else None
        where = f"{endpoint.method} {endpoint.path}"
        call = Call(endpoint.method, path, where, query, None if form is not None else body, form, sent)
        answer = self._rest.send(call).checked()
        value = answer.value()
        schema = _for(answer.status, endpoint.answers)
        if schema and (wrong := self._wrong(schema, value)):
            at = ".".join(map(str, wrong.absolute_path)) or "body"
            raise BadPayload(f"{answer.where}: {at}", f"is not what the file describes ({wrong.validator})")
        return value

    def _value(self, endpoint: Endpoint, one: Parameter, inputs: Inputs) -> Any:
        value = inputs.get(one.name)
        if value is None:
            if one.required:
                raise Unsupported(f"{endpoint.name} cannot be done without {one.name}")
            return None
        if wrong := self._wrong(one.schema, value):
            raise Unsupported(f"{endpoint.name}: {one.name} is not what the file describes ({wrong.validator})")
        return str(value).lower() if isinstance(value, bool) else value

    def _body(self, endpoint: Endpoint, inputs: Inputs) -> Any:
        if not endpoint.body:
            return None
        given = {
            name: inputs[name] for name in (*endpoint.required, *endpoint.optional) if inputs.get(name) is not None
        }
        if endpoint.whole:
            value = given.get("body")
            if value is None and not endpoint.required:
                return None
        elif not given and not endpoint.required:
            return None
        else:
            value = given
        if wrong := self._wrong(endpoint.body, value):
            at = ".".join(map(str, wrong.absolute_path)) or "the body"
            raise Unsupported(f"{endpoint.name}: {at} is not what the file describes ({wrong.validator})")
        return value

    def _wrong(self, pointer: str, value: Any) -> ValidationError | None:
        """What of the value the schema at this pointer does not allow. Its message quotes the value: never tell it."""
        schema = {"$ref": f"{ROOT}#/{quote(pointer, safe='/~')}"}
        try:
            found: ValidationError | None = best_match(
                Draft202012Validator(schema, registry=self._registry).iter_errors(value)
            )
        except (Unresolvable, RecursionError):
            raise BadPayload("document", "has a reference that leads nowhere") from None
        return found

    def _auth(self, secrets: Mapping[str, str], name: str) -> AuthBase:
        """How the file wants to be told who we are. Raises BadPayload for a way that we do not have."""
        schemes = self._document.schemes
        wanted = (
            [name] if name else [*dict.fromkeys(s for r in self._document.contents.get("security") or () for s in r)]
        )
        given = schemes.get(wanted[0]) if wanted else next(iter(schemes.values()), None)
        if given is None:
            raise BadPayload(
                "document: components.securitySchemes", "has no way to say who we are, or not the named one"
            )
        kind, way, token = str(given.get("type")), str(given.get("scheme", "")).lower(), secrets.get("token", "")
        if kind == "http" and way == "basic":
            return HTTPBasicAuth(secrets.get("username", ""), secrets.get("password", ""))
        if kind in ("oauth2", "openIdConnect") or (kind == "http" and way == "bearer"):
            return Header("Authorization", f"Bearer {token}")
        if kind == "apiKey" and given.get("in") == "header":
            return Header(str(given["name"]), token)
        if kind == "apiKey" and given.get("in") == "query":
            self._query[str(given["name"])] = token
            return Header("Accept", "application/json")
        raise BadPayload(
            "document: components.securitySchemes", "has no bearer, basic, or apiKey of a header or the query"
        )


def _segment(value: Any, endpoint: Endpoint) -> str:
    """A value as one step of a path: it can neither leave its place nor begin another. Raises Unsupported."""
    text = str(value)
    if not text or text in (".", ".."):
        raise Unsupported(f"{endpoint.name}: a part of the address is empty")
    return quote(text, safe="")


def _line(value: Any, endpoint: Endpoint) -> str:
    text = str(value)
    if re.search(r"[\r\n\0]", text):
        raise Unsupported(f"{endpoint.name}: a header has more than one line")
    return text


def _for(status: int, answers: Mapping[str, str]) -> str:
    """The schema for this status: its own, its hundred's, the default, or that of another good answer."""
    named = (answers.get(name) for name in (str(status), f"{status // 100}XX", "default"))
    return next(filter(None, named), "") or next((one for name, one in answers.items() if name.startswith("2")), "")
