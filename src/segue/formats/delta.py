"""What makes one file of another that shares most of its bytes: pieces to copy, and the bytes that are missing.

It is kept where a file's tags are changed, so that the bytes before can be had from those after. A change of tags moves
and alters some of them and leaves the sound, so the beginning, the end and blocks that only moved are found again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from mmap import mmap

from segue.errors import InputError

Bytes = bytes | mmap
Piece = tuple[int, int] | bytes  # where in the other file and how many bytes, or bytes themselves
BLOCK = 128  # bytes that are looked for
NEAR = 1 << 18  # bytes around the place where they are expected
_STEPS = (1 << 20, 1 << 12, 1 << 6, 1)


def delta(source: Bytes, target: Bytes) -> list[Piece]:
    """Return the pieces of `source`, and bytes, that make up `target`."""
    shorter = min(len(source), len(target))
    head = _alike(source, target, (0, 0), shorter)
    tail = _alike_behind(source, target, shorter - head)
    end = len(target) - tail
    pieces: list[Piece] = [(0, head)] if head else []
    place, expected, literal = head, head, b""
    while place < end:
        block = target[place : min(place + BLOCK, end)]
        near = range(max(0, expected - NEAR), min(len(source), expected + NEAR))
        at = source.find(block, near.start, near.stop) if len(block) == BLOCK else -1
        if at < 0:
            literal, place, expected = literal + block, place + len(block), expected + len(block)
            continue
        count = _alike(source, target, (at, place), min(len(source) - at, end - place))
        pieces += [literal, (at, count)] if literal else [(at, count)]
        place, expected, literal = place + count, at + count, b""
    pieces += [literal] if literal else []
    return [*pieces, (len(source) - tail, tail)] if tail else pieces


def made_of(source: Bytes, pieces: Sequence[Piece]) -> Iterator[bytes]:
    """Yield the bytes that pieces make of `source`, some at a time; InputError where a piece lies outside of it."""
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        start, count = piece
        if start < 0 or count < 0 or start + count > len(source):
            raise InputError(f"a piece of {count} bytes from byte {start}: there are {len(source)}")
        for place in range(start, start + count, _STEPS[0]):
            yield source[place : min(place + _STEPS[0], start + count)]


def _alike(source: Bytes, target: Bytes, starts: tuple[int, int], most: int) -> int:
    """How many bytes from two places on are the same."""
    count = 0
    for step in _STEPS:
        while count < most:
            ours, theirs = (start + count for start in starts)
            size = min(step, most - count)
            if source[ours : ours + size] != target[theirs : theirs + size]:
                break
            count += size
    return count


def _alike_behind(source: Bytes, target: Bytes, most: int) -> int:
    """How many bytes before both ends are the same."""
    count = 0
    for step in _STEPS:
        while count < most:
            size = min(step, most - count)
            ours, theirs = len(source) - count, len(target) - count
            if source[ours - size : ours] != target[theirs - size : theirs]:
                break
            count += size
    return count
