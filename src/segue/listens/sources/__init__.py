"""Where listens come from: one module per kind of export. A new one is one file and one line in SOURCES."""

from __future__ import annotations

from segue.listens.sources import (
    hetrec,
    koito,
    lastfm,
    lastfm_csv,
    listenbrainz,
    maloja,
    rockbox,
    spotify_account,
    spotify_extended,
    table,
)
from segue.listens.sources.items import Source

SOURCES: tuple[Source, ...] = (
    spotify_extended,
    spotify_account,
    listenbrainz,
    lastfm,
    lastfm_csv,
    maloja,
    koito,
    rockbox,
    hetrec,
    table,
)
