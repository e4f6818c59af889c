"""The OpenAPI 3.1 document, made from the route table and the message types."""

import re
from types import NoneType
from typing import Any, Final

import msgspec

from neighborcam import __version__
from neighborcam.hub.api.errors import ANSWERS, ErrorAnswer
from neighborcam.hub.api.plumbing import JSON
from neighborcam.hub.api.routes import ROUTES, Route
from neighborcam.protocol.feed import FeedMessage

_REF: Final = "#/components/schemas/{name}"
_SECURITY: Final = {
    "pass": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Pass <pass of the day>`",
    },
    "steward": {"type": "apiKey", "in": "cookie", "name": "neighborcam_steward"},
}


def document() -> bytes:
    """Return the whole document as JSON."""
    types = {each for route in ROUTES for each in _types(route)}
    ordered = sorted(types | {ErrorAnswer, FeedMessage}, key=str)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    by_type = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        operation = _operation(route, by_type, components)
        paths.setdefault(route.public_path, {})[route.method.lower()] = operation
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "NeighborCam hub", "version": __version__},
            "paths": paths,
            "components": {"schemas": components, "securitySchemes": _SECURITY},
        }
    )


def _is_message(wanted: Any) -> bool:
    is_response = isinstance(wanted, type) and wanted.__module__.startswith("aiohttp")
    return wanted is not NoneType and not is_response


def _types(route: Route) -> list[Any]:
    return [each for each in (*route.types, route.response) if _is_message(each)]


def _operation(
    route: Route, by_type: dict[Any, Any], components: dict[str, Any]
) -> dict[str, Any]:
    query, body = route.types
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": f"{route.run.__name__}_{route.method.lower()}"
        if route.run.__name__ == "index"
        else route.run.__name__,
        "parameters": [*_path_parameters(route), *_query(query, components)],
        "responses": _responses(route, by_type),
        "security": [{route.needs: []}] if route.needs else [],
    }
    if body is not NoneType:
        content = {JSON: {"schema": by_type[body]}}
        operation["requestBody"] = {"required": True, "content": content}
    elif route.takes:
        content = {route.takes: {"schema": {"type": "string"}}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    found = re.findall(r"\{(\w+)(?::((?:[^{}]|\{\d+\})*))?\}", route.path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", **({"pattern": f"^{p}$"} if p else {})},
        }
        for name, p in found
    ]


def _query(query: Any, components: dict[str, Any]) -> list[dict[str, Any]]:
    if query is NoneType:
        return []
    schema = components[query.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": value}
        for name, value in schema["properties"].items()
    ]


def _responses(route: Route, by_type: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": route.summary}
    status = 204 if route.response is NoneType else route.status
    if route.response in by_type:
        success["content"] = {route.produces: {"schema": by_type[route.response]}}
    elif route.response is not NoneType:
        success["content"] = {route.produces: {}}
    codes = sorted({code for _kind, _status, code in ANSWERS})
    failure = {
        "description": f"an error; its code is one of {', '.join(codes)}, unexpected",
        "content": {JSON: {"schema": by_type[ErrorAnswer]}},
    }
    return {str(status): success, "default": failure}
