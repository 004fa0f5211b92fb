"""What goes over HTTP, by name: requests, which are checked, and answers, which are told in the specification."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=1000)]
Listener = Annotated[str, Field(min_length=1, max_length=200, description="Whose history; the key's own without.")]
Language = Literal["en", "zh"]


class Closed(BaseModel):
    """A request: what it does not know is an error, so that a wrong name is not dropped in silence."""

    model_config = ConfigDict(extra="forbid")


class SongOut(BaseModel):
    """A song."""

    artist: str
    title: str
    year: int | None
    tags: list[str]


class ReasonOut(BaseModel):
    """What moved a score: a song heard, a sentence, popularity; `share` of the score, `logit` what it adds."""

    kind: str
    song: str | None
    words: str
    part: str
    share: float
    logit: float


class SuggestionOut(SongOut):
    """A song with the calibrated probability that the listener likes it, and why."""

    rank: int
    score: float
    logit: float
    because: str
    reasons: list[ReasonOut]


class InsteadOut(BaseModel):
    """The rank of a song, had some songs not been heard."""

    without: list[str]
    rank: int


class WhyOut(SuggestionOut):
    """A song as it stands for a listener, and what would have to be otherwise for it to stand higher."""

    instead: InsteadOut | None


class SuggestionsOut(BaseModel):
    """Suggestions, the best first, and how much they were made from."""

    listener: str | None
    songs_asked: int
    of_these_by_text_alone: int
    suggestions: list[SuggestionOut]


class NearOut(SongOut):
    """A song near to another one."""

    score: float
    shared_tags: list[str]


class FeedbackIn(Closed):
    """A thumb: heeded by the next answer."""

    listener: Listener | None = None
    artist: Name
    title: Annotated[str, Field(max_length=1000)] = ""
    verdict: Literal["like", "dislike", "hide"]


class SaidOut(BaseModel):
    """A song or an artist, and the latest that was said of it."""

    artist: str
    title: str
    verdict: Literal["like", "dislike", "hide"]
    at: str


class SaidsOut(BaseModel):
    """A page of what was said, the latest first."""

    said: list[SaidOut]
    next: str | None


class TakenBackOut(BaseModel):
    """How many verdicts are taken back."""

    taken_back: int


class ListenIn(Closed):
    """A play of a song; `at` is when it began."""

    artist: Name
    title: Name
    album: Annotated[str, Field(max_length=1000)] = ""
    at: Annotated[str, Field(max_length=40, description="ISO 8601 with a zone.", examples=["2026-03-01T12:00:00Z"])]
    ms_played: Annotated[int | None, Field(ge=0, lt=2**31)] = None
    skipped: bool | None = None


class ListensIn(Closed):
    """Plays of one listener."""

    listener: Listener | None = None
    listens: Annotated[list[ListenIn], Field(min_length=1, max_length=1000)]


class AddedOut(BaseModel):
    """What a write did: rows that are new, and rows that were known already."""

    new: int
    known: int


class ListenOut(BaseModel):
    """A play of a song."""

    artist: str
    title: str
    album: str
    at: str
    ms_played: int | None
    skipped: bool | None
    source: str


class ListensOut(BaseModel):
    """A page of plays, the latest first."""

    listens: list[ListenOut]
    next: str | None


class ScorecardOut(BaseModel):
    """How high stood what was first heard since a day, by the recommender and by popularity (0.5 is chance)."""

    since: str | None
    songs: int
    among: int
    auc: float | None
    popularity: float | None
    in_first: int | None


class JobOut(BaseModel):
    """Long work: how far it is, and what came of it."""

    id: str
    kind: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int | None
    said: str
    result: dict[str, Any] | None
    problem: str | None
    made_at: str
    ended_at: str | None


class JobsOut(BaseModel):
    """A page of jobs, the latest first."""

    jobs: list[JobOut]
    next: str | None


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    kind: str | None = None


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": told}
    for status, told in (
        (400, "The body cannot be read."),
        (401, "No key, or none that is valid."),
        (403, "The key may not do that."),
        (404, "Nothing here carries that name."),
        (409, "The present state forbids it."),
        (413, "The body is too large."),
        (422, "A value is not accepted."),
        (429, "Too many requests."),
        (503, "Something that is needed is not here."),
    )
}
