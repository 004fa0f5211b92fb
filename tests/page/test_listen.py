"""Listen, as one uses it: a history brought in, a taste set, lists that change, why not, a playlist, the scorecard."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from segue.listens.listen import Listen
from segue.listens.song import Song
from segue.listens.sources import spotify_extended
from segue.listens.sql import open_store
from tests.page.conftest import Seen
from tests.serve.homes import a_home
from tests.serve.process import Running, running
from tests.serve.test_listens import a_zip

LANGUAGES = ("en", "zh")
LESS = {"en": "Less of this", "zh": "少来这个"}
WHY_NOT = {"en": "Artist, or Artist - Title", "zh": "艺人，或 艺人 - 曲名"}


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A home in which fay's plays have times: long ago an odd artist often, lately even ones."""
    assert browser.is_connected()
    home = a_home(tmp_path_factory.mktemp("listen"))
    days = [(1, datetime(2024, 1, day, 12, tzinfo=UTC)) for day in range(1, 31)]
    days += [(2, datetime(2026, 1, day, 12, tzinfo=UTC)) for day in (1, 2, 3)]
    days += [(number, datetime(2026, 2, 10 + number, 12, tzinfo=UTC)) for number in (4, 6, 8)]
    with open_store(home / "segue.db") as store:
        tag = {number: ("rock" if number % 2 else "jazz",) for number, _ in days}
        store.add(Listen("fay", Song(f"Artist {one}", "Any", tags=tag[one]), at) for one, at in days)
    with running(home) as found:
        yield found


def of(seen: Seen, listener: str, language: str = "en") -> Page:
    page = seen.page
    page.goto(seen.address)
    page.evaluate("(name) => localStorage.setItem('listener', name)", listener)
    page = seen.open("listen", language)
    page.wait_for_selector(".songs > li")
    return page


def names(page: Page) -> list[str]:
    return page.locator(".songs strong").all_inner_texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dislike_changes_the_list_before_the_eyes(seen: Seen, language: str) -> None:
    page = of(seen, "ann", language)
    first = page.locator(".songs > li").first
    name = first.locator("strong").inner_text()
    assert first.locator("summary").inner_text().startswith("Because you like" if language == "en" else "因为你喜欢")
    assert not seen.serious()
    verdict = "Dislike" if language == "en" else "不喜欢"
    first.get_by_role("button", name=verdict).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".songs strong", has_text=re.compile(f"^{name}$"))).to_have_count(0)
    assert page.evaluate("document.activeElement.getAttribute('data-focus')").startswith("dislike ")


TAKE_BACK = {"en": ("What I said", "Take back: Dislike"), "zh": ("我评价过的", "收回: 不喜欢")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_thumbs_are_seen_as_they_stand_and_taken_back(seen: Seen, language: str) -> None:
    page = of(seen, "bob", language)
    before = names(page)
    dislike, like = ("Dislike", "Like") if language == "en" else ("不喜欢", "喜欢")
    page.get_by_role("button", name=f"{dislike}: {before[0]}", exact=True).click()
    expect(page.locator(".songs strong", has_text=re.compile(f"^{before[0]}$"))).to_have_count(0)
    liked = names(page)[0]
    page.get_by_role("button", name=f"{like}: {liked}", exact=True).click()
    summary, take_back = TAKE_BACK[language]
    page.get_by_text(summary).click()
    expect(page.locator(".judged li")).to_have_count(2)
    assert not seen.serious()
    page.reload()
    page.get_by_text(summary).click()
    rows = page.locator(".judged li")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name=f"{take_back} {before[0]}", exact=True).click()
    expect(rows).to_have_count(1)
    expect(page.locator(".judged")).to_have_attribute("open", "")
    rows.get_by_role("button").click()
    expect(page.locator(".judged")).to_have_count(0)
    assert names(page) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_not_tells_the_rank_the_reasons_and_what_would_have_to_be_otherwise(seen: Seen, language: str) -> None:
    page = of(seen, "fay", language)
    page.get_by_placeholder(WHY_NOT[language]).fill("Artist 3")
    page.keyboard.press("Enter")
    expect(page.locator(".why p").first).to_contain_text("Rank" if language == "en" else "位")
    expect(page.locator(".why .against").first).to_be_visible()
    expect(page.locator(".why p").nth(1)).to_contain_text(
        re.compile("Without .* it would stand at" if language == "en" else "没有.*它会排在第")
    )
    assert not seen.serious()


def test_an_export_is_dropped_and_what_came_of_it_stays_to_be_read(seen: Seen) -> None:
    page = of(seen, "ann")
    page.locator("section", has_text="Import a history").get_by_label("Listener").last.fill("carol")
    files = {name: data.replace(b"Massive Attack", b"Artist 2") for name, data in spotify_extended.EXAMPLE.items()}
    data = base64.b64encode(a_zip(files)).decode()
    page.evaluate(
        """(data) => {
            const carried = new DataTransfer();
            carried.items.add(new File([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], "my data.zip"));
            const places = document.querySelectorAll(".drop");
            const told = (name) => new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true });
            places[places.length - 1].dispatchEvent(told("dragover"));
            places[places.length - 1].dispatchEvent(told("drop"));
        }""",
        data,
    )
    account = page.locator(".account")
    expect(account.locator("h3")).to_have_text("my data.zip")
    cells = dict(zip(account.locator("th").all_inner_texts(), account.locator("td").all_inner_texts(), strict=True))
    assert int(cells["new"]) > 0 and any(name.startswith("dropped: ") for name in cells), cells
    expect(page.get_by_label("Listener").first).to_have_value("carol")
    expect(page.locator("section", has_text="Your taste").first).to_be_visible()
    expect(account).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_half_life_is_set_by_the_keyboard_kept_and_heeded(seen: Seen, language: str) -> None:
    page = of(seen, "fay", language)
    slider = page.locator("[data-focus='half-life']")
    expect(page.locator("output")).to_contain_text("2 years (as usual)" if language == "en" else "2年 (默认)")
    artists = page.locator(".bars").nth(1).locator(".name")
    expect(artists.first).to_have_text("Artist 1")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(artists.last).to_have_text("Artist 1")
    assert page.evaluate("document.activeElement.getAttribute('data-focus')") == "half-life"
    page.reload()
    expect(page.locator("output")).to_have_text("30 days" if language == "en" else "30天")
    expect(artists.last).to_have_text("Artist 1")
    page.locator("[data-focus='half-life']").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(artists.first).to_have_text("Artist 1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_less_of_this_moves_the_list_and_is_taken_back(seen: Seen, language: str) -> None:
    page = of(seen, "fay", language)
    before = page.locator(".songs").inner_text()
    less = page.get_by_role("button", name=f"{LESS[language]}: Artist 2", exact=True)
    less.click()
    expect(less).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".songs")).not_to_have_text(before, use_inner_text=True)
    assert not seen.serious()
    page.reload()
    less.click()
    expect(less).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".songs")).to_have_text(before, use_inner_text=True)


def test_a_taste_stands_in_words_and_over_time_and_the_scorecard_beside_popularity(seen: Seen) -> None:
    page = of(seen, "fay")
    expect(page.get_by_text("5 songs, 36 plays. Mostly jazz, rock.", exact=False)).to_be_visible()
    expect(page.locator(".course polyline").first).to_be_attached()
    page.get_by_text("As a table").click()
    assert page.locator(".course tbody tr").count() == 12
    card = page.locator("section[aria-label=Scorecard]")
    expect(card.get_by_role("img", name=re.compile("^Segue: "))).to_be_visible()
    expect(card.get_by_role("img", name=re.compile("^Chance: 50"))).to_be_visible()
    assert not seen.serious()


def test_a_list_is_taken_along_as_it_stands(seen: Seen, tmp_path: Path) -> None:
    page = of(seen, "ann")
    before = names(page)
    page.get_by_label("Variety").fill("1")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".songs strong")).not_to_have_text(before)
    page.get_by_label("Format").select_option("m3u8")
    with page.expect_download() as download:
        page.get_by_role("link", name="Take it along").click()
    download.value.save_as(tmp_path / "list.m3u8")
    lines = (tmp_path / "list.m3u8").read_text(encoding="utf-8").splitlines()
    titles = [line.partition(",")[2].removesuffix(" - ") for line in lines if line.startswith("#EXTINF")]
    assert titles == names(page)
