import pytest
import yaml

from app.engine.plans import PlanError, plan
from app.engine.pricing import MICRO, Tier, Use

WRITTEN = """
name: Starter
currency: USD
base: 500
prices:
  automatic: {included: 1000, each: 0.50}
  assisted: {tiers: [{upto: 1000, each: 2.00}, {each: 1.50}]}
  conversation: {each: 0.05, kinds: {email: 0.10}}
addons: {Voice bot: 2000}
cap: 9000.5
"""


def test_amounts_are_exact():
    read = plan(yaml.safe_load(WRITTEN))
    assert (read.base, read.cap, read.addons["Voice bot"]) == (500 * MICRO, 9_000_500_000, 2_000 * MICRO)
    assert read.prices[Use.AUTOMATIC].tiers == (Tier(None, 500_000),)
    assert read.prices[Use.ASSISTED].tiers == (Tier(1000, 2 * MICRO), Tier(None, 1_500_000))
    assert read.prices[Use.CONVERSATION].kinds == {"email": 100_000}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("currency: USD", "currency: dollars", "currency"),
        ("each: 0.50", "each: cheap", "prices.automatic.each"),
        ("each: 0.50", "each: 0.0000001", "prices.automatic.each"),
        ("included: 1000", "included: -1", "prices.automatic.included"),
        ("{each: 1.50}", "{upto: 500, each: 1.50}", "prices.assisted.tiers"),
        ("{each: 1.50}", "{upto: 5000, each: 1.50}", "prices.assisted.tiers"),
        ("automatic:", "moon:", "prices.moon"),
        ("base: 500", "base: 500\nbonus: 1", "bonus"),
        ("{included: 1000, each: 0.50}", "{included: 1000}", "prices.automatic"),
    ],
)
def test_a_mistake_is_named_with_its_place(old, new, place):
    with pytest.raises(PlanError) as refused:
        plan(yaml.safe_load(WRITTEN.replace(old, new)))
    assert str(refused.value).startswith(place)


def test_what_is_no_plan_at_all():
    with pytest.raises(PlanError, match="plan:"):
        plan("free")
