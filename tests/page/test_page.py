"""The page in a real browser: the main path of each view in both languages, accessible, without a word to elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.page.conftest import Seen
from tests.serve.homes import a_home
from tests.serve.process import Running, running
from tests.serve.test_compose import JIG

LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the server allows, with a jig in it."""
    folder = tmp_path_factory.mktemp("music")
    (folder / "jig.abc").write_text(JIG, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def server(browser: Browser, music: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    assert browser.is_connected()
    home = a_home(tmp_path_factory.mktemp("page"))
    for name in ("first", "second"):
        Image.new("RGB", (20, 10)).save(home / "models" / "recommend" / name / "curve.png")
    with running(home, "--allow", str(music)) as found:
        yield found


@pytest.mark.parametrize("language", LANGUAGES)
def test_recognize_a_jig_is_told_with_its_evidence(seen: Seen, language: str, tmp_path: Path) -> None:
    file = tmp_path / "jig.abc"
    file.write_text(JIG, encoding="utf-8")
    page = seen.open("recognize", language)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".bars li").first).to_contain_text("jig" if language == "en" else "吉格舞曲")
    expect(page.locator("h3")).to_contain_text(["Because of" if language == "en" else "依据"])
    expect(page.locator("img.heat")).to_be_visible()
    assert page.locator("img.heat").evaluate("(one) => one.naturalWidth") > 100
    assert not seen.serious()
    page.get_by_label("It is" if language == "en" else "其实是").fill(f"slip jig {language}")
    page.get_by_role("button", name="Learn it" if language == "en" else "记住").click()
    expect(page.locator("form .notice")).to_contain_text(f"slip jig {language} (1)")


def test_recognize_a_file_of_the_server_is_told_and_learned_from(seen: Seen, music: Path) -> None:
    page = seen.open("recognize")
    path = page.get_by_label("Or a file on the server")
    path.fill(f"{music}/ji")
    expect(page.locator("#folders option")).to_have_count(1)
    path.fill(f"{music}/jig.abc")
    page.keyboard.press("Enter")
    expect(page.locator(".bars li").first).to_contain_text("jig")
    expect(page.locator("img.heat")).to_be_visible()
    page.get_by_label("It is").fill("slip jig of the server")
    page.keyboard.press("Enter")
    expect(page.locator("form .notice")).to_contain_text("slip jig of the server (1)")
    assert not seen.serious()


@pytest.mark.parametrize("language", LANGUAGES)
def test_models_going_back_and_forth(seen: Seen, language: str) -> None:
    page = seen.open("models", language)
    expect(page.locator("tr", has_text="second")).to_contain_text("0.5000 → 0.8000")
    page.get_by_text("All figures" if language == "en" else "全部指标").first.click()
    figures = page.locator("table.numbers").first
    assert figures.locator("tbody td").all_inner_texts() == ["0.5000", "0.8000", "0.6000"]
    expect(page.locator("img.heat")).to_be_visible()
    assert page.locator("img.heat").evaluate("(one) => one.complete && one.naturalWidth > 0")
    assert not seen.serious()
    served = "served" if language == "en" else "使用中"
    back, forth = ("Go back", "Serve: second") if language == "en" else ("回到上一个", "使用: second")
    page.get_by_role("button", name=back).click()
    expect(page.locator("tr", has_text="first").locator("strong.served")).to_have_text(served)
    page.get_by_role("button", name=forth).click()
    expect(page.locator("tr", has_text="second").locator("strong.served")).to_have_text(served)


def test_the_page_is_used_by_the_keyboard_alone_on_a_narrow_screen_in_the_dark(seen: Seen) -> None:
    page = seen.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    for view in ("listen", "compose", "recognize", "models"):
        seen.open(view)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        if view == "listen":
            page.wait_for_selector(".songs > li")
        if view == "compose":  # two bars to a line, so that notes keep a size that can be read
            assert page.locator(".sheet .abcjs-staff-wrapper, .sheet .abcjs-l1").count() > 0
        assert not seen.serious(), view
    seen.open("recognize")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_without_open_access_a_key_is_asked_for_and_lets_in(seen: Seen, server: Running, tmp_path: Path) -> None:
    with running(a_home(tmp_path), "--keys") as closed:
        page = seen.page
        other = page.context.new_page()
        other.goto(closed.address)
        other.get_by_label("Key").fill(closed.secret)
        other.get_by_role("button", name="Enter").click()
        expect(other.locator(".songs > li").first).to_be_visible()
        other.locator(".songs > li").first.get_by_role("button", name="Like", exact=False).first.click()
        expect(other.locator(".say")).to_contain_text("More like Artist")
        other.close()
    assert server.process.poll() is None
