"""How a server is set: where it keeps things, who may come in, and how much they may ask."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from segue.errors import InputError

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Settings:
    """`home` is Segue's own folder, `store` the path or URL of the store.

    `is_open` lets everybody in without a key, which is refused where `host` is not this machine alone. `folders` are
    those below which files may be named by path. `rate` is how many requests a second a key may make for long, `burst`
    how many at once; `largest` is the size of a body in bytes, `largest_upload` that of a file sent. Every `retune`
    hours, at most, the recommender is tuned again where enough was heard; 0 never; the latest
    `keep_runs` runs stay whole, of older ones the figures.
    """

    home: Path
    store: str
    host: str = "127.0.0.1"
    port: int = 8377
    is_open: bool = False
    folders: tuple[Path, ...] = ()
    rate: float = 50.0
    burst: int = 200
    largest: int = MEGABYTE
    largest_upload: int = 200 * MEGABYTE
    retune: float = 0.0
    keep_runs: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise InputError(f"port {self.port}: 0 to 65535 is accepted")
        if self.rate <= 0 or self.burst < 1:
            raise InputError(f"{self.rate} requests a second, {self.burst} at once: more than 0 and 1 are accepted")
        if self.retune < 0:
            raise InputError(f"retune every {self.retune} hours: 0 (never) or more is accepted")
        if self.keep_runs < 1:
            raise InputError(f"{self.keep_runs} runs are to be kept: 1 or more is accepted")
        if self.is_open and not is_loopback(self.host):
            raise InputError(f"host {self.host!r} can be reached from elsewhere: open access is for this machine alone")


def is_loopback(host: str) -> bool:
    """Whether a host's name or address means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
