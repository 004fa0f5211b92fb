"""A score as sound by a SoundFont of the user's, through tinysoundfont."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from segue.errors import FormatError, InputError, UnavailableError
from segue.music.score import Part, Score
from segue.sound.render import RATE
from segue.sound.room import TAIL, Stereo, fade_out
from segue.sound.sounding import sounding_parts
from segue.sound.timeline import Timeline

INSTALL = "pip install --no-deps tinysoundfont"  # it declares pyaudio, which needs PortAudio to build and is not used
_DRUMS, _VOICES = 9, 256


def render(score: Score, font: Path, rate: int = RATE) -> Stereo:
    """Return a score as the SoundFont sounds it: (n, 2) float32 within -1 and 1, `rate` samples a second.

    UnavailableError where tinysoundfont is not installed; InputError where the font is not there or the piece is longer
    than 20 minutes; FormatError where the file is no SoundFont.
    """
    synthesiser, loaded = _synthesiser(font, rate)
    parts, timeline, seconds = sounding_parts(score)
    for channel, part in _channels(parts):
        _select(synthesiser, loaded, channel, part)
    return _play(synthesiser, _events(parts, timeline, rate), round((seconds + TAIL + 1) * rate), rate)


def _synthesiser(font: Path, rate: int) -> tuple[Any, int]:
    """Return the library's synthesiser and its number of the font."""
    try:
        library = importlib.import_module("tinysoundfont")
    except ImportError as error:
        raise UnavailableError(f"a SoundFont needs tinysoundfont: {INSTALL}") from error
    if not font.is_file():
        raise InputError(f"no SoundFont at {font}")
    synthesiser = library.Synth(samplerate=rate, gain=-6)
    try:
        return synthesiser, int(synthesiser.sfload(str(font), max_voices=_VOICES))
    except RuntimeError as error:
        raise FormatError("this is no SoundFont that can be read (.sf2, .sf3)", file=str(font)) from error


def _select(synthesiser: Any, loaded: int, channel: int, part: Part) -> None:
    """Choose the preset of a part; the first one of the font where it lacks the program."""
    for program in (part.program, 0):
        try:
            synthesiser.program_select(channel, loaded, 0, program, part.is_drums)
            return
        except RuntimeError:  # the library's word for a preset that the font lacks
            continue


def _channels(parts: list[Part]) -> list[tuple[int, Part]]:
    """Pair each part with a channel; the library takes any number of them."""
    free = iter(channel for channel in range(512) if channel != _DRUMS)
    return [(_DRUMS if part.is_drums else next(free), part) for part in parts]


def _events(parts: list[Part], timeline: Timeline, rate: int) -> list[tuple[int, int, int, int, int]]:
    """Sample, order (ends first), channel, key and velocity (0: the note ends), in order."""
    events = []
    for channel, part in _channels(parts):
        notes = part.notes
        starts = np.array(notes.starts, dtype=np.float64) / notes.resolution
        ends = starts + np.array(notes.lengths, dtype=np.float64) / notes.resolution
        begin = np.rint(timeline.seconds(starts) * rate).astype(int).tolist()
        end = np.rint(timeline.seconds(ends) * rate).astype(int).tolist()
        for first, last, key, velocity in zip(begin, end, notes.pitches, notes.velocities, strict=True):
            events.append((first, 1, channel, key, velocity))
            events.append((max(last, first + 1), 0, channel, key, 0))
    return sorted(events)


def _play(synthesiser: Any, events: list[tuple[int, int, int, int, int]], count: int, rate: int) -> Stereo:
    sound = np.zeros((count, 2), dtype=np.float32)
    at = 0
    for sample, _, channel, key, velocity in [*events, (count, 0, 0, 0, -1)]:
        if sample > at:
            raw = bytes(synthesiser.generate_simple(sample - at))
            sound[at:sample] = np.frombuffer(raw, dtype=np.float32).reshape(-1, 2)
            at = sample
        if velocity > 0:
            synthesiser.noteon(channel, key, velocity)
        elif velocity == 0:
            synthesiser.noteoff(channel, key)
    peak = max(float(sound.max(initial=0.0)), -float(sound.min(initial=0.0)))
    if peak > 0:
        sound *= np.float32(0.95 / peak)
    fade_out(sound, rate)
    return sound
