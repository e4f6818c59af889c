"""The OpenAPI 3.1 document, made from the route table and the message types."""

import re
from types import NoneType
from typing import Any, Final

import msgspec

from neighborcam import __version__
from neighborcam.engine.api.errors import ANSWERS
from neighborcam.engine.api.messages import ErrorAnswer
from neighborcam.engine.api.push_messages import ClientMessage, LiveStart, ServerMessage
from neighborcam.engine.api.routes import JSON, ROUTES, Route
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.settings import Settings

_REF: Final = "#/components/schemas/{name}"
_MESSAGES: Final = (ErrorAnswer, ClientMessage, ServerMessage, LiveStart)
_CHANGES_BODY: Final = {
    ("POST", "/api/cameras"): CameraConfig,
    ("PATCH", "/api/cameras/{camera}"): CameraConfig,
    ("PATCH", "/api/settings"): Settings,
}


def document() -> bytes:
    """Return the whole document as JSON."""
    types = {t for route in ROUTES for t in _types(route)} | {*_MESSAGES}
    ordered = sorted(types, key=str)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    by_type = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        operation = _operation(route, by_type, components)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "NeighborCam engine", "version": __version__},
            "paths": paths,
            "components": {"schemas": components, "securitySchemes": _SECURITY},
        }
    )


_SECURITY: Final = {
    "token": {"type": "http", "scheme": "bearer"},
    "signature": {"type": "apiKey", "in": "query", "name": "signature"},
}


def _body(route: Route) -> Any:
    return _CHANGES_BODY.get((route.method, route.path), route.types[1])


def _is_message(wanted: Any) -> bool:
    is_response = isinstance(wanted, type) and wanted.__module__.startswith("aiohttp")
    return wanted is not NoneType and not is_response


def _types(route: Route) -> list[Any]:
    candidates = (route.types[0], _body(route), route.response)
    return [wanted for wanted in candidates if _is_message(wanted)]


def _operation(
    route: Route, by_type: dict[Any, Any], components: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": route.run.__name__,
        "parameters": [*_path_parameters(route), *_query(route, components)],
        "responses": _responses(route, by_type),
        "security": _security(route),
    }
    body = _body(route)
    if _is_message(body):
        kind = "application/merge-patch+json" if route.method == "PATCH" else JSON
        content = {kind: {"schema": _partial(route, by_type[body], components)}}
        operation["requestBody"] = {"required": True, "content": content}
    if route.scope is not None:
        operation["x-scope"] = route.scope.value
    return operation


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.scope is None:
        return []
    schemes = ("token", "signature") if route.media else ("token",)
    return [{scheme: []} for scheme in schemes]


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query(route: Route, components: dict[str, Any]) -> list[dict[str, Any]]:
    query = route.types[0]
    if query is NoneType:
        return []
    schema = components[query.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": value}
        for name, value in schema["properties"].items()
    ]


def _partial(route: Route, schema: Any, components: dict[str, Any]) -> Any:
    """Return a patch's schema: every field may be missing, or null for its default."""
    if route.method != "PATCH":
        return schema
    name = schema["$ref"].rpartition("/")[2]
    properties = {
        field: {"anyOf": [value, {"type": "null"}]}
        for field, value in components[name]["properties"].items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


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
