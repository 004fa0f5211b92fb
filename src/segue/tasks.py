"""The one list of tasks: what Segue can be tuned for."""

from __future__ import annotations

from dataclasses import dataclass

from segue.errors import NotFoundError, did_you_mean


@dataclass(frozen=True, slots=True)
class Entry:
    """A task by its name, the capability it belongs to, what it learns, what it is chosen by, and the command."""

    name: str
    capability: str
    learns: str
    chosen_by: str
    command: str


# a new task is one line here
TASKS: tuple[Entry, ...] = (
    Entry(
        "recommend",
        "recommend",
        "from a listener's history and a song's text, whether the listener takes to the song",
        "auc",
        "segue tune recommend",
    ),
    Entry(
        "score",
        "compose",
        "from the bars of one's own tunes, which token of the score language comes next",
        "-bits_per_note",
        "segue tune score",
    ),
    Entry(
        "harmony",
        "compose",
        "from the melodies of one's own tunes, which chord lies under each beat",
        "-nats",
        "segue tune harmony",
    ),
)


def task_named(name: str) -> Entry:
    """The task of that name; NotFoundError with the nearest."""
    for entry in TASKS:
        if entry.name == name:
            return entry
    names = [entry.name for entry in TASKS]
    raise NotFoundError(f"no task {name!r}; there are {', '.join(names)}{did_you_mean(name, names)}")
