"""Schemathesis tries what the OpenAPI document allows, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.python.asgi import ASGIClient, get_client
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.settings import Settings
from tests.api.building import JPEG, Kitchen, key_of, ref

# Several processes share the walk.
PARTS: Final = 6
Case = schemathesis.Case[Any]
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def kitchen_to_try(
    sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kitchen]:
    """One kitchen for all cases, with an alert and somebody who may do everything."""
    folder = tmp_path_factory.mktemp("openapi")
    (folder / "kitchen.db").write_bytes(sqlite_file.read_bytes())
    chosen = Settings(
        data=folder,
        database_url=SecretStr(f"sqlite:///{folder / 'kitchen.db'}"),
        argon2_memory_kib=8,
        argon2_rounds=1,
        sign_in_attempts=1000,
    )
    app = create_app(chosen)
    with TestClient(app) as client:
        kitchen = Kitchen(app, client)
        kitchen.posted(evidence=[ref(JPEG).model_dump()])
        kitchen.add_user("admin", "admin")
        yield kitchen


def headers_for(kitchen: Kitchen, case: Case, csrf_token: str) -> dict[str, str]:
    """A camera's key where cameras post, a session's token elsewhere."""
    own = {"X-CSRF-Token": csrf_token}
    posts = case.method in ("POST", "PATCH", "PUT") and case.path.startswith("/api/v1/alerts")
    return own | key_of(kitchen.camera) if posts and "reviews" not in case.path else own


def try_out(
    kitchen: Kitchen, operation: APIOperation[Any, Any, Any, Any], browser: ASGIClient
) -> None:
    """Send what the document allows for one operation, and what it does not."""
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    admin = kitchen.signed_in("admin")
    cookies, token = dict(admin.cookies), admin.headers["X-CSRF-Token"]

    @settings(
        max_examples=6,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,  # what passed here passes there
    )
    @given(case=wrong | operation.as_strategy())
    def holds(case: Case) -> None:
        headers = headers_for(kitchen, case, token)
        response = case.call(headers=headers, cookies=cookies, session=browser)
        case.validate_response(response, checks=CHECKS)

    holds()


@pytest.mark.parametrize("part", range(PARTS))
def test_no_request_breaks_the_server_or_the_document(kitchen_to_try: Kitchen, part: int) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", kitchen_to_try.app)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) >= 14 * PARTS
    with get_client(kitchen_to_try.app) as browser:  # type: ignore[arg-type]  # ASGI, both
        for operation in operations[part::PARTS]:
            try_out(kitchen_to_try, operation, browser)
