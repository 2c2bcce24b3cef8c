"""Build the web application from its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import audit_routes, errors, operations
from api.accounts import routes as account_routes
from api.accounts import user_routes
from api.accounts.passwords import password_hasher
from api.accounts.providing import open_provider
from api.accounts.throttle import Throttle
from api.alerts import routes as alert_routes
from api.analyses import routes as analysis_routes
from api.appeals import routes as appeal_routes
from api.audit_log import AuditWatch
from api.cameras import keys_routes, sharing_routes
from api.cameras import routes as camera_routes
from api.cameras.snapshots import SnapshotStorage
from api.cards import routes as card_routes
from api.cases import routes as case_routes
from api.cases.metrics import CaseCollector
from api.database import Database
from api.evidence import bundle_routes, custody_routes
from api.evidence import routes as evidence_routes
from api.evidence.alarm import alarm
from api.exposures import routes as exposure_routes
from api.imports import routes as import_routes
from api.inspections import campaign_routes, receipt_routes
from api.inspections import routes as inspection_routes
from api.ledger import routes as ledger_routes
from api.metrics import Metrics, MetricsMiddleware
from api.middleware import BodyLimitMiddleware, HeadersMiddleware
from api.notes import routes as note_routes
from api.notifications import routes as notification_routes
from api.patrols import routes as patrol_routes
from api.policy import routes as policy_routes
from api.reports import routes as report_routes
from api.restaurants import routes as restaurant_routes
from api.reviews import routes as review_routes
from api.samples import routes as sample_routes
from api.scores import routes as score_routes
from api.settings import Settings
from api.sheets import routes as sheet_routes
from api.stats import board_routes, figure_routes
from api.stats import routes as stats_routes
from api.storage import open_storage
from api.thresholds import routes as threshold_routes
from api.web import routes as page_routes

# Asked in this order: first what cameras send, hundreds of times a second.
ROUTERS: Final = (
    alert_routes.router,
    evidence_routes.router,
    account_routes.router,
    audit_routes.router,
    keys_routes.router,
    restaurant_routes.router,
    import_routes.router,
    user_routes.router,
    analysis_routes.router,
    camera_routes.router,
    sharing_routes.router,
    case_routes.router,
    inspection_routes.router,
    receipt_routes.router,
    campaign_routes.router,
    note_routes.router,
    notification_routes.router,
    patrol_routes.router,
    custody_routes.router,
    bundle_routes.router,
    review_routes.router,
    exposure_routes.router,
    policy_routes.router,
    sample_routes.router,
    score_routes.router,
    stats_routes.router,
    figure_routes.router,
    board_routes.router,
    ledger_routes.router,
    report_routes.router,
    appeal_routes.router,
    card_routes.router,
    sheet_routes.router,
    threshold_routes.router,
)


def create_app(settings: Settings) -> FastAPI:
    """The application on a database that ``api.migrations.upgrade`` brought up to date."""
    app = FastAPI(
        title="Bright Kitchen",
        description="Alerts from transparent kitchens, reviewed by people.",
        version=version("bright-kitchen"),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    _keep(app, settings)
    errors.install(app)
    _guard(app, settings)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(operations.router)
    app.mount("/api/docs", StaticFiles(directory=operations.DOCS_DIR), name="docs")
    _add_pages(app)
    app.openapi = partial(operations.describe, app)  # type: ignore[method-assign]  # FastAPI's way
    return app


def _keep(app: FastAPI, settings: Settings) -> None:
    app.state.settings = settings
    app.state.database = Database(settings.url, settings.busy_timeout_s)
    app.state.snapshots = SnapshotStorage(settings.data / "pictures")
    app.state.storage = open_storage(settings)
    app.state.passwords = password_hasher(settings)
    app.state.throttle = Throttle(
        app.state.database, settings.sign_in_attempts, settings.sign_in_window_s
    )
    app.state.audit_watch = AuditWatch()
    app.state.provider = open_provider(settings)
    app.state.metrics = Metrics()
    app.state.metrics.registry.register(CaseCollector(app.state.database))
    app.state.storage.altered = alarm(app.state.database, app.state.metrics)


def _guard(app: FastAPI, settings: Settings) -> None:
    """The last one added is the first one asked."""
    app.add_middleware(
        BodyLimitMiddleware,
        limit_bytes=settings.body_limit_bytes,
        footage_bytes=settings.footage_upload_bytes,
    )
    if settings.trusted_hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.trusted_hosts))
    app.add_middleware(HeadersMiddleware)
    app.add_middleware(MetricsMiddleware, metrics=app.state.metrics)


def _add_pages(app: FastAPI) -> None:
    app.include_router(page_routes.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=page_routes.STATIC_DIR), name="static")
    app.state.render_error = page_routes.render_error


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    if app.state.provider is not None:
        app.state.provider.close()
    app.state.database.close()
