"""What a team sees of an order: exact amounts as people read them."""

import pytest

from app.engine.actions.orders import money


@pytest.mark.parametrize(
    ("units", "currency", "shown"),
    [
        (12800, "USD", "128.00 USD"),
        (5, "EUR", "0.05 EUR"),
        (1500, "JPY", "1500 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (99999999999999999, "USD", "999999999999999.99 USD"),
        (0, "USD", "0.00 USD"),
        (None, "USD", "amount unknown"),
        (100, None, "amount unknown"),
    ],
)
def test_money_is_exact_and_has_its_currencys_decimals(units: object, currency: object, shown: str) -> None:
    assert money(units, currency) == shown
