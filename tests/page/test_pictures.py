"""The pictures of the page in the README: `SEGUE_PICTURES=HOME python -m pytest -n0 tests/page/test_pictures.py`.

HOME is that of a demonstration (`segue demo --folder HOME`), whose artists are real and whose listeners are simulated.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.page.conftest import ROOT, Seen
from tests.serve.process import Running, running

KESH = """X:1
T:The Kesh
M:6/8
L:1/8
K:G
|:GAG GAB|ABA ABd|edd gdd|edB dBA|GAG GAB|ABA ABd|edd gdB|AGF G3:|
|:BAB dBd|ege dBG|BAB dBG|ABA AGA|BAB dBd|ege dBd|gfg aga|bgg g3:|
"""  # traditional
HOME = os.environ.get("SEGUE_PICTURES", "")
IMAGES = ROOT / "docs" / "images"
pytestmark = pytest.mark.skipif(not HOME, reason="pictures are made where SEGUE_PICTURES names a demonstration's home")


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[Running]:
    assert browser.is_connected()
    with running(Path(HOME)) as found:
        yield found


def test_listen(seen: Seen) -> None:
    page = seen.open("listen")
    page.locator(".songs summary").first.click()
    expect(page.locator(".reasons li").first).to_be_visible()
    page.screenshot(path=IMAGES / "page-listen.png")


def test_taste(seen: Seen) -> None:
    page = seen.open("listen")
    page.locator(".course").scroll_into_view_if_needed()
    expect(page.locator("section[aria-label=Scorecard] .meter").first).to_be_visible()
    page.locator("section[aria-label='Your taste']").screenshot(path=IMAGES / "page-taste.png")


def test_compose(seen: Seen) -> None:
    page = seen.open("compose")
    page.get_by_text("Piano roll").click()
    page.get_by_role("button", name="Harmony", exact=True).click()
    expect(page.locator(".offer svg")).to_have_count(3)
    expect(page.locator(".badge")).to_contain_text("Original")
    page.set_viewport_size({"width": 1100, "height": 1480})
    page.screenshot(path=IMAGES / "page-compose.png")


def test_recognize_in_chinese(seen: Seen, tmp_path: Path) -> None:
    file = tmp_path / "the-kesh.abc"
    file.write_text(KESH, encoding="utf-8")
    page = seen.open("recognize", "zh")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("img.heat")).to_be_visible()
    page.screenshot(path=IMAGES / "page-recognize-zh.png")
