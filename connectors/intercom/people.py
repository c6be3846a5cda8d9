"""What the workspace knows about a customer, and its articles, in our words. Pure; makes no call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.intercom.markup import to_text
from connectors.intercom.values import Json, identity, moment, rows, table
from connectors.types import Article, Person

Facts = dict[str, str | int | float | bool]


def requester(known: Person, contact: Json, companies: Sequence[Json]) -> Person:
    """The customer with what the contact's page says: attributes, and the first company's name, plan and spend."""
    facts = _scalars(contact.get("custom_attributes"))
    for company in companies[:1]:
        facts |= _company(company)
    if contact.get("role"):
        facts["role"] = str(contact["role"])
    if identity(contact.get("external_id")):
        facts["external_id"] = identity(contact.get("external_id"))
    return replace(
        known,
        name=str(contact.get("name") or known.name),
        email=str(contact.get("email") or known.email),
        phone=str(contact.get("phone") or ""),
        locale=str(contact.get("language_override") or contact.get("browser_language") or ""),
        facts=facts,
    )


def article(given: Json) -> Article | None:
    """A published article. One without an address cannot be quoted to a customer and counts as restricted."""
    if given.get("state") != "published":
        return None
    return _article(given, str(given.get("default_locale") or ""), restricted=not given.get("url"))


def internal(given: Json) -> Article | None:
    """An article for teammates only: restricted, whatever else it says."""
    return _article(given, str(given.get("locale") or ""), restricted=True)


def _article(given: Json, locale: str, *, restricted: bool) -> Article | None:
    name, at = identity(given.get("id")), moment(given.get("updated_at"))
    if not name or at is None:
        return None
    title, body = (str(given.get(field) or "") for field in ("title", "body"))
    return Article(name, to_text(title), to_text(body), str(given.get("url") or ""), locale, restricted, at)


def _company(company: Json) -> Facts:
    facts = _scalars(company.get("custom_attributes"))
    plan = company.get("plan")
    named: Mapping[str, Any] = {
        "organisation": company.get("name"),
        "plan": table(plan).get("name") if isinstance(plan, Mapping) else plan,
        "monthly_spend": company.get("monthly_spend"),
        "industry": company.get("industry"),
        "company_size": company.get("size"),
        "company_tags": ", ".join(str(tag.get("name")) for tag in rows(table(company.get("tags")).get("tags"))),
    }
    return facts | _scalars(named)


def _scalars(values: Any) -> Facts:
    return {
        str(name): value
        for name, value in table(values).items()
        if isinstance(value, str | int | float) and value != ""
    }
