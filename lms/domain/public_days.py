"""Public holidays of a country, by its law."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from lms.domain.calendar import Closed

LANGUAGES = {"fr": "fr", "en": "en_US"}


def is_known(place: str) -> bool:
    """Whether the holidays of that country, or of that part of one, are known."""
    import holidays

    country, _dash, part = place.partition("-")
    parts = holidays.list_supported_countries(include_aliases=True).get(country)
    return parts is not None and (not part or part in parts)


@lru_cache(maxsize=64)
def public_days(
    place: str, first_on: date, last_on: date, language: str = "fr"
) -> tuple[Closed, ...]:
    """Return the public holidays between two days, in order; none without a place.

    :param place: country (ISO 3166), perhaps with a part of it: `FR`, `FR-57`.
    :param language: of their names, where the library has it; else that of the country.
    """
    if not place:
        return ()
    import holidays

    country, _dash, part = place.partition("-")
    years = range(first_on.year, last_on.year + 1)
    wanted = LANGUAGES.get(language)
    known = holidays.list_localized_countries(include_aliases=True).get(country, [])
    found = holidays.country_holidays(
        country,
        subdiv=part or None,
        years=years,
        language=wanted if wanted in known else None,
    )
    return tuple(
        Closed(first_on=day, last_on=day, label=name.replace("'", "’"), is_public=True)
        for day, name in sorted(found.items())
        if first_on <= day <= last_on
    )
