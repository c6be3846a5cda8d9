"""What an admin fills in for Slack, what we ask Slack's permission for, and one installation as plain values. No call is made here."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from connectors.base import Connection, Setting
from connectors.errors import Refused

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "users:read",
    "users:read.email",
)
"""The bot's scopes; the manifest lists the same."""

SETTINGS = (
    Setting("bot_token", "The bot token of the installed app (xoxb-...).", secret=True),
    Setting("signing_secret", "The app's signing secret, under Basic Information.", secret=True),
    Setting("team_id", "The workspace that the app is installed in (T...).", pattern=r"[A-Z][\w-]+"),
    Setting("enterprise_id", "The organisation of that workspace (E...).", required=False, pattern=r"([A-Z][\w-]+)?"),
    Setting(
        "sister_teams",
        "Other workspaces of the same organisation, separated by commas: their members are colleagues.",
        required=False,
        pattern=r"([A-Z][\w-]+(\s*,\s*[A-Z][\w-]+)*)?",
    ),
    Setting(
        "notes_channel",
        "The id of an internal channel (C...) that takes notes and drafts. Never one that is shared with customers.",
        required=False,
        pattern=r"([A-Z][\w-]+)?",
    ),
    Setting("refresh_token", "The refresh token, where the app rotates its tokens.", secret=True, required=False),
    Setting("client_id", "The app's client id, where the app rotates its tokens.", required=False),
    Setting("client_secret", "The app's client secret, where the app rotates its tokens.", secret=True, required=False),
    Setting("user_id", "The bot's own user (U...); filled in by the check.", required=False),
    Setting("bot_id", "The bot's own id (B...); filled in by the check.", required=False),
    Setting("app_id", "The app's own id (A...); filled in by the check where Slack tells it.", required=False),
    Setting("url", "The workspace's address; filled in by the check.", required=False),
)

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Install:
    """One installation: where Slack is, which teams are home, and who we are there as far as we know."""

    base: SplitResult
    token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    team: str
    home: frozenset[str]
    """Ids of the workspaces and of the organisation whose members are colleagues."""
    notes_channel: str
    user_id: str
    bot_id: str
    app_id: str
    url: str

    @property
    def loopback(self) -> bool:
        """Whether Slack is played on this machine."""
        return self.base.hostname in LOOPBACK

    @property
    def api(self) -> str:
        """The Web API's address, with the slash at its end. Refused unless it is https or loopback."""
        if self.base.scheme != "https" and not (self.base.scheme == "http" and self.loopback):
            raise Refused("base_url: only https, or http on loopback")
        path = self.base.path.rstrip("/").removesuffix("/api")
        return f"{self.base.scheme}://{self.base.netloc}{path}/api/"


def install(connection: Connection) -> Install:
    """The installation that a connection describes; what is not set is empty."""
    values, secrets = connection.settings, connection.secrets
    team = values.get("team_id", "")
    sisters = (one.strip() for one in values.get("sister_teams", "").split(","))
    return Install(
        base=urlsplit(connection.base_url or "https://slack.com"),
        token=secrets.get("bot_token", ""),
        signing_secret=secrets.get("signing_secret", ""),
        team=team,
        home=frozenset(one for one in (team, values.get("enterprise_id", ""), *sisters) if one),
        notes_channel=values.get("notes_channel", ""),
        user_id=values.get("user_id", ""),
        bot_id=values.get("bot_id", ""),
        app_id=values.get("app_id", ""),
        url=values.get("url", ""),
    )
