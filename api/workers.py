"""Everything that works beside the server, in threads of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from fastapi import FastAPI

from api.analyses.runner import Runner
from api.cases.worker import Worker as CaseWorker
from api.notifications.worker import Worker as NotificationWorker
from api.reports.worker import ReportWorker
from api.scores.worker import ScoreWorker


@contextmanager
def working(served: FastAPI) -> Iterator[None]:
    """Messages, footage, scores, cases and reports, while the block runs."""
    database, settings = served.state.database, served.state.settings
    with ExitStack() as stack:
        for worker in (
            NotificationWorker(database, settings),
            Runner(database, settings, served.state.storage),
            ScoreWorker(database),
            CaseWorker(database),
            ReportWorker(database, settings),
        ):
            stack.enter_context(worker.running())
        yield
