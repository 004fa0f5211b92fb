"""One router per capability; a new one is a module here and a line in ALL."""

from __future__ import annotations

from fastapi import APIRouter

from segue.serve.routers import (
    compose,
    jobs,
    keys,
    listenbrainz,
    listens,
    me,
    models,
    music,
    offers,
    recognize,
    recommend,
    review,
    taste,
)

ALL: tuple[APIRouter, ...] = (
    recommend.router,
    listens.router,
    taste.router,
    compose.router,
    music.router,
    offers.router,
    recognize.router,
    models.router,
    jobs.router,
    review.router,
    me.router,
    keys.router,
)
ROOTS: tuple[APIRouter, ...] = (listenbrainz.router,)  # where others' programs look for them
