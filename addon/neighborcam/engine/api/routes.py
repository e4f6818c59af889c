"""Every route, once: aiohttp's router, the OpenAPI document and docs/api.md follow it.

What a route takes and answers is read off its handler's annotations, so the table
and the code cannot disagree.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from aiohttp import web
from yarl import URL

from neighborcam.engine.api import (
    cameras,
    house,
    live,
    moving,
    neighbourhood,
    own_alerts,
    page,
    push,
    recordings,
    requests,
)
from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.messages import CameraView, Scope
from neighborcam.engine.api.plumbing import adapt

ADMIN, VIEWER, STREAM = Scope.ADMIN, Scope.VIEWER, Scope.STREAM
JSON: Final = "application/json"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method and path. ``scope`` None needs no token; ``media`` may be signed."""

    method: str
    path: str
    scope: Scope | None
    run: Callable[[Call[Any, Any]], Awaitable[Any]]
    status: int = 200
    media: bool = False
    produces: str = JSON  # media type of a success
    answer: Any = None  # type of a success when the handler builds the response itself
    own_auth: bool = False  # the handler checks the token, in its first message

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]

    @property
    def types(self) -> tuple[Any, Any]:
        """The types of query and body, ``NoneType`` for none."""
        query, body = get_type_hints(self.run)[_first_parameter(self.run)].__args__
        return query, body

    @property
    def response(self) -> Any:
        """The type of a success, ``NoneType`` for an empty one."""
        return self.answer or get_type_hints(self.run)["return"]


def _first_parameter(run: Callable[..., Any]) -> str:
    return next(name for name in get_type_hints(run) if name != "return")


def _route(
    method: str,
    path: str,
    scope: Scope | None,
    run: Callable[[Call[Any, Any]], Awaitable[Any]],
    **more: Any,
) -> Route:
    return Route(method=method, path=path, scope=scope, run=run, **more)


_CAMERA: Final = "/api/cameras/{camera}"
_EPISODE: Final = "/api/episodes/{episode}"
_REQUEST: Final = "/api/requests/{request}"
_ALERT: Final = "/api/alerts/{alert}"
_JPEG: Final = {"media": True, "produces": "image/jpeg"}
_MP4: Final = {"media": True, "produces": "video/mp4"}
_FILE: Final = {"produces": "*/*"}
_FILE_OF: Final = {"media": True, "produces": "*/*"}

ROUTES: Final[tuple[Route, ...]] = (
    _route("GET", "/healthz", None, house.health),
    _route("GET", "/metrics", VIEWER, house.show_metrics, produces="text/plain"),
    _route("GET", "/api/openapi.json", None, house.openapi),
    _route("GET", "/api/info", STREAM, house.info),
    _route("POST", "/api/pair", None, house.pair, status=201),
    _route("POST", "/api/visit", None, house.visit, status=201),
    _route("PUT", "/api/administrators", ADMIN, house.put_administrators),
    _route("POST", "/api/pairing", ADMIN, house.open_pairing, status=201),
    _route("GET", "/api/tokens", ADMIN, house.list_tokens),
    _route("DELETE", "/api/tokens/{token}", ADMIN, house.delete_token),
    _route("POST", "/api/sign", STREAM, house.sign),
    _route("GET", "/api/settings", VIEWER, house.get_settings),
    _route("PATCH", "/api/settings", ADMIN, house.change_settings),
    _route("GET", "/api/storage", VIEWER, recordings.storage),
    _route("GET", "/api/cameras", VIEWER, cameras.list_cameras),
    _route(
        "POST", "/api/cameras", ADMIN, cameras.add_camera, status=201, answer=CameraView
    ),
    _route("POST", "/api/cameras/test", ADMIN, cameras.try_camera),
    _route("POST", "/api/cameras/import", ADMIN, moving.move_in),
    _route("POST", "/api/discover", ADMIN, cameras.discover),
    _route("POST", "/api/onvif/profiles", ADMIN, cameras.onvif_profiles),
    _route("GET", _CAMERA, VIEWER, cameras.get_camera),
    _route("PATCH", _CAMERA, ADMIN, cameras.change_camera),
    _route("DELETE", _CAMERA, ADMIN, cameras.remove_camera),
    _route("GET", f"{_CAMERA}/zones", VIEWER, cameras.get_zones),
    _route("PUT", f"{_CAMERA}/zones", ADMIN, cameras.put_zones),
    _route("GET", f"{_CAMERA}/snapshot.jpg", STREAM, cameras.snapshot, **_JPEG),
    _route(
        "GET",
        f"{_CAMERA}/live.ts",
        STREAM,
        live.mpegts,
        media=True,
        produces="video/mp2t",
    ),
    _route(
        "GET",
        f"{_CAMERA}/live",
        STREAM,
        live.fmp4,
        status=101,
        media=True,
        produces="video/mp4",
    ),
    _route("GET", f"{_CAMERA}/timeline", VIEWER, recordings.timeline),
    _route("GET", f"{_CAMERA}/segments", VIEWER, recordings.segments),
    _route("GET", f"{_CAMERA}/clip.mp4", VIEWER, recordings.clip, **_MP4),
    _route("GET", "/api/episodes", VIEWER, recordings.list_episodes),
    _route("GET", "/api/episodes/counts", VIEWER, recordings.count_episodes),
    _route("GET", _EPISODE, VIEWER, recordings.get_episode),
    _route("DELETE", _EPISODE, ADMIN, recordings.delete_episode),
    _route("GET", f"{_EPISODE}/thumbnail.jpg", VIEWER, recordings.thumbnail, **_JPEG),
    _route("GET", f"{_EPISODE}/preview.jpg", VIEWER, recordings.preview, **_JPEG),
    _route("GET", f"{_EPISODE}/clip.mp4", VIEWER, recordings.episode_clip, **_MP4),
    _route("PUT", f"{_EPISODE}/hold", ADMIN, recordings.hold_episode),
    _route("DELETE", f"{_EPISODE}/hold", ADMIN, recordings.release_episode),
    _route("GET", "/api/sharing", VIEWER, neighbourhood.sharing),
    _route("POST", "/api/sharing/join", ADMIN, neighbourhood.join),
    _route("POST", "/api/sharing/leave", ADMIN, neighbourhood.leave),
    _route("POST", "/api/sharing/trust", ADMIN, neighbourhood.trust),
    _route("GET", "/api/sharing/diary", ADMIN, neighbourhood.diary),
    _route("GET", "/api/sharing/preferences", VIEWER, neighbourhood.get_preferences),
    _route("PUT", "/api/sharing/preferences", ADMIN, neighbourhood.put_preferences),
    _route("POST", "/api/sharing/invites", ADMIN, neighbourhood.invite),
    _route("GET", "/api/sharing/alerts", ADMIN, own_alerts.list_own),
    _route("POST", "/api/sharing/hub-page", ADMIN, neighbourhood.hub_page),
    _route(
        "POST", "/api/sharing/pictures", ADMIN, neighbourhood.make_picture, status=201
    ),
    _route(
        "GET",
        "/api/sharing/pictures/{picture}",
        ADMIN,
        neighbourhood.made_picture,
        **_FILE_OF,
    ),
    _route("GET", "/api/alerts", VIEWER, neighbourhood.list_alerts),
    _route("POST", "/api/alerts", ADMIN, neighbourhood.publish_alert, status=201),
    _route("POST", "/api/alerts/preview", ADMIN, neighbourhood.preview_alert),
    _route("POST", f"{_ALERT}/update", ADMIN, neighbourhood.update_alert, status=201),
    _route("POST", f"{_ALERT}/cancel", ADMIN, neighbourhood.cancel_alert),
    _route("GET", f"{_ALERT}/statements", ADMIN, own_alerts.statements),
    _route("POST", f"{_ALERT}/appeal", ADMIN, own_alerts.appeal),
    _route("GET", f"{_ALERT}/comments", VIEWER, neighbourhood.list_comments),
    _route("POST", f"{_ALERT}/comments", ADMIN, neighbourhood.comment),
    _route("POST", f"{_ALERT}/flags", ADMIN, neighbourhood.flag),
    _route("GET", f"{_ALERT}/media/{{media}}", VIEWER, neighbourhood.media, **_FILE_OF),
    _route("POST", f"{_ALERT}/reactions", ADMIN, neighbourhood.react),
    _route("GET", "/api/requests", VIEWER, requests.list_requests),
    _route("GET", _REQUEST, ADMIN, requests.review),
    _route("POST", f"{_REQUEST}/clips", ADMIN, requests.make_clip, status=201),
    _route("GET", f"{_REQUEST}/clips/{{clip}}", ADMIN, requests.made_clip, **_FILE_OF),
    _route("POST", f"{_REQUEST}/answer", ADMIN, requests.answer),
    _route("POST", f"{_REQUEST}/answers/{{answer}}/letters", ADMIN, requests.write),
    _route("DELETE", f"{_REQUEST}/answers/{{answer}}", ADMIN, requests.revoke),
    _route("GET", "/api/sharing/viewpoints", ADMIN, requests.get_viewpoints),
    _route("PUT", "/api/sharing/viewpoints", ADMIN, requests.put_viewpoints),
    _route("GET", "/api/sharing/muted", ADMIN, requests.get_muted),
    _route("PUT", "/api/sharing/muted", ADMIN, requests.put_muted),
    _route("GET", "/api/sharing/holds", ADMIN, requests.list_holds),
    _route("DELETE", "/api/sharing/holds/{hold}", ADMIN, requests.let_go),
    _route("PUT", "/api/sharing/pin", ADMIN, requests.put_pin),
    _route("GET", "/api/agencies", ADMIN, requests.list_agencies),
    _route("POST", "/api/agencies/{agency}/veto", ADMIN, requests.veto),
    _route("GET", "/api/ws", VIEWER, push.watch, status=101, own_auth=True),
    _route("GET", "/", None, page.index, produces="text/html"),
    _route("GET", "/assets/{file}", None, page.asset, **_FILE),
    _route("GET", "/{file}", None, page.root_file, **_FILE),
)


def add_routes(router: web.UrlDispatcher) -> None:
    """Register the table with aiohttp."""
    for route in ROUTES:
        query, body = route.types
        handler = adapt(
            route.run,
            scope=None if route.own_auth else route.scope,
            media=route.media,
            query=query,
            body=body,
            status=route.status,
        )
        router.add_route(route.method, route.path, handler)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", path)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


_MEDIA: Final = tuple((_pattern(r.path), r.scope) for r in ROUTES if r.media)


def signable(url: URL) -> Scope | None:
    """Return the scope that a path of media needs; None for any other path."""
    for pattern, scope in _MEDIA:
        if pattern.fullmatch(url.raw_path):
            return scope
    return None
