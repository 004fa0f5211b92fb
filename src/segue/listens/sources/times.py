"""Read times as exports write them; a time without a zone is taken as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from segue.errors import InputError

MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: place for place, name in enumerate(MONTH_NAMES, 1)}
LASTFM = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2}))?")
EPOCH = re.compile(r"\d{1,16}(\.\d+)?")
MILLISECONDS, MICROSECONDS = 1e11, 1e14  # from here on a count since 1970 is not one of seconds (the year 5138)


def to_time(value: object) -> datetime:
    """A time from seconds, milliseconds or microseconds since 1970, ISO 8601, "13 Jun 2025, 00:55" or a datetime."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return from_epoch(value)
    if isinstance(value, str) and value.strip():
        return from_text(value.strip())
    raise InputError(f"{str(value)[:40]!r} is not a time")


def from_epoch(count: float) -> datetime:
    """The time so long after 1970: seconds, or milli- or microseconds where the number is too large for seconds."""
    seconds = count / 1_000_000 if count >= MICROSECONDS else count / 1000 if count >= MILLISECONDS else count
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise InputError(f"{count} is not a time since 1970") from error


def from_text(value: str) -> datetime:
    """The time in a text; InputError where it is none of the forms of `to_time`."""
    if EPOCH.fullmatch(value):
        return from_epoch(float(value))
    if match := LASTFM.fullmatch(value):
        day, month, year, hour, minute, second = match.groups(default="0")
        if month.lower() in MONTHS:
            return built(value, int(year), MONTHS[month.lower()], int(day), int(hour), int(minute), int(second))
    try:
        return to_time(datetime.fromisoformat(value.removesuffix(" UTC")))
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{value[:40]!r} is not a time (seconds since 1970, ISO 8601 or 13 Jun 2025, 00:55)"
        ) from error


def built(value: str, *parts: int) -> datetime:
    """A time from its numbers."""
    try:
        year, month, day, hour, minute, second = parts
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"{value[:40]!r} is not a time: {error}") from error
