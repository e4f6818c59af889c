"""Passes the engine's media on to browsers, phones and players.

They know Home Assistant only: the engine may be out of their reach, and its token stays
here. Bytes flow through as they come; what an engine says about them is believed no
further than ranges and validators need.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from aiohttp import ClientError, ClientResponse, hdrs, web
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.http import KEY_HASS_USER, HomeAssistantView
from homeassistant.components.http.auth import async_sign_path
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from yarl import URL

from .callers import may
from .client import api_path
from .const import DOMAIN
from .coordinator import EngineCoordinator
from .errors import EngineFailure, EngineUnreachable, OddAnswer, WishRefused
from .pictures import kept_picture

type Kind = Literal["thumbnail", "preview", "clip"]

JPEG: Final = "image/jpeg"
MP4: Final = "video/mp4"
LONGEST_SPAN: Final = timedelta(hours=2)  # the engine's own limit

_CHUNK: Final = 64 * 1024  # bytes in memory for each that watches
_FILES: Final[Mapping[Kind, str]] = {
    "thumbnail": "thumbnail.jpg",
    "preview": "preview.jpg",
    "clip": "clip.mp4",
}
_SHARED: Final[Mapping[str, str]] = {"picture": "picture.jpg", "clip": "clip.mp4"}
_ASKED: Final[tuple[str, ...]] = (
    hdrs.RANGE,
    hdrs.IF_RANGE,
    hdrs.IF_NONE_MATCH,
    hdrs.IF_MODIFIED_SINCE,
)
_TOLD: Final[tuple[str, ...]] = (
    *(hdrs.ACCEPT_RANGES, hdrs.CONTENT_RANGE, hdrs.ETAG, hdrs.LAST_MODIFIED),
    *("Clip-Started-At", "Clip-Ended-At"),
)
# A page of Home Assistant's own origin must never come out of an engine.
_OURS: Final[Mapping[str, str]] = {
    hdrs.CACHE_CONTROL: "private, no-cache",
    hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
}
_BODILESS: Final = frozenset({304, 416})
_NOT_THERE: Final = frozenset({"not_found", "no_route", "invalid_input", "conflict"})


@callback
def async_setup_views(hass: HomeAssistant) -> None:
    """Serve the media of every engine, those added later too."""
    views = (EpisodeView(hass), SpanView(hass), PictureView(hass), SharedView(hass))
    for view in views:
        hass.http.register_view(view)


@callback
def signed_url(
    hass: HomeAssistant,
    entry_id: str,
    kind: Kind,
    id_: str,
    *,
    life: timedelta,
    for_anyone: bool = False,
) -> str:
    """Return a path of an episode's media that works without logging in.

    It ends with ``life``, and with the login of whoever asks for it now. With
    ``for_anyone`` it outlives that, as a link in a notification must. Raises
    `WishRefused` for an odd id.
    """
    path = _path(entry_id, api_path("episodes", id_), _FILES[kind])
    return async_sign_path(hass, path, life, use_content_user=for_anyone)


@callback
def signed_span_url(
    hass: HomeAssistant,
    entry_id: str,
    camera: str,
    start: datetime,
    end: datetime,
    *,
    life: timedelta,
    for_anyone: bool = False,
) -> str:
    """Return a path of a camera's recording, two hours at most; as `signed_url`."""
    # A plus sign would not survive the signing, so it is Z and not +00:00.
    span = {"start": _stamp(start), "end": _stamp(end)}
    path = URL(_path(entry_id, api_path("cameras", camera), _FILES["clip"]))
    return async_sign_path(
        hass, str(path.with_query(span)), life, use_content_user=for_anyone
    )


@callback
def signed_picture_url(
    hass: HomeAssistant, entry_id: str, camera: str, name: str, *, life: timedelta
) -> str:
    """Return a path of a picture that the owner took; as `signed_url`."""
    of_camera = api_path("cameras", camera)
    path = _path(entry_id, of_camera, f"snapshots/{name}")
    return async_sign_path(hass, path, life)


@callback
def signed_shared_url(
    hass: HomeAssistant,
    entry_id: str,
    kind: Literal["picture", "clip"],
    id_: str,
    *,
    life: timedelta,
) -> str:
    """Return a path of a picture or clip that would leave, for whoever decides.

    Opening it is looking at it: the engine publishes nothing that nobody opened.
    """
    path = _path(entry_id, api_path("shared", id_), _SHARED[kind])
    return async_sign_path(hass, path, life, use_content_user=True)


def _path(entry_id: str, of_engine: str, file: str) -> str:
    return f"/api/{DOMAIN}/{entry_id}/{of_engine.removeprefix('/api/')}/{file}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True)
class _Media:
    """What to ask the engine for, and what it is: we say so, not the engine."""

    path: str
    mime: str
    query: Mapping[str, str] | None = None


class _View(HomeAssistantView):
    """What the views share. A signed path is a login too, so all need one."""

    requires_auth = True

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    def engine(self, entry_id: str) -> EngineCoordinator:
        """Return the engine of an entry; raises 404, or 503 while it is not loaded."""
        entry = self._hass.config_entries.async_get_entry(entry_id)
        if entry is None or entry.domain != DOMAIN:
            raise web.HTTPNotFound
        if entry.state is not ConfigEntryState.LOADED:
            raise web.HTTPServiceUnavailable
        coordinator: EngineCoordinator = entry.runtime_data
        return coordinator


class EpisodeView(_View):
    """Pictures and clip of an episode."""

    url = (
        f"/api/{DOMAIN}/{{entry_id}}/episodes/{{episode}}"
        r"/{file:thumbnail\.jpg|preview\.jpg|clip\.mp4}"
    )
    name = f"api:{DOMAIN}:episode"

    async def get(
        self, request: web.Request, entry_id: str, episode: str, file: str
    ) -> web.StreamResponse:
        """Pass one of them on."""
        coordinator = self.engine(entry_id)
        try:
            path = api_path("episodes", episode)
            await _check_episode(request, coordinator, episode)
        except EngineFailure as failure:
            raise _told_as(failure) from None
        mime = MP4 if file == _FILES["clip"] else JPEG
        media = _Media(path=f"{path}/{file}", mime=mime)
        return await _pass_on(request, coordinator, media)

    head = get


class SpanView(_View):
    """A span of a camera's recording."""

    url = f"/api/{DOMAIN}/{{entry_id}}/cameras/{{camera}}/clip.mp4"
    name = f"api:{DOMAIN}:span"

    async def get(
        self, request: web.Request, entry_id: str, camera: str
    ) -> web.StreamResponse:
        """Pass it on; 400 for an odd span."""
        coordinator = self.engine(entry_id)
        _check_camera(request, coordinator, camera)
        path = f"{api_path('cameras', camera)}/{_FILES['clip']}"
        media = _Media(path=path, mime=MP4, query=_span(request))
        return await _pass_on(request, coordinator, media)

    head = get


class PictureView(_View):
    """A picture that the owner took of a camera."""

    url = f"/api/{DOMAIN}/{{entry_id}}/cameras/{{camera}}/snapshots/{{name}}"
    name = f"api:{DOMAIN}:picture"

    async def get(
        self, request: web.Request, entry_id: str, camera: str, name: str
    ) -> web.StreamResponse:
        """Serve it from the media folder, and nothing else from there."""
        _check_camera(request, self.engine(entry_id), camera)
        try:
            path = await self._hass.async_add_executor_job(
                kept_picture, self._hass, camera, name
            )
        except HomeAssistantError:
            path = None  # no media folder any more
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(
            path, headers={**_OURS, hdrs.CONTENT_TYPE: JPEG}, chunk_size=_CHUNK
        )

    head = get


class SharedView(_View):
    """A picture or clip that was made to be looked at before it leaves."""

    url = (
        f"/api/{DOMAIN}/{{entry_id}}/shared/{{picture}}"
        r"/{file:picture\.jpg|clip\.mp4}"
    )
    name = f"api:{DOMAIN}:shared"

    async def get(
        self, request: web.Request, entry_id: str, picture: str, file: str
    ) -> web.StreamResponse:
        """Pass it on. Whoever has its id was given it: it is a hash of the bytes."""
        coordinator = self.engine(entry_id)
        try:
            api_path("shared", picture)
        except WishRefused:
            raise web.HTTPNotFound from None
        mime = MP4 if file == _SHARED["clip"] else JPEG
        media = _Media(path=f"/api/sharing/pictures/{picture}", mime=mime)
        return await _pass_on(request, coordinator, media)


def _check_camera(
    request: web.Request, coordinator: EngineCoordinator, camera: str
) -> None:
    """Raise 404 for an odd id, 403 unless the caller may see the camera."""
    try:
        api_path("cameras", camera)
    except WishRefused:
        raise web.HTTPNotFound from None
    if not may(request[KEY_HASS_USER], coordinator, camera, POLICY_READ):
        raise web.HTTPForbidden


async def _check_episode(
    request: web.Request, coordinator: EngineCoordinator, episode: str
) -> None:
    """Raise 403 unless the caller may see the episode's camera.

    Most may see everything: for them the engine need not be asked whose it is.
    """
    user = request[KEY_HASS_USER]
    if user.is_admin or user.permissions.access_all_entities(POLICY_READ):
        return
    camera = (await coordinator.client.episode(episode)).camera
    if not may(user, coordinator, camera, POLICY_READ):
        raise web.HTTPForbidden


def _span(request: web.Request) -> dict[str, str]:
    start, end = (_moment(request.query.get(name, "")) for name in ("start", "end"))
    if not timedelta() < end - start <= LONGEST_SPAN:
        raise web.HTTPBadRequest
    return {"start": start.isoformat(), "end": end.isoformat()}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise web.HTTPBadRequest
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise web.HTTPBadRequest from None


async def _pass_on(
    request: web.Request, coordinator: EngineCoordinator, media: _Media
) -> web.StreamResponse:
    """Stream from the engine to the caller; nobody reads ahead for a slow one."""
    asked = {
        # Ranges count the bytes that we pass on.
        "Accept-Encoding": "identity",
        **{name: request.headers[name] for name in _ASKED if name in request.headers},
    }
    answer: web.StreamResponse | None = None
    try:
        async with coordinator.client.open(
            media.path, media.query, asked, also=_BODILESS
        ) as told:
            answer = _like(told, media.mime)
            await answer.prepare(request)
            if request.method != hdrs.METH_HEAD and told.status not in _BODILESS:
                await _copy(told, answer)
    except EngineFailure as failure:
        if answer is None or not answer.prepared:
            raise _told_as(failure) from None
        # Too late for a status. A closed connection says that something is missing.
        answer.force_close()
    return answer


def _like(told: ClientResponse, mime: str) -> web.StreamResponse:
    """Return an answer with what the engine's says about bytes and versions."""
    if told.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        raise OddAnswer("the engine packed what was asked for plain")
    headers = {name: told.headers[name] for name in _TOLD if name in told.headers}
    answer = web.StreamResponse(status=told.status, headers={**headers, **_OURS})
    if told.status in _BODILESS:
        answer.content_length = None if told.status == 304 else 0  # noqa: PLR2004
    else:
        answer.content_type = mime
        answer.content_length = told.content_length
    return answer


async def _copy(told: ClientResponse, answer: web.StreamResponse) -> None:
    async for chunk in told.content.iter_chunked(_CHUNK):
        try:
            await answer.write(chunk)
        except (ClientError, OSError):
            return  # whoever watched is gone; the engine's connection closes with us


def _told_as(failure: EngineFailure) -> web.HTTPException:
    """Return the status for a failure: its text may be of no concern to the caller."""
    match failure:
        case WishRefused() if failure.code in _NOT_THERE:
            return web.HTTPNotFound()
        case EngineUnreachable():
            return web.HTTPServiceUnavailable()
        case _:
            return web.HTTPBadGateway()
