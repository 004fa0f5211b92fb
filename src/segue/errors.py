"""Every error that Segue raises on purpose, in one tree.

    SegueError
    ├── InputError        (ValueError)    a value from outside that cannot be used; names it and what is accepted
    │   └── FormatError                   a file, or a record in it, that is not what it should be: names file and place
    ├── NotFoundError     (LookupError)   a name that nothing here carries: a listener, a song, a run
    ├── ConflictError     (RuntimeError)  a state that forbids the act: promoting a worse model, a newer store
    ├── AccessError       (PermissionError)  who asks may not do that; without a valid key, nobody knows who asks
    │   └── UnknownCallerError
    ├── LimitError        (RuntimeError)  more than is allowed at once: too many requests, too large a body
    ├── UnavailableError  (RuntimeError)  something needed that is not here: an extra, a hub while offline, a database
    └── TrainingError     (RuntimeError)  training that went wrong: a loss that is not a number
        └── StoppedError                  training that was stopped by Ctrl-C, and saved

The command line exits with `exit_code`; the server answers with `http_status`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class SegueError(Exception):
    """The root of all errors that Segue raises on purpose."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500


class InputError(SegueError, ValueError):
    """A value from outside cannot be used."""

    exit_code = 2
    http_status = 422


class FormatError(InputError):
    """A file, or one record of it, is not what it should be.

    `place` says where: "line 12", "record 3", "byte 0", "listens/2025/1.jsonl line 4".
    """

    http_status = 400

    def __init__(self, message: str, *, file: str = "", place: str = "") -> None:
        self.file, self.place = file, place
        where = ", ".join(part for part in (file, place) if part)
        super().__init__(f"{where}: {message}" if where else message)


class NotFoundError(SegueError, LookupError):
    """Nothing here carries that name."""

    exit_code = 2
    http_status = 404


class ConflictError(SegueError, RuntimeError):
    """The present state forbids the act."""

    exit_code = 1
    http_status = 409


class AccessError(SegueError, PermissionError):
    """Who asks may not do that."""

    http_status = 403


class UnknownCallerError(AccessError):
    """Who asks carries no key, or none that is valid."""

    http_status = 401


class LimitError(SegueError, RuntimeError):
    """More is asked than is allowed; `seconds` says when to come again, 0 where waiting does not help."""

    http_status = 429

    def __init__(self, message: str, *, seconds: int = 0, http_status: int = 429) -> None:
        self.seconds = seconds
        self.http_status = http_status  # type: ignore[misc]  # of one body that is too large: 413
        super().__init__(message)


class UnavailableError(SegueError, RuntimeError):
    """Something that is needed is not here; the message says what to do."""

    exit_code = 1
    http_status = 503


class TrainingError(SegueError, RuntimeError):
    """Training went wrong; the last good checkpoint is kept."""


class StoppedError(TrainingError):
    """Training was stopped from outside (Ctrl-C) and saved; the message says how to go on."""

    exit_code = 130


def did_you_mean(value: str, accepted: Iterable[str]) -> str:
    """Return ' (did you mean "x"?)' for the nearest accepted value, or ''."""
    near = difflib.get_close_matches(value, list(accepted), n=1)
    return f' (did you mean "{near[0]}"?)' if near else ""
