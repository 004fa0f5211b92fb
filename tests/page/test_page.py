"""The page in a real browser: the main path of each view in both languages, accessible, without a word to elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from segue.formats import read_file
from tests.page.conftest import Seen
from tests.serve.process import Running
from tests.serve.test_compose import JIG

LANGUAGES = ("en", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_listen_a_dislike_changes_the_list_before_the_eyes(seen: Seen, language: str) -> None:
    page = seen.open("listen", language)
    first = page.locator(".songs > li").first
    name = first.locator("strong").inner_text()
    because = first.locator("summary").inner_text()
    assert because.startswith("Because you like" if language == "en" else "因为你喜欢")
    assert not seen.serious()
    first.get_by_role("button", name="Dislike" if language == "en" else "不喜欢").click()
    expect(page.locator(".songs strong", has_text=name)).to_have_count(0)
    page.get_by_placeholder("Artist, or Artist - Title" if language == "en" else "艺人，或 艺人 - 曲名").fill(
        "Artist 1"
    )
    page.get_by_role("button", name="Why" if language == "en" else "为什么", exact=True).click()
    expect(page.locator("form p")).to_contain_text("Rank" if language == "en" else "位")


def test_listen_an_export_is_imported_and_accounted_for(seen: Seen, tmp_path: Path) -> None:
    file = tmp_path / "plays.csv"
    file.write_text(
        "artist,title,at\nArtist 2,One,2026-01-02T10:00:00Z\nArtist 3,Two,2026-01-02T11:00:00Z\n"
        ",Three,2026-01-02T12:00:00Z\n",
        encoding="utf-8",
    )
    page = seen.open("listen")
    page.get_by_label("Listener").last.fill("carol")
    page.get_by_label("Only count").check()
    page.locator("input[type=file]").set_input_files(file)
    table = page.locator("table")
    expect(table).to_contain_text("read")
    cells = dict(zip(table.locator("th").all_inner_texts(), table.locator("td").all_inner_texts(), strict=True))
    assert cells["read"] == "3" and cells["new"] == "2"


@pytest.mark.parametrize("language", LANGUAGES)
def test_compose_chords_are_offered_taken_undone_and_taken_out(seen: Seen, language: str, tmp_path: Path) -> None:
    page = seen.open("compose", language)
    expect(page.locator(".sheet svg").first).to_be_visible()
    given = page.locator("textarea").input_value()
    page.get_by_role("button", name="Chords" if language == "en" else "配和弦", exact=True).click()
    expect(page.locator(".offer")).to_have_count(3)
    expect(page.locator(".offer svg").first).to_be_visible()
    assert not seen.serious()
    page.get_by_role("button", name="Take 1" if language == "en" else "采用 1").click()
    assert '"' in page.locator("textarea").input_value()
    page.get_by_role("button", name="Undo" if language == "en" else "撤销").click()
    assert page.locator("textarea").input_value() == given
    page.get_by_role("button", name="Redo" if language == "en" else "重做").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as" if language == "en" else "另存为").click()
    download.value.save_as(tmp_path / "out.mid")
    assert sum(len(part.notes) for part in read_file(tmp_path / "out.mid").parts) >= 11


def test_compose_a_locked_bar_stays_and_the_cursor_follows_the_sound(seen: Seen) -> None:
    page = seen.open("compose")
    box = page.locator(".abcjs-mm1.abcjs-note path").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".abcjs-mm1.locked").first).to_be_visible()
    pick = page.get_by_role("button", name="Bars 3", exact=True)
    pick.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Bars 3, locked")).to_be_focused()
    page.get_by_role("button", name="Play").first.click()
    expect(page.locator(".sounding").first).to_be_visible()
    page.get_by_role("button", name="Stop").first.click()
    expect(page.locator(".sounding")).to_have_count(0)
    page.get_by_text("Piano roll").click()
    expect(page.locator("canvas.roll")).to_be_visible()
    painted = page.evaluate(
        "() => { const c = document.querySelector('canvas.roll');"
        " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((one) => one > 0); }"
    )
    assert painted
    page.get_by_role("button", name="Redraw bars").click()
    expect(page.locator(".offer").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_recognize_a_jig_is_told_with_its_evidence(seen: Seen, language: str, tmp_path: Path) -> None:
    file = tmp_path / "jig.abc"
    file.write_text(JIG, encoding="utf-8")
    page = seen.open("recognize", language)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".bars li").first).to_contain_text("jig")
    expect(page.locator("h3")).to_contain_text(["Because of" if language == "en" else "依据"])
    expect(page.locator("img.heat")).to_be_visible()
    assert page.locator("img.heat").evaluate("(one) => one.naturalWidth") > 100
    assert not seen.serious()
    page.get_by_label("It is" if language == "en" else "其实是").fill(f"slip jig {language}")
    page.get_by_role("button", name="Learn it" if language == "en" else "记住").click()
    expect(page.locator(".row .notice")).to_contain_text(f"slip jig {language} (1)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_models_going_back_and_forth(seen: Seen, language: str) -> None:
    page = seen.open("models", language)
    expect(page.locator("tr", has_text="second")).to_contain_text("0.5000 → 0.8000")
    assert not seen.serious()
    served = "served" if language == "en" else "使用中"
    back, forth = ("Go back", "Serve: second") if language == "en" else ("回到上一个", "使用: second")
    page.get_by_role("button", name=back).click()
    expect(page.locator("tr", has_text="first").locator("strong")).to_have_text(served)
    page.get_by_role("button", name=forth).click()
    expect(page.locator("tr", has_text="second").locator("strong")).to_have_text(served)


def test_the_page_is_used_by_the_keyboard_alone_on_a_narrow_screen_in_the_dark(seen: Seen) -> None:
    page = seen.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    for view in ("listen", "compose", "recognize", "models"):
        seen.open(view)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        assert not seen.serious(), view
    seen.open("recognize")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_without_open_access_a_key_is_asked_for_and_lets_in(seen: Seen, server: Running, tmp_path: Path) -> None:
    from tests.serve.homes import a_home
    from tests.serve.process import running

    with running(a_home(tmp_path), "--keys") as closed:
        page = seen.page
        other = page.context.new_page()
        other.goto(closed.address)
        other.get_by_label("Key").fill(closed.secret)
        other.get_by_role("button", name="Enter").click()
        expect(other.locator(".songs > li").first).to_be_visible()
        other.locator(".songs > li").first.get_by_role("button", name="Like", exact=False).first.click()
        expect(other.locator(".say")).to_have_text("Noted.")
        other.close()
    assert server.process.poll() is None
