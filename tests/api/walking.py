"""Every route there is, and a request for each that nothing but its ids makes fail.

Read from the OpenAPI document, and from one made in the same way for the pages: a route that
somebody adds is walked without being named here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.web import routes as page_routes

Ids = Callable[[str], str]
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Operation:
    """One method on one path; ``secured_by`` names the schemes, empty when it is open to all."""

    method: str
    path: str
    spec: dict[str, Any]
    components: dict[str, Any]
    page: bool

    @property
    def secured_by(self) -> set[str]:
        """The schemes that let somebody in."""
        return {name for choice in self.spec.get("security", []) for name in choice}

    @property
    def safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in ("get", "head")

    def parameters(self, place: str) -> dict[str, dict[str, Any]]:
        """Schemas of the path's parameters, or of those of the query that must be given."""
        found = [item for item in self.spec.get("parameters", []) if item["in"] == place]
        return {item["name"]: item["schema"] for item in found if item.get("required")}

    def body(self) -> tuple[str, dict[str, Any]] | None:
        """Media type and schema of the body."""
        content = (self.spec.get("requestBody") or {}).get("content") or {}
        return next(((kind, self.resolve(item["schema"])) for kind, item in content.items()), None)

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema itself where it is a reference to one."""
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.components[name] if name else schema

    def names(self) -> set[str]:
        """What path, query and body name that could be an id."""
        found = {*self.parameters("path"), *self.parameters("query")}
        body = self.body()
        return found | set(body[1].get("properties", {}) if body else {})

    def address(self, ids: Ids) -> str:
        """The path, filled."""
        path = self.path
        for name in self.parameters("path"):
            path = path.replace(f"{{{name}}}", ids(name))
        return path

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def operations(app: FastAPI) -> list[Operation]:
    """Everything that the OpenAPI document tells of."""
    return _operations(app.openapi(), page=False)


def pages(app: FastAPI) -> list[Operation]:
    """Every page and every form that one sends."""
    told = [copy.copy(route) for route in _routes(page_routes.router.routes)]
    for route in told:
        route.include_in_schema = True
    return _operations(get_openapi(title="pages", version="1", routes=told), page=True)


def _routes(routes: list[Any]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes)


def _operations(document: dict[str, Any], *, page: bool) -> list[Operation]:
    components = document.get("components", {}).get("schemas", {})
    return [
        Operation(method, path, spec, components, page)
        for path, methods in document["paths"].items()
        for method, spec in methods.items()
    ]


def example(operation: Operation, schema: dict[str, Any], ids: Ids, name: str = "") -> Any:
    """The smallest value that the schema allows; a name that is an id gets its id."""
    schema = operation.resolve(schema)
    chosen = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    if chosen:
        return example(operation, chosen[0], ids, name)
    kind = schema.get("type", "string")
    if kind == "object":
        required = schema.get("required", [])
        wanted = {key: schema["properties"][key] for key in schema.get("properties", {})}
        known = {key for key in wanted if key in required or _is_id(key)}
        return {key: example(operation, wanted[key], ids, key) for key in wanted if key in known}
    if kind == "array":
        return _array(operation, schema, ids, name)
    return _scalar(kind, schema, ids, name)


def _is_id(name: str) -> bool:
    return name.endswith(("_id", "_ids"))


def _array(operation: Operation, schema: dict[str, Any], ids: Ids, name: str) -> list[Any]:
    if "prefixItems" in schema:
        return [example(operation, item, ids) for item in schema["prefixItems"]]
    count = max(int(schema.get("minItems", 0)), int(_is_id(name)))
    return [example(operation, schema["items"], ids, name.removesuffix("s")) for _ in range(count)]


def _scalar(kind: str, schema: dict[str, Any], ids: Ids, name: str) -> Any:
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    if _is_id(name):
        return ids(name)
    if schema.get("format") == "date-time":
        return "2026-11-24T06:30:00Z"
    if schema.get("format") == "date":
        return "2026-11-24"
    return str(schema.get("default") or "1" * max(3, int(schema.get("minLength", 0))))
