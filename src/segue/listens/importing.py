"""Import an export into a store: all of it in one transaction, with an account of what became of each record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from segue.errors import FormatError, InputError, did_you_mean
from segue.listens.listen import Record, check_listener
from segue.listens.sources import SOURCES
from segue.listens.sources.export import Export
from segue.listens.sources.items import Broken, Dropped, Item, Source
from segue.listens.store import Store

NAMED = 20  # broken records whose places a report keeps
EVERY = 5000  # records between two calls of `progress`
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: `read` = `new` + `known` + all of `dropped` + `broken`.

    `dropped` counts by reason; `places` names the first broken records and what is wrong with them.
    """

    source: str
    read: int
    new: int
    known: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    broken: int = 0
    places: tuple[Broken, ...] = ()
    dry_run: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "dropped", MappingProxyType(dict(self.dropped)))
        counted = self.new + self.known + sum(self.dropped.values()) + self.broken
        if self.read != counted:
            raise InputError(f"an import that read {self.read} records accounts for {counted}")

    def as_dict(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {
            "source": self.source,
            "read": self.read,
            "new": self.new,
            "known": self.known,
            "dropped": dict(self.dropped),
            "broken": self.broken,
            "places": [{"place": broken.place, "message": broken.message} for broken in self.places],
            "dry_run": self.dry_run,
        }


def import_file(
    store: Store,
    path: str | Path,
    listener: str | None = None,
    *,
    dry_run: bool = False,
    source: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Read the export at `path` (a file, a folder or a zip) into the store; a `dry_run` counts and changes nothing.

    `listener` is whose it is, left out where the export names its listeners; `source` is a name out of SOURCES where
    the content alone does not tell. `progress` is called with the number of records read so far. FormatError for a
    file that is broken as a whole, or that no source knows; the store is then as before.
    """
    if listener is not None:
        check_listener(listener)
    with Export(Path(path)) as export:
        reader = find_source(export, source)
        account = Account(progress)
        added = store.add(account.records(reader.read(export, listener)), dry_run=dry_run)
    return ImportReport(
        source=reader.NAME,
        read=account.read,
        new=added.new,
        known=added.known,
        dropped=dict(account.dropped.most_common()),
        broken=account.broken,
        places=tuple(account.places),
        dry_run=dry_run,
    )


def find_source(export: Export, name: str | None = None) -> Source:
    """The source of that name, or the one that knows the export by its content."""
    names = [source.NAME for source in SOURCES]
    if name is not None and name not in names:
        raise InputError(f"source {name!r} is none of {', '.join(names)}{did_you_mean(name, names)}")
    found = [source for source in SOURCES if name in (None, source.NAME) and source.sniff(export)]
    if len(found) > 1:
        several = ", ".join(source.NAME for source in found)
        raise InputError(f"{export.path.name} holds several kinds of export: choose one with --source: {several}")
    if not found:
        kinds = ", ".join(names) if name is None else name
        raise FormatError(f"is no export that Segue knows by its content ({kinds})", file=export.path.name)
    return found[0]


class Account:
    """Passes the records on and keeps count of all that was read."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.read = self.broken = 0
        self.dropped: Counter[str] = Counter()
        self.places: list[Broken] = []

    def records(self, items: Iterator[Item]) -> Iterator[Record]:
        """The records among the items."""
        for item in items:
            self.read += 1
            if self.progress is not None and self.read % EVERY == 0:
                self.progress(self.read)
            if isinstance(item, Dropped):
                self.dropped[item.reason] += 1
            elif isinstance(item, Broken):
                self.broken += 1
                if len(self.places) < NAMED:
                    self.places.append(item)
            else:
                yield item
