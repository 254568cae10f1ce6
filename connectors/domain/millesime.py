"""The accounting year of a document: the year in which the client's exercise closes."""

from __future__ import annotations

import calendar
from datetime import date


def closing_date(year: int, month: int, day: int) -> date:
    """The last day of the exercise that closes in `year`; a closing on 28 or 29 February is the month's last day."""
    last = calendar.monthrange(year, month)[1]
    end_of_february = month == 2 and day >= 28  # noqa: PLR2004 - the month of February and its last days
    return date(year, month, last if end_of_february else min(day, last))


def millesime_of(day: date, closing_month: int = 12, closing_day: int = 31) -> int:
    """The year in which the exercise that holds `day` closes: 2026 for 31/12/2026, and 2027 for 01/07/2026 when it closes on 30/06."""
    return day.year if day <= closing_date(day.year, closing_month, closing_day) else day.year + 1
