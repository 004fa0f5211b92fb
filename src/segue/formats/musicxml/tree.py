"""XML as a tree, by the standard library's expat; what could grow while it is read is refused before it is built."""

from __future__ import annotations

import gc
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import Element
from xml.parsers import expat

from segue.errors import FormatError

MOST_TAGS = 900_000  # opening and closing; a whole string quartet by Beethoven has 370,000
MOST_ATTRIBUTES = 500_000


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python from looking for garbage while a tree, which has no cycles, is read: that takes half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _RootSeenError(Exception):
    """The prolog is over."""


def parse(data: bytes, *, file: str = "", place: str = "") -> Element:
    """Return the root of XML without namespaces; FormatError where it is no XML, declares entities, or is too large.

    A DOCTYPE that only names the public DTD, as every MusicXML file has it, is passed over: it is never fetched.
    """
    tags, attributes = data.count(b"<"), data.count(b"=")
    if tags > MOST_TAGS or attributes > MOST_ATTRIBUTES:
        raise FormatError(
            f"{tags:,} tags and {attributes:,} attributes; {MOST_TAGS:,} and {MOST_ATTRIBUTES:,} are accepted",
            file=file,
            place=place,
        )
    try:
        _check_prolog(data, file)
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, expat.ExpatError) as error:
        line, column = getattr(error, "position", (getattr(error, "lineno", 0), getattr(error, "offset", 0)))
        where = f"{place} line {line}" if place else f"line {line}"
        raise FormatError(f"no well-formed XML: {error} (column {column})", file=file, place=where) from None
    except (ValueError, LookupError) as error:  # an encoding that is none
        raise FormatError(f"no readable XML: {error}", file=file, place=place or "line 1") from None
    if root.tag.startswith("{"):
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
    return root


def _check_prolog(data: bytes, file: str) -> None:
    """Refuse declarations inside the DOCTYPE; entities could only be declared there."""
    parser = expat.ParserCreate()

    def doctype(_name: str, _system: str | None, _public: str | None, has_internal_subset: bool) -> None:
        if has_internal_subset:
            raise FormatError(
                "the DOCTYPE declares something; entities and other declarations are refused",
                file=file,
                place=f"line {parser.CurrentLineNumber}",
            )

    def root(_name: str, _attributes: dict[str, str]) -> None:
        raise _RootSeenError

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        parser.Parse(data, True)
    except _RootSeenError:
        return
