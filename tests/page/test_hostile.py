"""Fifty hostile titles and lines of words in every view: none of them runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from segue.listens.listen import Feedback, Listen
from segue.listens.song import Song
from segue.listens.sql import open_store
from tests.page.hostile import HOSTILE
from tests.recommend.worlds import checkerboard, small_recommender
from tests.serve.homes import a_home
from tests.serve.process import Running, running
from tests.serve.test_compose import JIG

LISTENER = HOSTILE[5]
WATCH = "window.hits = 0; window.hit = () => { window.hits += 1; };"


def hostile_song(number: int) -> Song:
    return Song(HOSTILE[number], HOSTILE[number][::-1], tags=(HOSTILE[number], HOSTILE[(number + 2) % len(HOSTILE)]))


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of whose listener, songs, tags, model and held words every name is hostile."""
    assert browser.is_connected()
    began = datetime(2026, 1, 1, tzinfo=UTC)
    model = small_recommender(checkerboard(songs=len(HOSTILE), song=hostile_song))
    home = a_home(tmp_path_factory.mktemp("hostile"), model)
    with open_store(home / "segue.db") as store:
        heard = [model.catalogue.songs[number] for number in range(0, 20, 2)]
        store.add(Listen(LISTENER, song, began + timedelta(days=n)) for n, song in enumerate(heard))
        store.add([Feedback(LISTENER, model.catalogue.songs[30], "hide", began, HOSTILE[2])])
        for name in HOSTILE:
            store.held.hold(name, origin=name[:80], rule="slur", words=[name])
    with running(home) as found:
        yield found


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    context.add_init_script(WATCH)
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.on("dialog", lambda one: pytest.fail(f"a script opened a dialog: {one.message}"))
    opened.goto(server.address)
    yield opened
    context.close()


def hits(page: Page) -> int:
    page.wait_for_timeout(300)
    found: int = page.evaluate("window.hits")
    return found


def show(page: Page, view: str) -> None:
    page.evaluate(f"location.hash = '{view}'")
    page.reload()
    page.wait_for_selector("main .card")


def test_the_watch_would_see_a_script(page: Page) -> None:
    page.evaluate("hit()")
    assert hits(page) == 1


def test_names_in_lists_tastes_reasons_and_verdicts(page: Page) -> None:
    page.evaluate("(name) => localStorage.setItem('listener', name)", LISTENER)
    show(page, "listen")
    page.wait_for_selector(".bars li")
    assert page.locator("option", has_text=LISTENER).count() == 1
    expect(page.locator(".songs > li")).to_have_count(20)
    for summary in page.locator(".songs summary").all():
        summary.click()
    expect(page.locator(".reasons li").first).to_be_visible()
    page.get_by_text("What I said").click()
    expect(page.locator(".judged li")).to_contain_text(HOSTILE[30])
    page.locator(".songs > li").first.get_by_role("button").first.click()
    expect(page.locator(".say")).to_contain_text("More like")
    expect(page.locator(".judged li")).to_have_count(2)
    assert hits(page) == 0


def test_held_words_jobs_and_own_data(page: Page, server: Running) -> None:
    for text in HOSTILE[::10]:
        asked = {"file": "x.csv", "listener": text}
        body = f"artist,title,at\n{text},{text},never\n".encode()
        assert page.request.post(f"{server.address}api/v1/imports", params=asked, data=body).status == 202
    show(page, "models")
    expect(page.locator(".jobs li")).to_have_count(len(HOSTILE[::10]))
    assert page.locator("q").count() == len(set(HOSTILE))
    assert hits(page) == 0


def test_titles_chords_and_words_of_tunes(page: Page) -> None:
    show(page, "compose")
    for text in HOSTILE:
        line = text.replace("\n", " ").replace('"', "'").replace("\u2028", "")
        page.locator("textarea").fill(
            f'X:1\nT:{line}\nC:{line}\nM:4/4\nL:1/4\nK:G\n"{line}"G "^{line}"A B c|\nw:{line}\nW:{line}\n'
        )
    page.wait_for_timeout(1500)
    assert hits(page) == 0


def test_names_and_contents_of_files(page: Page, tmp_path: Path) -> None:
    show(page, "recognize")
    files = []
    for number, text in enumerate(HOSTILE[::5]):
        name = text.replace("/", "_").replace("\0", "")[:60]
        file = tmp_path / f"{number} {name}.abc"
        file.write_text(JIG.replace("A jig", text.replace("\u2028", " ")), encoding="utf-8")
        files.append(file)
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator("main h2")).to_have_count(1 + len(files))
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert hits(page) == 0


def test_a_taste_as_it_is_set_over_time_why_not_and_an_account(page: Page, tmp_path: Path) -> None:
    page.evaluate("(name) => localStorage.setItem('listener', name)", LISTENER)
    show(page, "listen")
    page.wait_for_selector(".course polyline")
    assert any("hit" in name for name in page.locator(".key li").all_inner_texts())
    page.get_by_text("As a table").click()
    page.locator("[data-focus^='less ']").first.click()
    expect(page.locator("[data-focus^='less '][aria-pressed=true]").first).to_be_visible()
    for text in HOSTILE[::10]:
        page.get_by_placeholder("Artist, or Artist - Title").fill(text)
        page.get_by_role("button", name="Why", exact=True).click()
        expect(page.locator(".why p").first).to_be_visible()
    file = tmp_path / f"{HOSTILE[5].replace('/', '_')[:60]}.csv"
    file.write_text(f"artist,title,at\n{HOSTILE[7]},One,never\nArtist 2,Two,2026-01-02T10:00:00Z\n", encoding="utf-8")
    page.get_by_label("Only count").check()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".account h3")).to_contain_text(".csv")
    assert hits(page) == 0


def test_what_is_edited_asked_and_named(page: Page) -> None:
    show(page, "compose")
    page.get_by_role("button", name="Harmony").click()
    expect(page.locator(".offer")).to_have_count(3)
    page.get_by_role("button", name="Edit 1").click()
    for text in HOSTILE[::5]:
        line = text.replace("\n", " ").replace("\u2028", "")
        page.get_by_label("Tune (ABC) 1").fill(f"X:1\nT:{line}\nM:4/4\nL:1/4\nK:G\nGABc|\nw:{line}\n")
    page.get_by_role("button", name="Take 1").click()
    page.get_by_label("Key", exact=True).fill(HOSTILE[5])
    page.get_by_role("button", name="New tune").click()
    page.get_by_role("button", name="New chords").click()
    expect(page.locator(".say.problem")).to_be_visible()
    assert hits(page) == 0
