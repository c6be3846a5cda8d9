"""Juniper & Pine, a shop for blankets, knitwear and lamps: what it knows, who buys there, what they write."""

from app.sandbox.company import Article, Client, Company
from app.sandbox.inbox.place import Example

BUYERS = 70
"""Customers with a parcel on its way each, whom the team answers while it learns to trust the drafts."""

SHOP = Company(
    name="Juniper & Pine",
    account="juniper-and-pine",
    file="shop.yaml",
    articles=(
        Article(
            "Where is my order?",
            "<p>Has your order not arrived yet? Every parcel has a tracking link. You find it in the mail with the subject "
            "<em>Your parcel is on its way</em>, and in your account under <strong>Orders</strong>.</p>"
            "<p>Delivery within the country takes 2 to 4 working days, to other countries in Europe 4 to 7.</p>"
            "<p>Has the tracking page said the same for three working days? Write to us with your order number; "
            "we start a search with the carrier and send a new parcel if it is not found within five days.</p>",
        ),
        Article(
            "Sending something back",
            "<p>You may return what you do not like within 30 days, unused and with its label on.</p>"
            "<ol><li>Open the order in your account and choose <strong>Return</strong>.</li>"
            "<li>Print the label, or show the code at the parcel shop.</li>"
            "<li>Drop the parcel off. The refund reaches your account within 7 working days after it arrives here.</li></ol>"
            "<p>Is something damaged or wrong? Send a photo: we pay for the way back and send a new one at once.</p>",
        ),
        Article(
            "Washing wool blankets and knitwear",
            "<p>Wash wool by hand in lukewarm water of at most 30 degrees, or in the wool programme without spinning.</p>"
            "<p>Use a wool detergent, no softener. Dry flat, away from radiators and the sun. Never in the tumble dryer.</p>",
        ),
        Article(
            "Which bulb fits my lamp?",
            "<p>All our table lamps take an E14 bulb of at most 25 watts, floor lamps an E27 bulb of at most 40 watts. "
            "LED bulbs fit as well; those marked <em>dimmable</em> work with the built-in dimmer.</p>",
        ),
        Article(
            "Goodwill vouchers for late parcels",
            "<p>For agents: after five working days of delay offer a voucher of 10 per cent, after ten days of 20 per cent. "
            "VIP customers get 20 per cent at once.</p>",
            internal=True,
        ),
    ),
    clients=(
        Client("Jane Doe", "jane.doe@example.com"),
        Client("Nora Winter", "nora.winter@example.com"),
        Client("Ruth Abara", "ruth.abara@example.com", ("vip",), {"loyalty_tier": "platinum"}),
        *(Client(f"Buyer {n}", f"buyer{n}@example.com") for n in range(BUYERS)),
    ),
    letters=(
        Example(
            "Where is my parcel?",
            "Jane Doe",
            "Where is my order 20417?",
            "Hello,\n\nI ordered the grey blanket nine days ago (order 20417) and it has not arrived. "
            "The tracking page has said the same thing since Monday. When will the parcel be here?\n\nJane",
        ),
        Example(
            "Washing a blanket",
            "Tom Lindqvist",
            "Can I wash it?",
            "Hi, how do I wash the wool blanket without ruining it? There is red wine on it. Tom",
        ),
        Example(
            "Something nobody wrote down",
            "Marek Nowak",
            "Gift for a colleague",
            "Do you engrave names into the brass lamps? It would be for a colleague who is leaving in May.",
        ),
        Example(
            "I want a person",
            "Lena Vogt",
            "Refund for order 20388",
            "The lamp arrived broken. I do not want another link to a help page, I want to talk to a human about my refund.",
        ),
    ),
    teams=("payments", "vip-support"),
)
