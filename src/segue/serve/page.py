"""The page: files that npm built into the package; where they were not built there is none, and a note says so."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "static"
_ABSENT = "The page was not built into this installation; the interface is at /api/v1, its specification at"
_ABSENT += " /api/v1/openapi.json\n"


def add_page(app: FastAPI) -> None:
    """Serve the page at / and its files below /static."""
    is_there = (FOLDER / "index.html").is_file()

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        """The page."""
        if not is_there:
            return PlainTextResponse(_ABSENT)
        return FileResponse(FOLDER / "index.html", headers={"Cache-Control": "no-cache"})

    if is_there:
        app.mount("/static", StaticFiles(directory=FOLDER), name="static")
