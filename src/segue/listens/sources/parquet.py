"""Rows of a Parquet file, some thousand at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from segue.errors import FormatError
from segue.listens.sources.export import Export

BATCH = 10_000


def is_parquet(head: bytes) -> bool:
    """Whether a file begins as Parquet does."""
    return head.startswith(b"PAR1")


@contextmanager
def opened(export: Export, member: str) -> Iterator[Any]:
    """The file as pyarrow reads it; FormatError where it cannot."""
    import pyarrow
    import pyarrow.parquet

    try:
        yield pyarrow.parquet.ParquetFile(export.path if export.is_single else io.BytesIO(export.read(member)))
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        at = export.place(member)
        raise FormatError(f"is not whole Parquet: {str(error)[:200]}", file=export.path.name, place=at) from error


def parquet_header(export: Export, member: str) -> list[str]:
    """The names of the columns."""
    with opened(export, member) as file:
        return list(file.schema_arrow.names)


def parquet_rows(export: Export, member: str) -> Iterator[Sequence[Any]]:
    """The rows as Python values."""
    with opened(export, member) as file:
        for batch in file.iter_batches(batch_size=BATCH):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
