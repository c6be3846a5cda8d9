"""Money as backends write it, in whole smallest units and back: no float ever holds an amount."""

from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision

from connectors.errors import BadPayload


def minor(amount: str, currency: str) -> int:
    """``12.50`` as ``1250``. Raises BadPayload for what is no amount or finer than the currency has coins for."""
    try:
        units = Decimal(amount).scaleb(get_currency_precision(currency.upper()))
    except InvalidOperation:
        raise BadPayload("amount", "is not a decimal number") from None
    if not units.is_finite() or units != units.to_integral_value():
        raise BadPayload("amount", "is finer than its currency")
    return int(units)


def decimal(units: int, currency: str) -> str:
    """``1250`` as ``12.50``."""
    digits = get_currency_precision(currency.upper())
    return f"{Decimal(units).scaleb(-digits):.{digits}f}"
