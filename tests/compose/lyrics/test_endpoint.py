"""What asking an OpenAI-compatible address promises, held against a real server that answers in its protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from segue.compose.lyrics.checking import check
from segue.compose.lyrics.endpoint import Endpoint, ask_lyrics
from segue.compose.lyrics.frame import of_form
from segue.compose.lyrics.writing import Wish
from segue.errors import InputError, UnavailableError

from .writers import own_writer

FRAME = of_form("8 6 8 6 ABAB")
GOOD = [
    "Amazing grace how sweet the sound",
    "That saved a wretch like me",
    "I once was lost but now am found",
    "Was blind but now I see",
]


class Server:
    """A server on the loopback that answers each request with the next of some answers, and keeps what it was asked."""

    def __init__(self, answers: list[str | int | bytes]) -> None:
        self.answers, self.asked, self.keys = list(answers), [], []  # type: ignore[var-annotated]
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.asked.append(body)
                owner.keys.append(self.headers.get("Authorization"))
                answer = owner.answers.pop(0) if len(owner.answers) > 1 else owner.answers[0]
                content = {"choices": [{"message": {"role": "assistant", "content": answer}}]}
                data = answer if isinstance(answer, bytes) else json.dumps(content).encode()
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def said(self, turn: int) -> str:
        """The last message of a request."""
        told: str = self.asked[turn]["messages"][-1]["content"]
        return told


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    begun: list[Server] = []

    def begin(*answers: str | int | bytes) -> Server:
        begun.append(Server(list(answers)))
        return begun[-1]

    yield begin
    for each in begun:
        each.server.shutdown()
        each.server.server_close()


def test_lines_that_fit_are_taken_as_they_are(serve: Callable[..., Server]) -> None:
    server = serve("Here are your lyrics:\n\n" + "\n".join(f'{place}. "{line}"' for place, line in enumerate(GOOD, 1)))
    (offer,) = ask_lyrics(FRAME, Endpoint(server.url, "a-model", key="secret"), Wish(theme="mercy"), seed=7)
    assert [line.text for line in offer.value.lines] == GOOD
    assert server.asked[0]["model"] == "a-model"
    assert server.asked[0]["seed"] == 7
    assert server.keys == ["Bearer secret"]
    prompt = server.said(0)
    assert "Theme: mercy" in prompt
    assert "2. 6 syllables, rhyme B" in prompt


def test_lines_that_do_not_fit_are_asked_for_again_with_what_is_wrong(serve: Callable[..., Server]) -> None:
    bad = [GOOD[0], "That saved a wretch", GOOD[2], "Was blind but now am free"]
    server = serve("\n".join(bad), f"{GOOD[1]}\n{GOOD[3]}")
    (offer,) = ask_lyrics(FRAME, Endpoint(server.url, "m"))
    assert [line.text for line in offer.value.lines] == GOOD
    assert offer.reasons == ("written by m; 1 lines asked for again",) or "asked for again" in offer.reasons[0]
    assert "Line 2: 4 syllables; 6 are asked for. It needs 6 syllables and a rhyme with line 4." in server.said(1)


def test_what_never_fits_is_written_by_another_writer(serve: Callable[..., Server]) -> None:
    server = serve("\n".join([*GOOD[:3], "no"]), "still no")
    (offer,) = ask_lyrics(FRAME, Endpoint(server.url, "m", rounds=2), other=own_writer())
    assert [line.text for line in offer.value.lines][:3] == GOOD[:3]
    assert [each for each in check(FRAME, offer.value) if each.is_broken] == []
    assert "lines 4 written by own" in offer.reasons[-1]
    assert len(server.asked) == 3


def test_what_never_fits_is_refused_without_one(serve: Callable[..., Server]) -> None:
    server = serve("no")
    with pytest.raises(UnavailableError, match=r"did not make line 1 fit in 1 rounds \(1 syllables; 8 are asked for"):
        ask_lyrics(FRAME, Endpoint(server.url, "m", rounds=1))


def test_kept_lines_and_words_to_avoid_are_heeded(serve: Callable[..., Server]) -> None:
    server = serve("\n".join(["What else", *GOOD[1:]]), "Was blind but now I see")
    with pytest.raises(UnavailableError, match="'blind' is not to be used"):
        ask_lyrics(FRAME, Endpoint(server.url, "m", rounds=1), Wish(keep={1: GOOD[0]}, avoid=frozenset(["blind"])))
    assert f'Line 1 is given: "{GOOD[0]}"' in server.said(0)


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        (404, "answered 404; is model 'm' there"),
        (500, "answered 500"),
        (b"<html>", "no chat completion"),
        (b'{"choices": []}', "no chat completion"),
        (b'{"choices": [{"message": {"content": null}}]}', "has no text"),
        (b" " * 1_200_000, "more than 1,000,000 bytes"),
    ],
)
def test_an_answer_that_is_none_is_told(serve: Callable[..., Server], answer: int | bytes, match: str) -> None:
    with pytest.raises(UnavailableError, match=match):
        ask_lyrics(FRAME, Endpoint(serve(answer).url, "m"))


def test_an_address_where_nobody_answers_is_told() -> None:
    with pytest.raises(UnavailableError, match="cannot be asked"):
        ask_lyrics(FRAME, Endpoint("http://127.0.0.1:9/v1", "m", seconds=2))


@pytest.mark.parametrize("url", ["", "ftp://x", "127.0.0.1:80", "http:// x"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(InputError, match="is none; such as http://"):
        Endpoint(url, "m")


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(Endpoint("http://127.0.0.1:1/v1", "m", key="secret"))
