"""A real browser before a real server; skipped where there is no Chromium, or the page was not built."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from segue.serve.page import FOLDER
from tests.serve.homes import a_home
from tests.serve.process import Running, running

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SECONDS = int(os.environ.get("SEGUE_PATIENCE", "120"))  # nothing here takes so long on a quiet machine
expect.set_options(timeout=1000 * SECONDS)
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
)


@dataclass
class Seen:
    """A page of the browser, and what went wrong or left the host while it was looked at."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, view: str, language: str = "en") -> Page:
        """Open a view in a language, and wait until something is there."""
        self.page.goto(self.address)
        self.page.evaluate(f"localStorage.setItem('language', '{language}')")
        self.page.goto(f"{self.address}#{view}")
        self.page.reload()
        self.page.wait_for_selector("main .card")
        return self.page

    def serious(self) -> list[str]:
        """What axe finds serious or critical on the page as it is."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not (FOLDER / "index.html").is_file() or not AXE.is_file():
        pytest.skip("the page is not built: `make page` builds it, with npm")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    assert browser.is_connected()
    with running(a_home(tmp_path_factory.mktemp("page"))) as found:
        yield found


@pytest.fixture
def seen(browser: Browser, server: Running) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": 1100, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(1000 * SECONDS)
    made = Seen(page, server.address)
    page.on("console", lambda one: made.errors.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: made.errors.append(str(one)))
    page.on("request", lambda one: made.elsewhere.append(one.url) if not is_here(one.url, server.address) else None)
    yield made
    context.close()
    assert not made.elsewhere, made.elsewhere
    assert not made.errors, made.errors


def is_here(url: str, address: str) -> bool:
    return url.startswith((address, "blob:", "data:"))
