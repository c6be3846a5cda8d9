"""The systems behind the demo's helpdesks: a shop, payments, labels, issues, measurements, a bank. Filled, and ready to connect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from app.sandbox.backends.banking import BankingBackend
from app.sandbox.backends.datadog import DatadogBackend, Measured
from app.sandbox.backends.github import GitHubBackend
from app.sandbox.backends.jira import JiraBackend
from app.sandbox.backends.shippo import ShippoBackend
from app.sandbox.backends.shopify import Item, ShopifyBackend
from app.sandbox.backends.statuspage import StatuspageBackend
from app.sandbox.backends.stripe import StripeBackend
from app.sandbox.backends.twilio import SID, TwilioBackend
from app.sandbox.bank import BANK, SAVERS
from app.sandbox.company import Company
from app.sandbox.saas import SAAS
from app.sandbox.shop import BUYERS, SHOP
from app.sandbox.world import Played, World

HOME = {
    "firstName": "Jane",
    "lastName": "Doe",
    "address1": "12 Harbour Road",
    "city": "Portland",
    "zip": "97201",
    "provinceCode": "OR",
    "countryCodeV2": "US",
}
HOOK_SECRET = "played-webhook-secret"  # noqa: S105 - a played account's
LATENCY = "avg:trace.http.request.duration"


@dataclass(frozen=True)
class System:
    """A played backend, whose it is, and what its admin would type into ``deskhand connect``."""

    played: Played
    company: Company
    options: Mapping[str, str]
    hooked: str = field(default="", repr=False)
    """The secret that its webhooks are signed with, where it tells us what happens in it."""

    @property
    def arguments(self) -> Sequence[str]:
        """The options with their values, the address left out."""
        return [word for pair in self.options.items() for word in pair]


@dataclass(frozen=True)
class Systems:
    """All of them, each by what it is."""

    shop: ShopifyBackend
    payments: StripeBackend
    labels: ShippoBackend
    code: GitHubBackend
    issues: JiraBackend
    measured: DatadogBackend
    status: StatuspageBackend
    bank: BankingBackend
    texts: TwilioBackend

    @property
    def every(self) -> tuple[System, ...]:
        """Each with its options."""
        depot = {"--return-name": "Juniper & Pine", "--return-street": "Am Kai 1", "--return-city": "Hamburg"}
        depot |= {"--return-zip": "20457", "--return-country": "DE"}
        return (
            System(self.shop, SHOP, {"--access-token": self.shop.token}),
            System(self.payments, SHOP, {"--api-key": self.payments.key}),
            System(self.labels, SHOP, {"--api-token": self.labels.token, **depot}),
            System(self.code, SAAS, {"--repository": "acme/app", "--token": self.code.token}),
            System(
                self.issues,
                SAAS,
                {
                    "--email": self.issues.email,
                    "--token": self.issues.token,
                    "--project": "SUPPORT",
                    "--webhook-secret": HOOK_SECRET,
                },
                HOOK_SECRET,
            ),
            System(
                self.measured,
                SAAS,
                {
                    "--api-key": self.measured.api_key,
                    "--app-key": self.measured.app_key,
                    "--queries": f"latency = {LATENCY}{{*}}",
                    "--email-facet": "@usr.email",
                },
            ),
            System(self.status, SAAS, {}),
            System(self.bank, BANK, {"--token": self.bank.token}),
            System(
                self.texts,
                BANK,
                {"--account-sid": SID, "--auth-token": self.texts.token, "--sender": self.texts.sender},
            ),
        )


def systems(world: World) -> Systems:
    """Everything, filled, before anything is served."""
    made = Systems(
        ShopifyBackend(world),
        StripeBackend(world),
        ShippoBackend(world),
        GitHubBackend(world),
        JiraBackend(world),
        DatadogBackend(world),
        StatuspageBackend(world),
        BankingBackend(world),
        TwilioBackend(world),
    )
    _fill_shop(made, world)
    made.code.write(
        "Export of data ends with error 500",
        "Long ranges time out.\n\nWorkaround: Try a smaller date range\n\nETA: next week",
    )
    made.measured.metrics[LATENCY] = Measured(usual=0.2, unit="second")
    holder = made.bank.opens("ana.silva@example.com", "Ana Silva", phone="+14155550134", balance=245032)
    for merchant, amount in (("Grocery Store", 4567), ("Gas Station", 5200), ("Restaurant", 8950)):
        made.bank.spends(holder, merchant, amount)
    made.bank.spends(holder, "OnlineStore.com", 50000, place="Nevada", customer_place="San Francisco, CA")
    for n in range(SAVERS):
        made.bank.opens(f"saver{n}@example.com", f"Saver {n}", phone=f"+141555502{n:02}", balance=100000)
    return made


def _fill_shop(made: Systems, world: World) -> None:
    now, jane = world.clock.now(), "jane.doe@example.com"
    made.shop.spent[jane] = (1245000, 15, 2)
    made.shop.people[jane] = "Jane Doe"
    sent = {"shipped_at": now - timedelta(days=6), "carrier": "USPS", "tracking": "9400123456789", "address": HOME}
    made.shop.sell("12345", jane, Item("Lamp Alma", 29999), expected_at=now - timedelta(days=1), **sent)
    made.shop.sell("20417", jane, Item("Grey blanket", 11900), expected_at=now - timedelta(days=2), **sent)
    there = {**sent, "delivered_at": now - timedelta(days=4)}
    made.shop.sell("12346", jane, Item("Blue sweater", 8900), Item("Green pillow", 3900), **there)
    nora = {**HOME, "firstName": "Nora", "lastName": "Winter"}
    made.shop.sell("12347", "nora.winter@example.com", Item("Wool blanket", 12900), address=nora)
    made.shop.sell("20490", "ruth.abara@example.com", Item("Lamp Alma", 29999), **there)
    for n in range(BUYERS):
        buyer = f"buyer{n}@example.com"
        on_time = {**sent, "expected_at": now + timedelta(days=2)}
        made.shop.sell(str(30000 + n), buyer, Item("Wool blanket", 12900), **on_time)
