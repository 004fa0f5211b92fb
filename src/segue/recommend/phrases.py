"""Reasons as sentences, in English and Chinese: the few largest, with the ranks that make them true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segue.errors import InputError, did_you_mean

if TYPE_CHECKING:  # slow to import, and not needed to say it
    from segue.recommend.reasons import Reason
    from segue.recommend.suggestion import Suggestion

LEAST = 0.04  # share of the score below which nothing is said


@dataclass(frozen=True)
class Wording:
    """How one language says a reason; the fields are formats."""

    first: str  # {name} {percent}
    other: str  # {name} {percent}
    because: str  # {names}
    sentence: str  # {words} {percent}
    tags: str  # {tags}
    known: str  # {percent}
    against: str  # {name}
    without: str  # {these} {rank} {now}
    nobody: str
    these: tuple[str, str, str]
    listed: str  # between names
    last: str  # before the last name
    joined: str  # between clauses
    stop: str


ENGLISH = Wording(
    first="{name} ({percent} % of the score)",
    other="{name} ({percent} %)",
    because="because you like {names}",
    sentence="it fits “{words}” ({percent} %)",
    tags="tags you share: {tags}",
    known="many people listen to it ({percent} %)",
    against="against it speaks {name}",
    without="without {these} it would rank {rank}, not {now}",
    nobody="nothing is known of your taste yet: this is what many people listen to",
    these=("that one", "those two", "those three"),
    listed=", ",
    last=" and ",
    joined="; ",
    stop=".",
)
CHINESE = Wording(
    first="{name}（占得分的 {percent} %）",
    other="{name}（{percent} %）",
    because="因为你喜欢 {names}",
    sentence="符合“{words}”（{percent} %）",
    tags="共同的标签：{tags}",
    known="很多人在听（{percent} %）",
    against="不利的是 {name}",
    without="没有{these}，它会排在第 {rank} 位，而不是第 {now} 位",
    nobody="还不知道你的口味：这是很多人在听的",
    these=("这一个", "这两个", "这三个"),
    listed="、",
    last="和",
    joined="；",
    stop="。",
)
LANGUAGES = {"en": ENGLISH, "zh": CHINESE}


def phrase(suggestion: Suggestion, language: str = "en") -> str:
    """Why a song is suggested, in one sentence of the language ("en" or "zh"); InputError for another."""
    if language not in LANGUAGES:
        near = did_you_mean(language, LANGUAGES)
        raise InputError(f"language {language!r} is none of {', '.join(LANGUAGES)}{near}")
    words = LANGUAGES[language]
    reasons = suggestion.reasons
    if not any(reason.kind in ("song", "sentence") and reason.logit != 0 for reason in reasons):
        return _capital(words.nobody) + words.stop
    songs = [reason for reason in reasons if reason.kind == "song" and reason.share >= LEAST][:3]
    clauses = [_liked(songs, words)] if songs else []
    clauses += [
        words.sentence.format(words=reason.words, percent=_percent(reason))
        for reason in reasons
        if reason.kind == "sentence" and reason.share >= LEAST
    ]
    clauses += _tags(suggestion, words)
    clauses += [
        words.known.format(percent=_percent(reason))
        for reason in reasons
        if reason.kind == "popularity" and reason.share >= LEAST
    ]
    clauses += [
        words.against.format(name=reason.song)
        for reason in reasons
        if reason.kind == "song" and reason.share <= -2 * LEAST
    ][:1]
    clauses += _counterfactual(suggestion, songs, words, language)
    return _capital(words.joined.join(clauses)) + words.stop


def _liked(songs: Sequence[Reason], words: Wording) -> str:
    forms = [words.first, *[words.other] * (len(songs) - 1)]
    names = [form.format(name=song.song, percent=_percent(song)) for form, song in zip(forms, songs, strict=True)]
    joined = words.listed.join(names[:-1]) + words.last + names[-1] if len(names) > 1 else names[0]
    return words.because.format(names=joined)


def _tags(suggestion: Suggestion, words: Wording) -> list[str]:
    names = [reason.words for reason in suggestion.tags]
    return [words.tags.format(tags=words.listed.join(names))] if names else []


def _counterfactual(suggestion: Suggestion, songs: Sequence[Reason], words: Wording, language: str) -> list[str]:
    gone = [reason.song for reason in songs if reason.song is not None]
    if not gone:
        return []
    rank, now = suggestion.without(*gone), suggestion.rank
    if rank <= now:
        return []
    say = ordinal if language == "en" else str
    return [words.without.format(these=words.these[len(gone) - 1], rank=say(rank), now=say(now))]


def _percent(reason: Reason) -> int:
    return round(100 * reason.share)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def ordinal(number: int) -> str:
    """A number as an English ordinal.

    >>> [ordinal(number) for number in (1, 2, 3, 11, 48, 112, 121)]
    ['1st', '2nd', '3rd', '11th', '48th', '112th', '121st']
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
