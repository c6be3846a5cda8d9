"""Tallyboard, a company with dashboards for other companies: its guide, its customers, what they ask."""

from app.sandbox.company import Article, Client, Company
from app.sandbox.inbox.place import Example

SAAS = Company(
    name="Tallyboard",
    account="tallyboard",
    file="saas.json",
    articles=(
        Article(
            "Authenticating API requests",
            "<p>Send your API key as a bearer token with every request:</p>"
            "<pre>curl -H 'Authorization: Bearer YOUR_KEY' https://api.tallyboard.example/v1/boards</pre>"
            "<p>You create keys in <strong>Settings, API, Keys</strong>. A key is shown once. "
            "Requests with a wrong or revoked key answer 401, those without the right scope 403.</p>",
        ),
        Article(
            "Exporting a board",
            "<p>Open the board, choose <strong>Share, Export</strong> and pick CSV or PDF. "
            "Exports of more than 90 days are made in the background; we mail a link when they are ready.</p>"
            "<p>If an export ends with error 500, choose a shorter range of dates: at most 30 days works at once.</p>",
        ),
        Article(
            "Setting up single sign-on",
            "<p>Single sign-on is part of the Enterprise plan. An owner opens <strong>Settings, Security, SSO</strong>, "
            "enters the metadata address of the identity provider, and tests with one user before switching it on for all.</p>",
        ),
        Article(
            "Inviting colleagues to a board",
            "<p>Choose <strong>Share</strong> in the upper corner, enter mail addresses and pick viewer or editor. "
            "Viewers are free; every editor uses one seat.</p>",
        ),
        Article(
            "Known trouble: exports on the old cluster",
            "<p>For agents: workspaces created before March are on the old cluster, where exports over 30 days fail with 500. "
            "Ask platform to move the workspace; it takes an hour.</p>",
            internal=True,
        ),
    ),
    clients=(Client("Priya Raman", "priya@northgrid.example", (), {"plan": "enterprise"}),),
    letters=(
        Example(
            "A question about the API",
            "Priya Raman",
            "401 from the API",
            "How do I authenticate API requests? I send the key as a parameter and always get 401.",
        ),
        Example(
            "An export that fails",
            "Oskar Berg",
            "Export broken",
            "Exporting the quarterly board is broken: error 500 as soon as I choose the whole quarter.",
        ),
        Example(
            "Everything is down",
            "Priya Raman",
            "URGENT: production down",
            "Our whole production is down since ten minutes: every board gives error 500 for all our users. We are losing "
            "customers every minute. This is an emergency, we need help right now!",
        ),
        Example(
            "A wish",
            "Nadia Haddad",
            "Dark mode for kiosks",
            "It would be nice to have a feature that switches the wall displays to dark mode at night.",
        ),
    ),
    teams=("engineering", "product", "api-support", "billing-team", "account-management"),
)
