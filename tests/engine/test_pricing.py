import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.pricing import MICRO, Plan, Price, Tier, Usage, Use, invoice, money, total

TIERS = (Tier(1_000, 500_000), Tier(10_000, 300_000), Tier(100_000, 150_000), Tier(None, 100_000))
BY_TICKET = Plan("Per ticket", "USD", prices={Use.AUTOMATIC: Price(TIERS)})


def automatic(number, kind=""):
    return [Usage(Use.AUTOMATIC, f"t{n}", kind) for n in range(number)]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, 0), (1, 500_000), (1_000, 500 * MICRO), (1_001, 500 * MICRO + 300_000), (12_000, (500 + 2_700 + 300) * MICRO)],
)
def test_tiers_price_each_part_by_itself(number, expected):
    assert total(invoice(BY_TICKET, automatic(number))) == expected


@given(st.integers(0, 3_000), st.lists(st.integers(1, 900), max_size=4, unique=True), st.integers(0, 200))
def test_any_tiers_add_up_as_if_counted_one_by_one(number, ends, included):
    tiers = (*(Tier(end, 1_000 - n) for n, end in enumerate(sorted(ends))), Tier(None, 7))
    plan = Plan("p", "EUR", base=5, prices={Use.AUTOMATIC: Price(tiers, included)})
    owed = 5
    for n in range(max(0, number - included)):
        owed += next(tier.micros for tier in tiers if tier.upto is None or n < tier.upto)
    lines = invoice(plan, automatic(number))
    assert total(lines) == owed
    assert sorted(ref for line in lines for ref in line.refs) == sorted(f"t{n}" for n in range(number))


def test_what_is_used_twice_is_billed_once_and_other_uses_not_at_all():
    usage = automatic(3) + automatic(3) + [Usage(Use.ASSISTED, "t9")]
    assert total(invoice(BY_TICKET, usage)) == 3 * 500_000


def test_conversations_are_priced_by_channel():
    plan = Plan(
        "c", "USD", prices={Use.CONVERSATION: Price((Tier(None, 50_000),), kinds={"email": 100_000, "voice": MICRO})}
    )
    usage = [
        Usage(Use.CONVERSATION, "1", "email"),
        Usage(Use.CONVERSATION, "2", "voice"),
        Usage(Use.CONVERSATION, "3", "chat"),
    ]
    assert [(line.text, line.total) for line in invoice(plan, usage)] == [
        ("conversation, email", 100_000),
        ("conversation, voice", MICRO),
        ("conversation, from number 1", 50_000),
    ]


def test_a_platform_includes_some_and_charges_for_more():
    plan = Plan(
        "Starter",
        "USD",
        base=500 * MICRO,
        prices={
            Use.AUTOMATIC: Price((Tier(None, 500_000),), included=1_000),
            Use.ASSISTED: Price((Tier(None, 2 * MICRO),), included=500),
        },
    )
    usage = automatic(1_002) + [Usage(Use.ASSISTED, f"a{n}") for n in range(501)]
    lines = invoice(plan, usage)
    assert total(lines) == 503 * MICRO
    assert [line.count for line in lines] == [1, 1_000, 2, 500, 1]


def test_seats_are_people_and_addons_are_chosen():
    plan = Plan(
        "Seats", "USD", prices={Use.SEAT: Price((Tier(None, 49 * MICRO),))}, addons={"Voice bot": 2_000 * MICRO}
    )
    seats = [Usage(Use.SEAT, "ada"), Usage(Use.SEAT, "bo"), Usage(Use.SEAT, "ada")]
    assert total(invoice(plan, seats, ["Voice bot"])) == (98 + 2_000) * MICRO
    with pytest.raises(KeyError):
        invoice(plan, seats, ["Moon"])


def test_a_limit_is_a_limit_and_is_seen_on_the_invoice():
    plan = Plan("p", "USD", prices={Use.AUTOMATIC: Price((Tier(None, MICRO),))}, cap=10 * MICRO)
    lines = invoice(plan, automatic(25))
    assert total(lines) == 10 * MICRO
    assert lines[-1].total == -15 * MICRO


def test_money_is_read_by_people():
    assert money(1_234_567_890, "USD") == "1,234.57 USD"
    assert money(-15 * MICRO, "EUR") == "-15.00 EUR"
    assert money(5_000, "USD") == "0.01 USD"
