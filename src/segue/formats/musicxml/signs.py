"""Small elements of MusicXML, each read by itself: key, time, tempo, repeat signs, lyrics, names of sections."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from segue.errors import InputError
from segue.music.key import Key
from segue.music.lyric import Syllable
from segue.music.metre import Metre

ELISION = "‿"
_MODES = {"ionian": "major", "aeolian": "minor", "": "major", "none": "major"}
_UNITS = {"breve": 8.0, "whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25, "32nd": 0.125}
_SECTION = re.compile(
    r"\W*(?:\d+(?:st|nd|rd|th)\s+)?(verses?|chorus|refrain|bridge|intro(?:duction)?|outro|interlude|pre-?chorus|trio|"
    r"vamp|solo|instrumental|coda|tag|ending|head|release|hook|strophe|refrain)\b[\s\d:.)]*",
    re.IGNORECASE,
)
_VERSE_NUMBER = re.compile(r"\d{1,2}[.:)]\s*")
_PASS = re.compile(r"\d+")


@dataclass(slots=True)
class Signs:
    """What stands at the bar lines of one measure, and what section begins in it."""

    repeats_from: bool = False
    repeats_to: int = 1
    ending: tuple[int, ...] = ()
    section: str = ""

    def add_barline(self, element: Element) -> None:
        """Take over the signs of a <barline>."""
        repeat = element.find("repeat")
        if repeat is not None and repeat.get("direction") == "forward":
            self.repeats_from = True
        elif repeat is not None and repeat.get("direction") == "backward":
            times = repeat.get("times") or "2"
            self.repeats_to = min(99, max(2, int(times))) if times.isdecimal() and len(times) < 4 else 2
        ending = element.find("ending")
        if ending is not None and ending.get("type") == "start":
            passes = (int(number) for number in _PASS.findall(ending.get("number") or "")[:99] if len(number) < 3)
            self.ending = tuple(sorted(set(passes) - {0}))


def key_of(element: Element, fifths: int) -> Key | None:
    """Return the sounding key of a <key>, `fifths` above the written one; None where it is none."""
    try:
        signature = int(element.findtext("fifths") or "")
        mode = (element.findtext("mode") or "").strip().lower()
        signature = _near(signature + fifths) if fifths else signature
        return Key.of_signature(signature, _MODES.get(mode, mode))
    except (ValueError, InputError):
        return None


def _near(signature: int) -> int:
    """A signature as it would be written: at most seven signs."""
    if -7 <= signature <= 7:
        return signature
    return (signature + 6) % 12 - 6


def metre_of(element: Element) -> Metre | None:
    """Return the metre of a <time>: additive ones are summed (3+2 is 5), several are joined; None where it has none."""
    beats = [text.text or "" for text in element.findall("beats")]
    values = [text.text or "" for text in element.findall("beat-type")]
    try:
        counts = [sum(int(each) for each in count.split("+")) for count in beats]
        pairs = list(zip(counts, map(int, values), strict=True))
        if not pairs:
            return None
        finest = max(value for _, value in pairs)
        if any(value < 1 or finest % value for _, value in pairs):
            return None
        return Metre(sum(count * finest // value for count, value in pairs), finest)
    except (ValueError, InputError):
        return None


def tempo_of(element: Element, sound: Element | None) -> float:
    """Return quarter notes a minute of a <direction> or <sound>; 0 where it says none that can be."""
    said = sound.get("tempo") if sound is not None else None
    bpm = _number(said) if said else 0.0
    if not bpm:
        metronome = element.find("direction-type/metronome")
        if metronome is None:
            return 0.0
        unit = _UNITS.get((metronome.findtext("beat-unit") or "").strip(), 0.0)
        dots = len(metronome.findall("beat-unit-dot"))
        bpm = _number(metronome.findtext("per-minute") or "") * unit * (2 - 0.5**dots)
    return bpm if 1 <= bpm <= 2000 else 0.0


def _number(text: str) -> float:
    found = re.search(r"\d+(?:\.\d+)?", text[:40])
    value = float(found[0]) if found else 0.0
    return value if math.isfinite(value) else 0.0


def section_of(text: str, *, is_rehearsal: bool) -> str:
    """Return the name of the section that words above a bar begin; '' where they are about something else."""
    plain = " ".join(text.split())[:200]
    if is_rehearsal:
        return plain
    return plain.strip(" :.()") if _SECTION.fullmatch(plain) else ""


def syllable_of(element: Element, place: int, *, strips_numbers: bool) -> tuple[int, Syllable] | None:
    """Return the verse and syllable of a <lyric>, the `place`-th of its note; None where it has no text.

    `strips_numbers` leaves out the number of a verse before its first syllable: "1. If" is "If".
    """
    texts, first, last, syllabic = [], "", "", ""
    for child in element:
        if child.tag == "syllabic":
            syllabic = (child.text or "").strip()
        elif child.tag == "text":
            texts.append("".join(child.itertext()).strip())
            first, last = first or syllabic or "single", syllabic or "single"
    text = ELISION.join(each for text in texts for each in text.split(ELISION) if each)
    if strips_numbers and (number := _VERSE_NUMBER.match(text)):
        text = text[number.end() :].lstrip(ELISION)
    if not text:
        return None
    is_start, is_end = first in ("single", "begin"), last in ("single", "end")
    return _verse(element.get("number"), place), Syllable(text, is_start, is_end)


def _verse(number: str | None, place: int) -> int:
    if number is None:
        return place
    found = _PASS.search(number)
    verse = int(found[0]) if found and len(found[0]) < 4 else place
    return max(1, verse)
