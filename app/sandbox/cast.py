"""Who is played in the demo: four helpdesks of three companies, filled with their pages and customers."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.engine import fields
from app.sandbox.bank import BANK
from app.sandbox.company import Company
from app.sandbox.inbox.place import Place
from app.sandbox.intercom.host import IntercomHost
from app.sandbox.saas import SAAS
from app.sandbox.shop import SHOP
from app.sandbox.slack.host import SlackHost
from app.sandbox.slack.state import HOME, NOTES
from app.sandbox.world import Host, World
from app.sandbox.zendesk.host import ZendeskHost

COMPANIES = (SHOP, SAAS, BANK)


@dataclass(frozen=True)
class Desk:
    """One helpdesk, the company that has it, and what its admin would type into ``deskhand connect``."""

    host: Host
    company: Company
    options: Mapping[str, str]
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    secret_option: str = "--signing-secret"  # noqa: S105 - an option's name

    @property
    def arguments(self) -> Sequence[str]:
        """The options with their values, the address left out."""
        return [word for pair in {**self.options, self.secret_option: self.secret}.items() for word in pair]


def desks(world: World) -> tuple[Desk, ...]:
    """Everybody, before anything is served."""
    return (
        _zendesk(ZendeskHost(world, "zendesk"), SHOP),
        _intercom(IntercomHost(world, "intercom"), BANK),
        _slack(SlackHost(world, "slack")),
        _zendesk(ZendeskHost(world, "zendesk-tallyboard", account_id=22129901), SAAS),
    )


def places(played: Sequence[Desk]) -> Mapping[str, Place]:
    """What the inbox page calls them."""
    return {desk.host.name: Place(desk.company.name, desk.company.letters) for desk in played}


def _zendesk(host: ZendeskHost, company: Company) -> Desk:
    for article in company.articles:
        host.state.add_article(article.title, article.html, user_segment_id=7 if article.internal else None)
    for client in company.clients:
        host.state.add_user(client.name, client.email, tags=list(client.tags), user_fields=dict(client.facts))
    for team in company.teams:
        host.state.add_group(team)
    return Desk(host, company, {"--email": host.email, "--token": host.token, "--account-id": str(host.account_id)})


def _intercom(host: IntercomHost, company: Company) -> Desk:
    for article in company.articles:
        host.article(article.title, article.html, internal=article.internal)
    for client in company.clients:
        host.customer(client.email, client.name).attributes.update(client.facts)
    for name in fields.TITLES:
        host.attribute(name)  # Intercom lets only people make attributes of conversations
    options = {"--access-token": host.token, "--app-id": host.app_id, "--admin-id": host.admin_id}
    return Desk(host, company, options, secret_option="--client-secret")  # noqa: S106 - an option's name


def _slack(host: SlackHost) -> Desk:
    token = next(iter(host.slack.tokens))
    return Desk(host, SAAS, {"--bot-token": token, "--team-id": HOME, "--notes-channel": NOTES})
