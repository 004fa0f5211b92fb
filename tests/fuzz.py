"""Feed damaged files to every reader: `python -m tests.fuzz midi --inputs 200000 --seed 0`; "all" takes each in turn.

A reader may return a piece or raise FormatError, within a second of processor time and 200 MB of memory. Inputs are
mutations of the format's example and of real files (found below the data folder by their suffix, small ones first);
each has a number, and `--only NUMBER` makes it again. What went wrong is kept in `--keep`, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.result import data_dir
from rich.console import Console
from rich.progress import track

from segue.errors import FormatError, UnavailableError
from segue.formats import ALL

SECONDS, MEGABYTES = 1.0, 200
MOST_SEEDS, LARGEST = 40, 30_000  # real files, and bytes of one
_TELLING = (0, 1, 0x7F, 0x80, 0xFF, 10, 13, 32, 34, 38, 40, 41, 47, 58, 60, 62, 91, 93, 123, 124, 125)
_WORDS = (
    b"<!ENTITY x 'y'>",
    b"&x;",
    b"\xff\x2f\x00",
    b"\xff\xff\xff\x7f",
    b"|:",
    b":|",
    b"(3",
    b"]]>",
    b"\xc3\x28",
    b"99999999999",
)


@dataclass(frozen=True)
class Failure:
    """What an input did that it must not."""

    number: int
    reason: str
    data: bytes


class TooSlow(BaseException):
    """Raised by the alarm; no reader may catch it."""


def seeds_of(each: Any) -> list[bytes]:
    """The example of a format, and some real files with its suffixes."""
    seeds = [each.EXAMPLE]
    try:
        folder = data_dir()
    except UnavailableError:
        return seeds
    suffixes = tuple(each.SUFFIXES)
    sizes = [(path.stat().st_size, path) for path in folder.rglob("*") if path.name.lower().endswith(suffixes)]
    fitting = sorted((size, path) for size, path in sizes if 0 < size <= LARGEST)
    step = max(1, len(fitting) // MOST_SEEDS)
    return seeds + [path.read_bytes() for _, path in fitting[::step][:MOST_SEEDS]]


def mutated(draw: random.Random, seeds: list[bytes]) -> bytes:
    """One damaged file: a few of the ways in which files break, one after the other."""
    data = bytearray(draw.choice(seeds))
    if data[:2] == b"PK" and draw.random() < 0.7:
        return _repacked(draw, bytes(data))
    for _ in range(draw.choice((1, 1, 2, 3, 6, 20))):
        draw.choice(_WAYS)(draw, data, seeds)
    return bytes(data[:5_000_000])


def _repacked(draw: random.Random, data: bytes) -> bytes:
    """A zip whose members are damaged and packed again, so that more than the zip is tried."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError):
        return data
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            inner = bytearray(content)
            for _ in range(draw.choice((0, 1, 2, 5))):
                draw.choice(_WAYS)(draw, inner, [content])
            archive.writestr(name, bytes(inner))
    return out.getvalue()


def _place(draw: random.Random, data: bytearray) -> int:
    return draw.randrange(len(data) + 1)


def _flip(draw: random.Random, data: bytearray, _: list[bytes]) -> None:
    if data:
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _set(draw: random.Random, data: bytearray, _: list[bytes]) -> None:
    if data:
        data[draw.randrange(len(data))] = draw.choice(_TELLING)


def _cut(draw: random.Random, data: bytearray, _: list[bytes]) -> None:
    del data[_place(draw, data) :]


def _drop(draw: random.Random, data: bytearray, _: list[bytes]) -> None:
    at = _place(draw, data)
    del data[at : at + draw.choice((1, 2, 4, 16, 200))]


def _repeat(draw: random.Random, data: bytearray, _: list[bytes]) -> None:
    at = _place(draw, data)
    data[at:at] = data[at : at + draw.choice((1, 4, 30, 300))] * draw.choice((1, 2, 10, 100))


def _insert(draw: random.Random, data: bytearray, _: list[bytes]) -> None:
    at = _place(draw, data)
    data[at:at] = draw.choice(_WORDS) if draw.random() < 0.5 else draw.randbytes(draw.choice((1, 2, 8)))


def _number(draw: random.Random, data: bytearray, _: list[bytes]) -> None:
    """Put a very large or very small number over some bytes, or over digits."""
    at = _place(draw, data)
    size = draw.choice((1, 2, 4))
    data[at : at + size] = draw.choice((0, 1, 256**size - 1, 256**size // 2)).to_bytes(size, "big")


def _splice(draw: random.Random, data: bytearray, seeds: list[bytes]) -> None:
    other = draw.choice(seeds)
    at, start = _place(draw, data), draw.randrange(len(other) + 1)
    data[at:at] = other[start : start + draw.choice((4, 40, 400))]


_WAYS: tuple[Callable[[random.Random, bytearray, list[bytes]], None], ...] = (
    *(_flip, _set, _set, _cut, _drop, _repeat),
    *(_insert, _insert, _number, _splice),
)


def inputs(name: str, seeds: list[bytes], numbers: Iterable[int], seed: int) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each input; an input depends on its number, the seed and the files alone."""
    for number in numbers:
        yield number, mutated(random.Random(f"{name} {seed} {number}"), seeds)


def _alarm(_signum: int, _frame: FrameType | None) -> None:
    raise TooSlow


def check(each: Any, data: bytes, seconds: float = SECONDS) -> str:
    """Read one input; return what it did wrong, or nothing."""
    read = getattr(each, "read_all", each.read)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.signal(signal.SIGVTALRM, _alarm)
    signal.setitimer(signal.ITIMER_VIRTUAL, 3 * seconds)
    began = time.process_time()
    try:
        read(data, file="fuzz")
    except FormatError:
        pass
    except TooSlow:
        return f"over {3 * seconds:.1f} s"
    except Exception:  # noqa: BLE001 - any other error is what this looks for
        return traceback.format_exc(limit=-4)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    spent = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    if spent > seconds:
        return f"{spent:.2f} s"
    return f"{grown:.0f} MB" if grown > MEGABYTES else ""


def fuzz(each: Any, numbers: Iterable[int], seed: int) -> Iterator[Failure]:
    """Try these inputs on one format; yield what goes wrong."""
    for number, data in inputs(each.NAME, seeds_of(each), numbers, seed):
        if reason := check(each, data):
            yield Failure(number, reason, data)


def main(words: list[str]) -> int:
    """Fuzz the formats named; return 1 where anything went wrong."""
    readers = {each.NAME: each for each in ALL if hasattr(each, "read")}
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("format", choices=[*readers, "all"])
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, default=None, help="the number of one input")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where to put what went wrong")
    parser.add_argument("--most", type=int, default=20, help="stop a format after so many failures")
    told = parser.parse_args(words)
    failed = 0
    for name in readers if told.format == "all" else [told.format]:
        numbers = range(told.first, told.inputs) if told.only is None else range(told.only, told.only + 1)
        began, found = time.process_time(), 0
        shown = track(numbers, f"{name} from input {told.first:,}", console=Console(stderr=True))
        for failure in fuzz(readers[name], shown, told.seed):
            found += 1
            told.keep.mkdir(exist_ok=True)
            path = told.keep / f"{name.replace(' ', '-')}-{told.seed}-{failure.number}"
            path.write_bytes(failure.data)
            sys.stdout.write(f"{path} ({len(failure.data)} bytes): {failure.reason}\n")
            if found >= told.most:
                break
        failed += found
        spent = time.process_time() - began
        rate = len(numbers) / max(spent, 1e-9)
        sys.stdout.write(f"{name}: {len(numbers):,} inputs, {found} failures, {spent:.0f} CPU-s, {rate:,.0f}/s\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
