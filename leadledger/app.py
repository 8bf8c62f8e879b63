"""The ASGI application: `uvicorn --factory leadledger.app:create_app`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import Response

from leadledger import VERSION, health
from leadledger.accounts.routers import ROUTERS as ACCOUNTS
from leadledger.alerts import link_routes as alert_links
from leadledger.alerts import routes as alerts
from leadledger.auth import TokenVerifier
from leadledger.billing import routes as billing
from leadledger.billing.gateway import make_gateway
from leadledger.billing.receiving import Refusals
from leadledger.credits import routes as credit_routes
from leadledger.database import Database, api_url
from leadledger.description import DescribedApp
from leadledger.errors import AppError
from leadledger.exports import routes as exports
from leadledger.exports.downloads import MEDIA_TYPES
from leadledger.exports.files import ExportFiles
from leadledger.feed import routes as feed
from leadledger.identity.embedded import Issuer, mount_identity
from leadledger.keys import KeyRing, fetch_jwks
from leadledger.leads import field_share_routes as field_shares
from leadledger.leads import market_routes as market
from leadledger.leads import permit_list_routes as permit_lists
from leadledger.leads import permit_routes as permits
from leadledger.leads import routes as leads
from leadledger.leads import search_routes as lead_searches
from leadledger.leads.coverage import CoverageBook
from leadledger.leads.receipts import ReceiptReader
from leadledger.logs import configure_logging
from leadledger.middleware import FailureEdge, RequestEdge
from leadledger.modes import Mode
from leadledger.outbox import has_outbox_page, make_outbox_router
from leadledger.pipeline import routes as pipeline
from leadledger.privacy import routes as privacy
from leadledger.proxies import ProxyEdge
from leadledger.rate_edge import RateEdge
from leadledger.rate_limits import RateLimits, SharedCounts
from leadledger.refunds import routes as refunds
from leadledger.responses import error_response
from leadledger.sandbox.place import archive_url as sample_url
from leadledger.sandbox.place import reading_url, sample_registry
from leadledger.settings import ApiSettings, load_settings
from leadledger.suppressed import SuppressionBook
from leadledger.validation import describe_http_exception, describe_validation
from leadledger.webhooks import routes as webhooks
from permit_leads.archive import Archive
from permit_leads.registry import Dataset, load_registry

DESCRIPTION = """Public building permits as scored leads, each with its reasons and its receipts.

`null` always means that the publisher does not say. With a test key (`llp_test_…`) every answer is about a fixed sample
of real permits and carries `LeadLedger-Mode: test`. Errors have one body, `ErrorBody`, whatever the status."""
# What supabase-js sends besides what any request may.
BROWSER_HEADERS = [
    "apikey",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "if-range",
    "range",
    "x-account-id",
    "x-client-info",
    "x-request-id",
    "x-supabase-api-version",
]
ANSWER_HEADERS = [
    "accept-ranges",
    "content-disposition",
    "content-range",
    "etag",
    "idempotent-replayed",
    "leadledger-mode",
    "ratelimit",
    "ratelimit-policy",
    "repr-digest",
    "retry-after",
    "x-request-id",
    "x-sb-error-code",
    "x-supabase-api-version",
]
GZIP_MIN_BYTES = 1_024
# Files are fetched in pieces of known length, so nobody packs them on the way.
AS_THEY_ARE = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *MEDIA_TYPES.values())
Databases = Mapping[Mode, Database]
ROUTERS = (
    health.router,
    leads.public,
    lead_searches.router,
    field_shares.router,
    leads.router,
    permits.router,
    permit_lists.router,
    market.router,
    pipeline.router,
    credit_routes.router,
    refunds.router,
    billing.router,
    privacy.router,
    feed.router,
    exports.router,
    alerts.router,
    alert_links.router,
    webhooks.router,
    *ACCOUNTS,
)


def create_app(settings: ApiSettings | None = None, database: Database | None = None) -> FastAPI:
    """The whole API, and under /auth/v1 the embedded identity provider when there is no Supabase.

    What it works with hangs on `app.state`; `leadledger.deps` and the routes take it from there.

    Raises:
        SettingsError: the environment cannot be used.
    """
    settings = settings or load_settings()
    configure_logging()
    database = database or Database(api_url(settings), size=settings.database_pool_size)
    sandbox = Database(reading_url(settings), size=min(4, settings.database_pool_size), mode="test")
    limits = RateLimits(settings.allowed_a_minute, SharedCounts(Database(api_url(settings), size=1)))
    app = build_app(settings, {"live": database, "test": sandbox}, limits)
    if settings.supabase_url:
        issuer = Issuer(fetch_jwks(f"{settings.issuer}/.well-known/jwks.json"), _api_keys(settings), None)
    else:
        issuer = mount_identity(app, settings, database, _api_keys(settings))
    if has_outbox_page(settings):
        app.include_router(make_outbox_router(settings))
    _add_readers(app, settings, {"live": database, "test": sandbox})
    app.state.export_files = ExportFiles(settings.exports_url)
    app.state.gateway = make_gateway(settings)
    app.state.verifier = TokenVerifier(
        settings.issuer, KeyRing(issuer.fetch_keys), settings.jwt_secrets, issuer.api_keys, issuer.has_ended
    )
    return app


def _add_readers(app: FastAPI, settings: ApiSettings, databases: Databases) -> None:
    """What reads coverage and archived pages, once for live data and once for the sample; they share nothing."""
    live = load_registry()
    registries: dict[Mode, dict[str, Dataset]] = {"live": live, "test": sample_registry(live)}
    archives: dict[Mode, Archive] = {"live": Archive(settings.archive_url), "test": Archive(sample_url())}
    suppressions = SuppressionBook(databases["live"])  # who must not appear does not appear in the sample either
    app.state.coverage_books = {mode: CoverageBook(databases[mode], registries[mode], mode) for mode in databases}
    app.state.receipt_readers = {
        mode: ReceiptReader(archives[mode], registries[mode], suppressions.redactor) for mode in databases
    }


def build_app(
    settings: ApiSettings | None = None, databases: Databases | None = None, limits: RateLimits | None = None
) -> FastAPI:
    """The routes and what surrounds them; with nothing given it can say its OpenAPI document, and no more."""
    refusals = Refusals(databases["live"]) if databases else None
    opened = [*(databases or {}).values(), *(one for one in (limits, refusals) if one is not None)]
    app = DescribedApp(
        title="LeadLedgerPro",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=_lifespan(opened),
        middleware=_middleware(settings, limits),
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.databases = databases
    app.state.rate_limits = limits
    app.state.refusals = refusals
    app.state.settings = settings
    for one in ROUTERS:
        app.include_router(one)
    app.add_exception_handler(AppError, _answer_app_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    return app


def _lifespan(
    opened: Sequence[Database | RateLimits | Refusals],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for one in opened:
            one.open()
        yield
        for one in reversed(opened):
            one.close()

    return lifespan


def _middleware(settings: ApiSettings | None, limits: RateLimits | None) -> list[Middleware]:
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(settings.frontend_url) if settings else [],
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=BROWSER_HEADERS,
        expose_headers=ANSWER_HEADERS,
        max_age=600,
    )
    gzip = Middleware(GZipMiddleware, minimum_size=GZIP_MIN_BYTES, compresslevel=5, exclude_content_types=AS_THEY_ARE)
    failures = Middleware(FailureEdge, answer=_answer_app_error)
    proxies = Middleware(ProxyEdge, trusted_count=settings.trusted_proxies if settings else 0)
    rates = [Middleware(RateEdge, limits=limits, answer=_answer_app_error)] if limits else []
    return [proxies, Middleware(RequestEdge), cors, *rates, gzip, failures]


def _api_keys(settings: ApiSettings) -> list[str]:
    keys = (settings.supabase_anon_key, settings.supabase_service_role_key)
    return [key.get_secret_value() for key in keys if key is not None]


def _answer_app_error(request: Request, error: Exception) -> Response:
    """The one error body; the same function for what was expected and for what was not."""
    assert isinstance(error, AppError)
    return error_response(error, request.state.request_id)


def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_response(describe_http_exception(request, error), request.state.request_id)


def _answer_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return error_response(describe_validation(request, error), request.state.request_id)
