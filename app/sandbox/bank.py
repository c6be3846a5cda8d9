"""Harbour & Vale, a bank with an app: what it may say in a chat, who banks there, what they write."""

from app.sandbox.company import Article, Client, Company
from app.sandbox.inbox.place import Example

SAVERS = 64
"""Customers who ask for their balance while the team learns to trust the drafts."""

BANK = Company(
    name="Harbour & Vale",
    account="harbour-and-vale",
    file="bank.yaml",
    articles=(
        Article(
            "Using your card abroad",
            "<p>Your card works abroad wherever you see the sign of its network; you need not tell us before you travel.</p>"
            "<p>Paying in another currency costs nothing extra with us. Withdrawing cash at a machine abroad is free three "
            "times a month, then it costs 2 euros each. Always choose to be charged in the local currency.</p>",
        ),
        Article(
            "How long a transfer takes",
            "<p>Transfers within Europe arrive the same working day when they are sent before 16:00, otherwise on the next. "
            "Instant transfers arrive within ten seconds at any hour. Transfers to other continents take 2 to 4 working days.</p>"
            "<p>A payment shown as <em>pending</em> has been reserved and is booked within two working days.</p>",
        ),
        Article(
            "Changing the PIN of your card",
            "<p>In the app choose <strong>Cards, PIN, Change</strong>. The new PIN is active after the next purchase "
            "with the chip. We never ask for your PIN, neither in a chat nor on the phone.</p>",
        ),
        Article(
            "Fraud desk: first steps",
            "<p>For agents: block the card first, then open a case with the fraud team. Never confirm in the chat "
            "which transactions exist before the customer has been identified.</p>",
            internal=True,
        ),
    ),
    clients=(
        Client("Amira Haddad", "amira.haddad@example.com", (), {"segment": "private", "plan": "premium"}),
        Client("Ana Silva", "ana.silva@example.com", (), {"segment": "private"}),
        *(Client(f"Saver {n}", f"saver{n}@example.com", (), {"segment": "private"}) for n in range(SAVERS)),
    ),
    letters=(
        Example(
            "Travelling", "Amira Haddad", "", "Can I use my card abroad, and what does cash from an ATM cost in Japan?"
        ),
        Example(
            "A charge that is not mine",
            "Daniel Roth",
            "",
            "There is a suspicious charge of 500 euros that I did not make. I think this is fraud. Please stop it!",
        ),
        Example(
            "A slow transfer", "Ines Moreau", "", "My transfer from this morning is still pending, when will it arrive?"
        ),
    ),
)
