"""Music files: one module per format, all in one list. A new one is one file and one line in ALL."""

from __future__ import annotations

from segue.formats import midi

ALL = (midi,)
