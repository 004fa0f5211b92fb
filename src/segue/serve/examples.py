"""Examples in the specification: of every body that goes in or comes out, told by the name of its schema or its route.

A test holds each against its schema, and that no body is without one.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

_TUNE = "X:1\nM:4/4\nL:1/4\nK:G\n|: G A B c | d2 B2 | c A F D | G4 :|\n"
_CHANGES = 'X:1\nM:4/4\nL:1/4\nK:G\n"G"z4|"C"z4|"D7"z4|"G"z4|\n'
_AT = "2026-03-01T12:00:00+00:00"
_SONG: dict[str, Any] = {"artist": "Nina Simone", "title": "Sinnerman", "year": 1965, "tags": ["jazz", "soul"]}
_REASON = {
    "kind": "song", "song": "Nina Simone – Feeling Good", "words": "", "part": "language", "share": 0.4, "logit": 0.8,
}  # fmt: skip
_SUGGESTION = {
    **_SONG, "rank": 1, "score": 0.62, "logit": 2.1, "because": "Because you like Nina Simone – Feeling Good (40 %).",
    "reasons": [_REASON],
}  # fmt: skip
_PLAY: dict[str, Any] = {"artist": "Nina Simone", "title": "Sinnerman", "album": "Pastel Blues", "at": _AT}
_JOB = {
    "id": "01jb2m", "kind": "import", "state": "done", "done": 4210, "total": None, "said": "4,210 read",
    "result": {"read": 4210, "new": 4180, "known": 0, "dropped": {"podcast": 30}, "broken": 0}, "problem": None,
    "made_at": _AT, "ended_at": _AT,
}  # fmt: skip
_RUN = {
    "id": "recommend-lora-1a2b3c4d", "task": "recommend", "method": "lora", "metric": "auc", "before": {"auc": 0.91},
    "after": {"auc": 0.94}, "baselines": {"popularity": {"auc": 0.71}}, "made_at": _AT, "seconds": 81.5,
    "trainable": 120000, "total": 22000000, "data_hash": "9f" * 32, "is_served": True, "retired": "",
    "continued": None,
}  # fmt: skip
_BECAUSE = {"what": "bar 5", "drop": 0.12, "place": 4, "count": 1}
_GUESS = {
    "style": "jig", "called": "jig", "probability": 0.97, "because": [_BECAUSE | {"called": "bar 5"}], "without": 0.61,
}  # fmt: skip
_ANSWER: dict[str, Any] = {
    "kind": "score", "guesses": [_GUESS], "is_sure": True, "notice": [], "heat": [_BECAUSE], "witnesses": [],
    "traits": [{"english": "bars in 6/8", "chinese": "6/8拍小节多", "credit": 0.3}],
    "sentence": "A jig (97 %): bar 5 tells most.", "picture": None,
}  # fmt: skip
_LEARNED = {"name": "mine", "labels": {"slip jig": 2, "jig": 3}, "accuracy": {"score": 0.8}, "notice": []}
_HELD = {
    "id": 7, "at": _AT, "origin": "lyrics", "text": "a line that was held", "rule": "slur", "words": ["line"],
    "state": "waiting", "judged_at": None,
}  # fmt: skip
_KEY: dict[str, Any] = {
    "id": "k1", "name": "navidrome", "scopes": ["listens"], "listener": "ann", "made_at": _AT, "used_at": None,
    "expires_at": None, "revoked_at": None,
}  # fmt: skip
_LOGGED = {
    "number": 12, "at": _AT, "call": "9f" * 16, "place": 1, "verb": "infill", "seed": 3, "wish": {"bars": [1, 2]},
    "kind": "score", "music": "3c" * 16, "state": "edited", "judged_at": _AT,
}  # fmt: skip
_OFFER = {
    "number": 1, "call": "9f" * 16, "fit": -0.8, "seed": 3, "reasons": ["bar 2: V leads to I"], "is_stopped": False,
    "abc": _TUNE, "bars": 4, "notes": 11, "notice": [],
}  # fmt: skip

# by the name of a schema
SCHEMAS: dict[str, Any] = {
    "SuggestionsOut": {
        "listener": "ann", "songs_asked": 812, "of_these_by_text_alone": 9, "suggestions": [_SUGGESTION],
    },
    "WhyOut": _SUGGESTION | {"rank": 212, "instead": {"without": ["Metallica – One"], "rank": 40}},
    "NearOut": _SONG | {"score": 0.83, "shared_tags": ["jazz"]},
    "SongOut": _SONG,
    "AddedOut": {"new": 1, "known": 0},
    "FeedbackIn": {"artist": "Nina Simone", "title": "Sinnerman", "verdict": "like"},
    "SaidsOut": {"said": [{"artist": "Nina Simone", "title": "Sinnerman", "verdict": "like", "at": _AT}], "next": None},
    "TakenBackOut": {"taken_back": 1},
    "ListensIn": {"listener": "ann", "listens": [_PLAY | {"ms_played": 200000, "skipped": False}]},
    "ListensOut": {
        "listens": [_PLAY | {"ms_played": 200000, "skipped": False, "source": "spotify-extended"}], "next": None,
    },
    "TasteOut": {
        "listener": "ann", "songs": 812, "plays": 4210, "skips": 96, "half_life": 180.0, "usual_half_life": 730.0,
        "less": ["latin pop"], "tags": [{"tag": "jazz", "share": 0.21}],
        "artists": [{"artist": "Nina Simone", "pull": 14.2}],
    },
    "TasteIn": {"half_life": 180, "less": ["latin pop", "Nickelback"]},
    "CourseOut": {"tags": ["jazz", "rock"], "slices": [{"since": _AT, "plays": 40, "shares": [0.6, 0.2]}]},
    "ScorecardOut": {
        "since": _AT, "songs": 24, "among": 1979, "auc": 0.87, "popularity": 0.72, "in_first": 6,
    },
    "JobOut": _JOB,
    "JobsOut": {"jobs": [_JOB], "next": None},
    "ReharmonizeIn": {"music": _CHANGES, "keep": [1, 4], "complexity": "sevenths"},
    "HarmonyIn": {"music": _TUNE, "n": 3, "complexity": "sevenths"},
    "ChordsIn": {"key": "Gm", "metre": "4/4", "bars": 8, "style": "jazz"},
    "MelodyIn": {"music": _CHANGES, "format": "abc", "n": 2, "contour": "arch"},
    "InfillIn": {"music": _TUNE, "bars": [2, 3], "n": 3},
    "ArrangeIn": {"music": _TUNE, "style": "pop", "parts": ["bass", "drums"], "n": 1},
    "PhraseIn": {"style": "jig", "key": "D", "metre": "6/8", "bars": 4, "n": 3},
    "LogOut": {
        "offers": [_LOGGED],
        "verbs": [{
            "verb": "infill", "calls": 4, "taken": 3, "rate": 0.75, "offers": 12, "accepted": 2, "edited": 1,
            "declined": 5,
        }],
    },
    "LoggedOut": _LOGGED,
    "VerdictIn": {"state": "edited", "music": _TUNE},
    "ForgottenOut": {"deleted": 12},
    "PieceIn": {"form": "AABA", "key": "Ddor", "metre": "6/8", "style": "jig"},
    "LyricsIn": {"music": _TUNE, "language": "en", "theme": "rain"},
    "AboutOut": {
        "reads": [".abc", ".mid"], "writes": ["abc", "pdf"], "styles": ["jig"], "forms": ["AABA"], "parts": ["bass"],
    },
    "OriginalityOut": {
        "is_original": True, "score": 0.11, "limit": 0.5, "nearest": "tunes/81", "nearest_title": "The Blackthorn",
        "nearest_share": 0.08, "longest": 6, "told": "original: at most 8 % stands in The Blackthorn",
    },
    "segue__serve__routers__music__TuneIn": {"music": _TUNE, "style": "reel"},
    "AnswerOut": _ANSWER,
    "LearnedOut": _LEARNED,
    "RunOut": _RUN,
    "ChangeOut": {"at": _AT, "act": "promote", "run": "recommend-lora-1a2b3c4d", "instead_of": ""},
    "segue__serve__routers__models__TuneIn": {"size": "small"},
    "HeldOut": _HELD,
    "JudgementIn": {"state": "accepted"},
    "ReceiptOut": {
        "listener": "ann", "rows": 4306, "jobs": 2, "keys": 1, "files": 1, "runs": ["second"], "retired": [],
        "at": _AT,
    },
    "KeyIn": {"name": "navidrome", "scopes": ["listens"], "listener": "ann"},
    "KeyOut": _KEY,
    "MadeOut": _KEY | {"secret": "segue_..."},
    "SessionIn": {"key": "segue_..."},
    "SessionOut": {"scopes": ["admin"], "listener": None, "csrf": "3f9a"},
    "Problem": {
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "no listener 'anm' here: did you mean"
        " 'ann'?", "kind": "NotFoundError",
    },
}  # fmt: skip
# by method and path, what has no schema of its own
ANSWERS: dict[tuple[str, str], Any] = {
    ("get", "/listeners"): ["ann", "bob"],
    ("get", "/recognize/labels"): ["mine"],
    ("get", "/recognize/folders"): ["/home/ann/Music"],
    ("get", "/recognize/files"): ["/home/ann/Music/jig.abc"],
    ("get", "/models/tasks"): [
        {
            "name": "recommend", "capability": "recommend", "learns": "which songs a listener takes to",
            "chosen_by": "auc", "command": "segue tune recommend",
        }
    ],
    **{
        ("post", f"/compose/{verb}"): {"offers": [_OFFER]}
        for verb in ("harmony", "reharmonize", "chords", "melody", "infill", "arrange", "phrase", "piece", "lyrics")
    },
    ("post", "/1/submit-listens"): {"status": "ok"},
    ("get", "/1/validate-token"): {"code": 200, "message": "Token valid.", "valid": True, "user_name": "ann"},
}  # fmt: skip
# bodies that are files
FILES = ("/imports", "/music/convert", "/recognize", "/recognize/labels")
_FILE = {"schema": {"type": "string", "format": "binary"}, "example": _TUNE}
_SCROBBLE = {
    "listen_type": "single",
    "payload": [
        {"listened_at": 1772366400, "track_metadata": {"artist_name": "Nina Simone", "track_name": "Sinnerman"}}
    ],
}


def add_examples(app: FastAPI, prefix: str) -> None:
    """Have the application's specification tell an example of every body."""
    plain = app.openapi

    def told() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = plain()
            for path, operations in made["paths"].items():
                for method, operation in operations.items():
                    _fill(operation, method, path.removeprefix(prefix))
        return plain()

    app.openapi = told  # type: ignore[method-assign]  # as FastAPI documents it


def _fill(operation: dict[str, Any], method: str, path: str) -> None:
    if method == "post" and path in FILES:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": _FILE}}
    if path == "/1/submit-listens":
        body = {"schema": {"type": "object"}, "example": _SCROBBLE}
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    told = [operation.get("requestBody", {}), *operation["responses"].values()]
    for content in (media for one in told for media in one.get("content", {}).values()):
        example = _example(content.get("schema", {}))
        if example is None and "example" not in content:
            example = ANSWERS.get((method, path))
        if example is not None:
            content.setdefault("example", example)


def _example(schema: dict[str, Any]) -> Any:
    if "items" in schema:
        inner = _example(schema["items"])
        return None if inner is None else [inner]
    return SCHEMAS.get(schema.get("$ref", "").rpartition("/")[2])
