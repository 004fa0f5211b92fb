"""The descriptors that moved a decision, in plain words: "bars in 6/8, many eighth notes and no repeat signs".

They are those that integrated gradients credit most (`segue.recognize.gradients`), of each family one; how much of a
descriptor a score has is told against the mean score that was learned from. Runs that a score lacks have no name, and
are passed over; so is the tempo of one that names none, which is no trait of the music.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from segue.music.score import Score
from segue.recognize.descriptor_names import Named
from segue.recognize.evidence import NAMED
from segue.recognize.front import Teller
from segue.recognize.guess import Answer, Trait
from segue.recognize.head import Head
from segue.recognize.nets import Nets
from segue.recognize.recognizer import Recognizer
from segue.recognize.scores import BROUGHT

if TYPE_CHECKING:
    from segue.recognize.gradients import Reason

ASKED = 24  # descriptors that are gone through for such as have a name
_LACKING = "it lacks"
_TEMPO = ("speed", "tempo marks", "first tempo", "changes of tempo")

Pair = tuple[str, str]
# what is more and less of it, in English and Chinese, of descriptors that one does not count
_PLAIN: Mapping[str, tuple[Pair, Pair]] = MappingProxyType(
    {
        "speed": (("a fast tempo", "速度快"), ("a slow tempo", "速度慢")),
        "bars": (("a long piece", "篇幅长"), ("a short piece", "篇幅短")),
        "sound at once": (("many notes at once", "同时发响的音多"), ("few notes at once", "同时发响的音少")),
        "height of notes": (("high notes", "音区高"), ("low notes", "音区低")),
        "range of notes": (("a wide range", "音域宽"), ("a narrow range", "音域窄")),
        "height of the melody": (("a high melody", "旋律音区高"), ("a low melody", "旋律音区低")),
        "spread of the melody": (
            ("a melody that moves far", "旋律起伏大"),
            ("a melody that stays close", "旋律起伏小"),
        ),
        "contrast of loudness": (("loud and soft notes", "强弱对比大"), ("even loudness", "强弱平均")),
        "width of steps": (("wide steps", "音程跨度大"), ("small steps", "音程跨度小")),
        "bars in minor keys": (("minor keys", "小调"), ("major keys", "大调")),
        "pick-up": (("a pick-up", "弱起"), ("no pick-up", "没有弱起")),
        "length in groups of eight bars": (("a long form", "段落多"), ("a short form", "段落少")),
        "variety of rhythms": (("varied rhythms", "节奏多变"), ("rhythms that recur", "节奏重复")),
        "variety of whole bars": (("varied bars", "小节多变"), ("bars that recur", "小节重复")),
        "distance of the lowest two voices": (("an open bass", "低音疏"), ("a close bass", "低音密")),
        "distance of the outer voices": (("wide spacing", "声部间距宽"), ("close spacing", "声部间距窄")),
        "variety of note values": (("varied note values", "音值多变"), ("equal note values", "音值单一")),
        "even rhythm": (("an even rhythm", "节奏均匀"), ("an uneven rhythm", "节奏不均匀")),
        "share of sung parts": (("sung parts", "有歌唱声部"), ("no sung parts", "没有歌唱声部")),
        "range of the widest part": (("a part of wide range", "有音域宽的声部"), ("narrow parts", "各声部音域窄")),
        "range of the narrowest part": (("wide parts", "各声部音域宽"), ("a part of narrow range", "有音域窄的声部")),
        "differences between the parts' movement": (
            ("parts that move apart", "各声部疏密不同"),
            ("parts that move alike", "各声部疏密相同"),
        ),
        "sharps of the key": (("a key of sharps", "升号调"), ("a key of flats", "降号调")),
        "signs of the key": (("a key of many signs", "升降号多的调"), ("a key of few signs", "升降号少的调")),
        "first tempo": (("a fast first tempo", "开头速度快"), ("a slow first tempo", "开头速度慢")),
        "changes of tempo": (("changes of tempo", "速度有变化"), ("a steady tempo", "速度不变")),
        "loudness": (("loud playing", "力度强"), ("soft playing", "力度弱")),
        "spread of loudness": (("loud and soft notes", "强弱起伏大"), ("even loudness", "强弱平均")),
        "degrees of loudness": (("many degrees of loudness", "力度层次多"), ("few degrees of loudness", "力度层次少")),
        "length in quarter notes": (("a long piece", "篇幅长"), ("a short piece", "篇幅短")),
        "contrast of drum strokes": (("loud and soft strokes", "鼓的强弱对比大"), ("even strokes", "鼓的强弱平均")),
    }
)
_PATTERNS: tuple[tuple[str, ...], ...] = (  # a name in English: more of it, less, none at all
    (r"runs of (\S.*?)(?: note)?, (.*?)(?: note)?, (.*?)(?: note)?", *(r"the rhythm \1 – \2 – \3",) * 3),
    (r"(runs of .*)", r"\1", r"few \1", r"no \1"),
    (r"(bass on .*|.* between the outer voices)", r"much \1", r"little \1", r"no \1"),
    (r"bars in (.*)", r"bars in \1", r"few bars in \1", r"no bars in \1"),
    (r"sound of (.*)", r"\1", r"hardly any \1", r"no \1"),
    (r"time on (.*)", r"much time on \1", r"little time on \1", r"no time on \1"),
    (r"(the .* on beats)", r"\1", r"hardly \1", r"never \1"),
    (r"(an end on .*)", r"\1", r"hardly \1", r"not \1"),
    (r"(\S.*) at (\d+/\d+ of the bar)", r"\1 at \2", r"little \1 at \2", r"no \1 at \2"),
    (r"loudness of (.*)", r"loud \1", r"soft \1", r"no \1"),
    (r"lateness of (.*)", r"late \1", r"early \1", r"\1 on time"),
    (r"looseness of (.*)", r"loose \1", r"tight \1", r"tight \1"),
    (r"(kick|snare|hi-hat|open hi-hat|crash|ride)", r"much \1", r"little \1", r"no \1"),
    (r"notes that begin (.*)", r"many notes \1", r"few notes \1", r"no notes \1"),
    (r"(.*)", r"many \1", r"few \1", r"no \1"),
)


class Explainer(Recognizer):
    """A `Recognizer` that tells with each explained answer about a score the descriptors that moved it."""

    def score(self, score: Score, *, is_explained: bool = True) -> Answer:
        """Tell the style of a score as `Recognizer.score` does, and what descriptors speak for the likeliest."""
        answer = super().score(score, is_explained=is_explained)
        if not is_explained or not answer.guesses:
            return answer
        return replace(answer, traits=traits_of(self._scores, score, answer.guesses[0].style))


def traits_of(teller: Teller, score: Score, style: str, count: int = NAMED) -> tuple[Trait, ...]:
    """Return the descriptors of a score that are credited most with a style, the strongest first; none of a teller that
    has no gradients."""
    from segue.recognize.gradients import reasons  # loads PyTorch

    if not isinstance(teller, (Head, Nets)):
        return ()
    row = np.asarray(BROUGHT.vectors([score])[0], np.float64)
    found = []
    strongest = reasons(teller, row, score, teller.styles.index(style), ASKED)
    for one in told_of(strongest, count, has_tempo=bool(score.tempos)):
        english, chinese = plainly(one.named, is_more=one.is_more, is_none=row[one.place] == 0)
        found.append(Trait(english, chinese, one.credit))
    return tuple(found)


def told_of(found: Sequence[Reason], count: int = NAMED, *, has_tempo: bool = True) -> list[Reason]:
    """Return those of the strongest reasons that are told: of each family the first that has a name, and nothing of
    the tempo of a score that names none."""
    firsts: dict[str, Reason] = {}
    for one in found:
        if _LACKING not in one.named.english and (has_tempo or one.named.english not in _TEMPO):
            firsts.setdefault(one.named.family, one)
    return list(firsts.values())[:count]


def plainly(named: Named, *, is_more: bool, is_none: bool = False) -> Pair:
    """Return how much of a descriptor there is, against the mean, in plain words, English and Chinese."""
    name = named.english
    if name in _PLAIN:
        return _PLAIN[name][not is_more]
    how = 0 if is_more else 2 if is_none else 1
    chinese = (f"{named.chinese}多", f"{named.chinese}少", f"没有{named.chinese}")[how]
    found = next((match, told) for pattern, *told in _PATTERNS if (match := re.fullmatch(pattern, name)))
    return found[0].expand(found[1][how]), chinese
