"""Days off: those that an account lists, and a country's public holidays, year by year as they are asked for."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays


@dataclass(frozen=True)
class DaysOff:
    """The local dates on which nobody works. Without a country, only ``dates`` count."""

    country: str = ""
    """ISO 3166-1, as the holidays library knows it."""
    subdivision: str = ""
    dates: frozenset[date] = frozenset()

    def __contains__(self, day: object) -> bool:
        """Whether nobody works on that date."""
        if not isinstance(day, date):
            return False
        return day in self.dates or (bool(self.country) and day in _public(self.country, self.subdivision, day.year))


def countries() -> dict[str, list[str]]:
    """Every country that is known, with its subdivisions."""
    return holidays.list_supported_countries()


@lru_cache(maxsize=512)
def _public(country: str, subdivision: str, year: int) -> frozenset[date]:
    """One year's public holidays, those that are observed on another day included."""
    # A day of the neighbouring years may be observed in this one.
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=(year - 1, year, year + 1))
    return frozenset(day for day in found if day.year == year)
