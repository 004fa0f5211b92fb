"""What descriptors of a score are called, in English and Chinese, in the order of the vector.

Runs of steps and of note values and changes of chords are hashed to places; such a place is called by the run of the
score at hand that falls on it most often, so names are those of a score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from segue.music.score import Bar, Score
from segue.recognize import descriptors as told
from segue.recognize.voice_names import voice_names
from segue.recognize.voices import WIDTH as VOICES

Pair = tuple[str, str]  # English, Chinese
_TONES: tuple[Pair, ...] = (
    ("tonic", "主音"), ("flat second", "降二级音"), ("second", "二级音"), ("minor third", "小三度音"),
    ("major third", "大三度音"), ("fourth", "四级音"), ("tritone", "三全音"), ("fifth", "五级音"),
    ("minor sixth", "小六度音"), ("major sixth", "大六度音"), ("minor seventh", "小七度音"),
    ("major seventh", "大七度音"),
)  # fmt: skip
_VALUES: tuple[Pair, ...] = (
    ("thirty-second notes", "三十二分音符"), ("sixteenth-note triplets", "十六分三连音"),
    ("sixteenth notes", "十六分音符"),
    ("eighth-note triplets", "八分三连音"), ("dotted sixteenth notes", "附点十六分音符"), ("eighth notes", "八分音符"),
    ("quarter-note triplets", "四分三连音"), ("dotted eighth notes", "附点八分音符"), ("quarter notes", "四分音符"),
    ("dotted quarter notes", "附点四分音符"), ("half notes", "二分音符"), ("dotted half notes", "附点二分音符"),
    ("whole notes", "全音符"),
)  # fmt: skip
_TEXTURE: tuple[Pair, ...] = (
    ("bars", "小节数"), ("parts", "声部"), ("notes in a bar", "每小节的音"), ("sound at once", "同时发响的音"),
    ("height of notes", "音高"), ("range of notes", "音域"), ("height of the melody", "旋律的高度"),
    ("spread of the melody", "旋律的起伏"), ("contrast of loudness", "强弱对比"), ("notes struck together", "齐奏的音"),
)  # fmt: skip
_SOUNDS: tuple[Pair, ...] = (
    ("pianos", "钢琴"), ("chimes", "音色打击乐器"), ("organs", "风琴"), ("guitars", "吉他"), ("basses", "贝斯"),
    ("strings", "弦乐"), ("ensembles", "合奏"), ("brass", "铜管"), ("reeds", "簧管"), ("pipes", "笛类"),
    ("synthetic leads", "合成主音"), ("synthetic pads", "合成铺底"), ("effects", "效果音"),
    ("plucked instruments of the world", "民族乐器"), ("percussion", "打击乐"), ("noises", "音响"), ("drums", "鼓"),
)  # fmt: skip
_QUALITIES: tuple[Pair, ...] = (
    ("major chords", "大三和弦"), ("minor chords", "小三和弦"), ("dominant sevenths", "属七和弦"),
    ("major sevenths", "大七和弦"), ("minor sevenths", "小七和弦"), ("diminished chords", "减和弦"),
    ("other chords", "其他和弦"),
)  # fmt: skip
_KITS: tuple[Pair, ...] = (
    ("kick", "底鼓"), ("snare", "军鼓"), ("hi-hat", "闭镲"), ("open hi-hat", "开镲"), ("toms", "嗵鼓"),
    ("crash", "吊镲"),
    ("ride", "叮叮镲"), ("shakers", "沙锤"), ("hand drums", "手鼓"),
)  # fmt: skip
_MORE = ("other numbers", "其他特征")


@dataclass(frozen=True, slots=True)
class Named:
    """A descriptor: the family that it belongs to, and what it is called."""

    family: str
    english: str
    chinese: str

    def called(self, language: str) -> str:
        """Return its name in "en" or "zh"."""
        return self.chinese if language == "zh" else self.english


def names_of(score: Score, width: int) -> tuple[Named, ...]:
    """Return the names of a score's descriptors (width), those of `voices` behind them where the width says so; what
    else is behind has one name."""
    found = list(_fixed())
    starts = _starts()
    for family, offset, count, runs in _runs(told.Heard.of(score)):
        for place in range(count):
            at = starts[family] + offset + place
            found[at] = Named(family, *runs[place]) if place in runs else found[at]
    if width - len(found) == VOICES:
        found += [Named("voices", *pair) for pair in voice_names()]
    found += [Named("more", *_MORE)] * (width - len(found))
    return tuple(found[:width])


@lru_cache(maxsize=1)
def _fixed() -> tuple[Named, ...]:
    """The names that are the same for every score; of hashed places such as no run of the score falls on."""
    found = {
        "tones": [*_tones()],
        "steps": [*_steps()],
        "rhythm": [*_rhythm()],
        "metre": [*_metre()],
        "texture": [*_TEXTURE],
        "timbre": [(f"sound of {one}", f"{other}的音色") for one, other in _SOUNDS],
        "harmony": [*_harmony()],
        "form": [*_form()],
        "grams": [("runs of steps that it lacks", "它没有的音程组合")] * told._STEP_GRAMS
        + [("runs of note values that it lacks", "它没有的节奏组合")] * told._TIME_GRAMS,
        "drums": [*_drums()],
    }
    return tuple(Named(family, *pair) for family in told.FAMILIES for pair in found[family])


@lru_cache(maxsize=1)
def _starts() -> dict[str, int]:
    """Where each family begins in the vector."""
    found, at = {}, 0
    empty = told.Heard.of(Score(bars=(Bar(),)))
    for name, family in told.FAMILIES.items():
        found[name] = at
        at += len(family(empty))
    return found


# ---- names of families


def _tones() -> Iterator[Pair]:
    yield from ((f"time on the {one}", f"停在{other}上的时间") for one, other in _TONES)
    yield from ((f"the {one} on beats", f"落在拍上的{other}") for one, other in _TONES)
    yield from ((f"an end on the {one}", f"以{other}结束") for one, other in _TONES)
    yield "bars in minor keys", "小调的小节"


def _steps() -> Iterator[Pair]:
    for step in range(-12, 13):
        yield _step(step)
    yield "turns of the melody", "旋律的转折"
    yield "width of steps", "音程的跨度"


def _step(step: int) -> Pair:
    if not step:
        return "repeated notes", "同音反复"
    way, direction = ("up", "向上") if step > 0 else ("down", "向下")
    if abs(step) == 12:
        return f"leaps {way} of an octave or more", f"{direction}八度以上的跳进"
    many = "s" if abs(step) > 1 else ""
    return f"steps {way} by {abs(step)} semitone{many}", f"{direction}{abs(step)}个半音"


def _rhythm() -> Iterator[Pair]:
    yield from _VALUES
    yield from ((f"{one} from note to note", f"相隔{other}的音") for one, other in _VALUES)
    count = told._POSITIONS
    yield "notes on the downbeat", "小节首拍上的音"
    for share in (Fraction(place, count) for place in range(1, count)):
        yield f"notes that begin {share} into the bar", f"在小节{share}处开始的音"


def _metre() -> Iterator[Pair]:
    yield from ((f"bars in {one}", f"{one}拍的小节") for one in told._METRES)
    yield from (("bars in other metres", "其他拍号的小节"), ("speed", "速度"), ("pick-up", "弱起"))


def _harmony() -> Iterator[Pair]:
    yield from ((f"chords on the {one}", f"{other}上的和弦") for one, other in _TONES)
    yield from _QUALITIES
    yield from [("changes of chords that it lacks", "它没有的和弦进行")] * told._CHORD_GRAMS
    yield from (("chords in a bar", "每小节的和弦"), ("chord symbols", "和弦标记"))


def _form() -> Iterator[Pair]:
    yield from (
        ("repeat signs", "反复记号"),
        ("numbered endings", "跳房子"),
        ("bars beyond groups of eight", "八小节之外的小节"),
        ("length in groups of eight bars", "以八小节为单位的长度"),
    )
    for one, other in (("rhythms", "节奏"), ("whole bars", "整个小节")):
        for lag in told._LAGS:
            yield f"{one} that come again after {lag} bar{'s' if lag > 1 else ''}", f"隔{lag}小节重现的{other}"
        yield f"variety of {one}", f"{other}的变化"


def _drums() -> Iterator[Pair]:
    count = told._SIXTEENTHS
    for one, other in _KITS:
        for place in range(count):
            yield f"{one} at {place}/{count} of the bar", f"小节{place}/{count}处的{other}"
    yield from ((f"loudness of {one}", f"{other}的力度") for one, other in _KITS)
    yield from ((f"lateness of {one}", f"{other}的滞后") for one, other in _KITS)
    yield from ((f"looseness of {one}", f"{other}的松散") for one, other in _KITS)
    yield from _KITS
    yield from (
        ("lateness of even sixteenths", "偶数十六分音符的滞后"),
        ("lateness of odd sixteenths", "奇数十六分音符的滞后"),
        ("contrast of drum strokes", "鼓的强弱对比"),
        ("drum strokes in a bar", "每小节的鼓点"),
    )


# ---- names of runs


def _runs(heard: told.Heard) -> Iterator[tuple[str, int, int, dict[int, Pair]]]:
    """Families with hashed places, where those begin, how many there are, and what the score's own are called."""
    line = heard.line
    degrees, values = heard.degrees[line], told._nearest_length(heard.lengths[line])
    moves = np.clip(np.diff(heard.pitches[line]), -12, 12)
    if len(line) > 2:
        steps = ((moves[:-1] + 12) * 25 + moves[1:] + 12) * 12 + degrees[:-2]
        named = [
            _steps_called(int(one), int(other), int(tone))
            for one, other, tone in zip(moves[:-1], moves[1:], degrees[:-2], strict=True)
        ]
        yield "grams", 0, told._STEP_GRAMS, _commonest(told._hashed(steps, told._STEP_GRAMS), named)
        count = len(_VALUES)
        times = (values[:-2] * count + values[1:-1]) * count + values[2:]
        runs = zip(values[:-2].tolist(), values[1:-1].tolist(), values[2:].tolist(), strict=True)
        called = [_values_called(run) for run in runs]
        places = told._hashed(times, told._TIME_GRAMS)
        yield "grams", told._STEP_GRAMS, told._TIME_GRAMS, _commonest(places, called)


def _steps_called(one: int, other: int, tone: int) -> Pair:
    english, chinese = _TONES[tone]
    return (
        f"runs of {one:+d} and {other:+d} semitones from the {english}",
        f"从{chinese}起{one:+d}、{other:+d}半音的走句",
    )


def _values_called(run: tuple[int, int, int]) -> Pair:
    if len(set(run)) == 1:
        return f"runs of three {_VALUES[run[0]][0]}", f"三个{_VALUES[run[0]][1]}连续"
    english = ", ".join(_VALUES[one][0].removesuffix("s") for one in run)
    return f"runs of {english}", f"“{'、'.join(_VALUES[one][1] for one in run)}”的组合"


def _commonest(places: told.Integers, called: list[Pair]) -> dict[int, Pair]:
    counts: dict[int, Counter[Pair]] = {}
    for place, pair in zip(places.tolist(), called, strict=True):
        counts.setdefault(place, Counter())[pair] += 1
    return {place: max(sorted(held), key=lambda pair: held[pair]) for place, held in counts.items()}
