"""The three helpdesks behind one set of verbs: what customers and agents do there, and what stands there afterwards."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine import fields
from app.sandbox import scene
from app.sandbox.company import Client, Company
from app.sandbox.intercom.host import IntercomHost
from app.sandbox.scene import ours
from app.sandbox.slack.host import SlackHost
from app.sandbox.slack.state import HOME, NOTES
from app.sandbox.world import View, World
from app.sandbox.zendesk.host import ZendeskHost

AGENT = "Sam Okafor"
PRIORITY = "deskhand_priority"
"""Where ours stands in Intercom, whose API cannot set its own."""
TEAMS = ("fraud-team",)
"""Named by configurations, beside those that each company has."""
SECRET = "the-signing-secret-of-the-play"


@dataclass(frozen=True)
class Can:
    """What a host has that is looked at after a conversation. What it has not stands in the note alone."""

    fields: bool = True
    """Shows our fields, such as the category."""
    priorities: bool = True
    """Takes a priority, in its own or in a field of ours."""
    pages: bool = True
    """Holds pages that we read; elsewhere they come from files."""
    problems: frozenset[str] = frozenset()
    """What an admin is told of there in any case."""


class Desk(ABC):
    """One host with one company's customers."""

    can = Can()
    host: Any

    @abstractmethod
    def given(self) -> Mapping[str, str]:
        """What an admin types into ``deskhand connect``."""

    @abstractmethod
    def knows(self, client: Client) -> None:
        """A customer with what the host keeps of them."""

    @abstractmethod
    def opens(self, client: Client, text: str) -> str:
        """The customer's first words; gives the ticket's id."""

    def writes(self, client: Client, text: str, ticket: str) -> None:
        """The customer's next words."""
        self.host.customer_writes(client.name, text, ticket=ticket)

    def view(self, ticket: str) -> View:
        """The ticket as an agent sees it."""
        return next(one for one in self.host.views() if one.id == ticket)

    def said(self, ticket: str) -> Sequence[str]:
        """What we told the customer."""
        return ours(self.view(ticket), "public")

    def notes(self, ticket: str) -> Sequence[str]:
        """What we told the team."""
        return ours(self.view(ticket), "note")

    def category(self, ticket: str) -> str:
        """The category as the host shows it; empty where it has no fields."""
        return scene.field(self.view(ticket), "category")

    def priority(self, ticket: str) -> str:
        """The host's own word."""
        return self.view(ticket).priority

    @abstractmethod
    def files(self, ticket: str) -> int:
        """How many of our files hang on the ticket."""

    def hands_back(self, ticket: str) -> None:
        """An agent lets Deskhand go on."""
        self.host.press(AGENT, ticket, fields.RESUME_TAG, "")


class ZendeskDesk(Desk):
    """Mail in Zendesk."""

    def __init__(self, world: World, company: Company) -> None:
        self.host = ZendeskHost(world)
        for article in company.articles:
            self.host.state.add_article(article.title, article.html, user_segment_id=7 if article.internal else None)
        for team in (*company.teams, *TEAMS):
            self.host.state.add_group(team)

    def given(self) -> Mapping[str, str]:
        site = {"email": self.host.email, "token": self.host.token, "account_id": str(self.host.account_id)}
        return site | {"signing_secret": SECRET}

    def knows(self, client: Client) -> None:
        self.host.state.add_user(client.name, client.email, tags=list(client.tags), user_fields=dict(client.facts))

    def opens(self, client: Client, text: str) -> str:
        return str(self.host.customer_writes(client.name, text, subject=text[:40]))

    def files(self, ticket: str) -> int:
        return sum(len(one["attachments"]) for one in self.host.state.record(int(ticket)).comments)


class IntercomDesk(Desk):
    """Chat in Intercom's messenger."""

    can = Can(problems=frozenset({"change_skipped"}))

    def __init__(self, world: World, company: Company) -> None:
        self.host = IntercomHost(world)
        for article in company.articles:
            self.host.article(article.title, article.html, internal=article.internal)
        for name in (*fields.TITLES, PRIORITY):
            self.host.attribute(name)
        for team in (*company.teams, *TEAMS):
            self.host.workspace.add_team(team)

    def given(self) -> Mapping[str, str]:
        site = {"access_token": self.host.token, "app_id": self.host.app_id, "admin_id": self.host.admin_id}
        return site | {"client_secret": SECRET}

    def knows(self, client: Client) -> None:
        self.host.customer(client.email, client.name).attributes.update(client.facts)

    def opens(self, client: Client, text: str) -> str:
        return str(self.host.customer_writes(client.email, text))

    def priority(self, ticket: str) -> str:
        return dict(self.view(ticket).fields).get(PRIORITY, "")

    def writes(self, client: Client, text: str, ticket: str) -> None:
        self.host.customer_writes(client.email, text, ticket=ticket)

    def files(self, ticket: str) -> int:
        return sum(len(one.files) for one in self.host.workspace.conversations[ticket].parts)


class SlackDesk(Desk):
    """Direct messages to the bot: in a channel that is shared nobody is proven to be anybody."""

    can = Can(fields=False, priorities=False, pages=False)

    def __init__(self, world: World, company: Company) -> None:
        self.host = SlackHost(world)

    def given(self) -> Mapping[str, str]:
        token = next(iter(self.host.slack.tokens))
        return {"bot_token": token, "team_id": HOME, "notes_channel": NOTES, "signing_secret": SECRET}

    def knows(self, client: Client) -> None:
        self.host.slack.person(client.name, HOME).email = client.email

    def opens(self, client: Client, text: str) -> str:
        return str(self.host.direct(client.name, text))

    def writes(self, client: Client, text: str, ticket: str) -> None:
        self.host.says(self.host.slack.person(client.name, HOME), text, ticket)

    def files(self, ticket: str) -> int:
        return len(self.host.slack.files)

    def press(self, ticket: str, action: str) -> None:
        """A colleague presses the newest such button under a note about this thread."""
        notes = [m for m in self.view(ticket).messages if m["role"] == "bot"]
        found = [one for m in notes for one in m["buttons"] if one["action"] == action]
        assert found, f"no button {action}"
        self.host.press(AGENT, ticket, action, found[-1]["value"])

    def hands_back(self, ticket: str) -> None:
        self.press(ticket, "resume")


DESKS: Mapping[str, type[Desk]] = {"zendesk": ZendeskDesk, "intercom": IntercomDesk, "slack": SlackDesk}
