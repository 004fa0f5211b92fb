"""The application: routers, the guard around them, health, figures, the specification, the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

from segue.serve import routers
from segue.serve.access import AdminCaller, ServiceOf
from segue.serve.examples import add_examples
from segue.serve.figures import MEDIA
from segue.serve.guard import Guard
from segue.serve.page import add_page
from segue.serve.problems import add_handlers
from segue.serve.service import Service
from segue.serve.settings import Settings

PREFIX = "/api/v1"
_ABOUT = (
    "What comes next, for music. Keys go into `Authorization: Bearer ...`; errors are problems (RFC 9457); lists carry"
    " ETags and are paged by cursors; writes may carry an Idempotency-Key."
)


def make_app(settings: Settings) -> FastAPI:
    """Make the application; what it stands on is opened when it starts and closed when it ends."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await service.close()

    app = FastAPI(
        title="Segue",
        version=version("segue-music"),
        description=_ABOUT,
        lifespan=lifespan,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    for router in routers.ALL:
        app.include_router(router, prefix=PREFIX)
    for router in routers.ROOTS:
        app.include_router(router)
    _add_health(app)
    add_handlers(app)
    add_page(app)
    add_examples(app, PREFIX)
    app.add_middleware(Guard, settings=settings, figures=service.figures)
    return app


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        """The process answers."""
        return Response(b"ok\n", media_type="text/plain")

    @app.get("/readyz", include_in_schema=False)
    def readyz(service: ServiceOf) -> Response:
        """The store answers."""
        return JSONResponse({"store": service.store.version()})

    @app.get("/metrics", include_in_schema=False)
    def metrics(_: AdminCaller, service: ServiceOf) -> Response:
        """Figures for Prometheus."""
        return Response(service.figures.text(), media_type=MEDIA)
