"""Every route, once: aiohttp's router and the OpenAPI document follow it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from aiohttp import web

from neighborcam.hub.api import (
    agencies,
    agency_alerts,
    feeds,
    house,
    log,
    members,
    neighbours,
    push,
    steward_requests,
    stewards,
)
from neighborcam.hub.api.desk import Call
from neighborcam.hub.api.messages import StewardView
from neighborcam.hub.api.plumbing import JSON, adapt

ID: Final = "[0-9a-f]{32}"
BYTES: Final = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method and path. ``needs`` names what a caller must show."""

    method: str
    path: str
    run: Callable[[Call[Any, Any]], Awaitable[Any]]
    needs: str = ""  # "", "pass", "steward"
    status: int = 200
    produces: str = JSON
    takes: str = ""  # media type of a body that the handler reads itself
    answer: Any = None  # type of a success when the handler builds the response

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]

    @property
    def types(self) -> tuple[Any, Any]:
        """The types of query and body, ``NoneType`` for none."""
        first = next(name for name in get_type_hints(self.run) if name != "return")
        query, body = get_type_hints(self.run)[first].__args__
        return query, body

    @property
    def response(self) -> Any:
        """The type of a success, ``NoneType`` for an empty one."""
        return self.answer or get_type_hints(self.run)["return"]

    @property
    def public_path(self) -> str:
        """The path without aiohttp's patterns."""
        return re.sub(r"\{(\w+):(?:[^{}]|\{\d+\})*\}", r"{\1}", self.path)


def _get(path: str, run: Any, **more: Any) -> Route:
    return Route(method="GET", path=path, run=run, **more)


def _post(path: str, run: Any, **more: Any) -> Route:
    return Route(method="POST", path=path, run=run, **more)


_ALERT: Final = f"/api/alerts/{{alert:{ID}}}"
_MEDIA: Final = f"{_ALERT}/media/{{sha256:[0-9a-f]{{64}}}}"
_REQUEST: Final = f"/api/requests/{{request:{ID}}}"
_CHUNK: Final = f"/api/chunks/{{chunk:{ID}}}"
_APPLICATION: Final = f"/api/steward/applications/{{agency:{ID}}}"
_AGENCY: Final = f"/api/steward/agencies/{{agency:{ID}}}"
_REVIEW: Final = "/api/steward/requests/{sha256:[0-9a-f]{64}}"
_WARNED: Final = "/api/steward/agency-alerts/{sha256:[0-9a-f]{64}}"
_ENTRY: Final = "/api/log/{index:[0-9]+}"
_OFFICE: Final = f"/api/steward/offices/{{wish:{ID}}}"
_CASE: Final = f"/api/steward/cases/{{case:{ID}}}"

ROUTES: Final[tuple[Route, ...]] = (
    _get("/healthz", house.health),
    _get("/metrics", house.metrics, produces="text/plain"),
    _get("/api/openapi.json", house.openapi),
    _get("/api/inventory", house.inventory),
    _get("/api/terms", house.terms, produces="text/markdown"),
    _get("/api/hub", members.hub),
    _post("/api/households", members.join, status=201),
    _post("/api/leave", members.leave),
    _get("/api/keys", members.keys),
    _post("/api/tokens", members.tokens),
    _post("/api/vote-tokens", members.vote_token),
    _post("/api/passes", members.reading_pass),
    _post("/api/invites", members.invite),
    _get("/api/feed", push.feed, needs="pass"),
    _get("/api/alerts", neighbours.list_alerts, needs="pass"),
    _post("/api/alerts", neighbours.publish, status=201),
    _get(_ALERT, neighbours.alert),
    _get(f"{_ALERT}/comments", neighbours.comments),
    _get(f"{_ALERT}/statements", neighbours.statements),
    _post(f"{_ALERT}/appeal", neighbours.appeal),
    Route(method="PUT", path=_MEDIA, run=neighbours.put_media, takes=BYTES),
    _get(_MEDIA, neighbours.get_media, produces=BYTES),
    _post("/api/comments", neighbours.comment),
    _post("/api/votes", neighbours.vote),
    _post("/api/flags", neighbours.flag),
    _post("/api/reports", neighbours.report),
    _post("/api/takedowns", neighbours.take_down),
    _post("/api/takedown-states", neighbours.takedown_state),
    _post("/api/takedown-appeals", neighbours.appeal_takedown),
    _get("/feeds/alerts.geojson", feeds.geojson_feed, produces="application/geo+json"),
    _get("/feeds/alerts.georss", feeds.georss_feed, produces="application/rss+xml"),
    _get("/feeds/alerts.atom", feeds.atom_feed, produces="application/atom+xml"),
    _get(
        f"/feeds/{{alert:{ID}}}.cap", feeds.cap_document, produces="application/cap+xml"
    ),
    _post("/api/agencies", agencies.apply, status=201),
    _get("/api/agencies", agencies.list_agencies),
    _post(f"/api/agencies/{{agency:{ID}}}/veto", agencies.veto),
    _post("/api/certificates", agencies.certify, status=201),
    _post("/api/revocations", agencies.revoke),
    _post("/api/requests", agencies.submit, status=201),
    _get(_REQUEST, agencies.status),
    _get(f"{_REQUEST}/replies", agencies.replies),
    _post("/api/words", agencies.hear),
    _post("/api/agency-alerts", agency_alerts.submit, status=201),
    _get(f"/api/agency-alerts/{{alert:{ID}}}", agency_alerts.status),
    _post("/api/capsules", agencies.post_capsule),
    _post("/api/collections", agencies.collect, produces=BYTES),
    _post("/api/replies", agencies.reply),
    Route(method="PUT", path=_CHUNK, run=agencies.put_chunk, takes=BYTES),
    _get(_CHUNK, agencies.get_chunk, produces=BYTES),
    _post("/api/chunk-removals", agencies.remove_chunk),
    _get("/log/checkpoint", log.checkpoint, produces="text/plain"),
    _get("/log/tile/entries/{path:.+}", log.entries, produces=BYTES),
    _get(r"/log/tile/{level:\d+}/{path:.+}", log.tile, produces=BYTES),
    _get(_ENTRY, log.entry),
    _get(f"{_ENTRY}/proof", log.proof, produces="text/plain"),
    _post(
        "/witness/add-checkpoint",
        log.add_checkpoint,
        takes="text/plain",
        produces=BYTES,
    ),
    _get("/api/statistics", log.statistics),
    _get("/api/cells/{region}", log.cells),
    _get("/api/census", log.census, produces="text/csv"),
    _post("/api/steward/registration", stewards.registration, answer=dict[str, Any]),
    _post("/api/steward/register", stewards.register, answer=StewardView),
    _post("/api/steward/login-options", stewards.login_options, answer=dict[str, Any]),
    _post("/api/steward/login", stewards.log_in, answer=StewardView),
    _post("/api/steward/logout", stewards.log_out, answer=type(None)),
    _get("/api/steward", stewards.me, needs="steward"),
    _get("/api/steward/cases", stewards.cases, needs="steward"),
    _post(f"{_CASE}/decision", stewards.decide, needs="steward"),
    _post(f"/api/steward/alerts/{{alert:{ID}}}/hold", stewards.hold, needs="steward"),
    _get(f"{_CASE}/takedowns", stewards.takedowns, needs="steward"),
    _get(f"{_CASE}/envelope", stewards.envelope, needs="steward"),
    _post(f"{_CASE}/shares", stewards.give_share, needs="steward"),
    _post(f"{_CASE}/account-closure", stewards.close_account, needs="steward"),
    _post(
        "/api/steward/approval-options",
        steward_requests.approval_options,
        needs="steward",
        answer=dict[str, Any],
    ),
    _get("/api/steward/applications", steward_requests.applications, needs="steward"),
    _post(
        f"{_APPLICATION}/domain-check", steward_requests.check_domain, needs="steward"
    ),
    _post(f"{_APPLICATION}/call-back", steward_requests.call_back, needs="steward"),
    _post(f"{_APPLICATION}/approval", steward_requests.approve_agency, needs="steward"),
    _post(f"{_APPLICATION}/refusal", steward_requests.refuse_agency, needs="steward"),
    _post(f"{_AGENCY}/interest", steward_requests.declare_interest, needs="steward"),
    _post(f"{_AGENCY}/suspension", steward_requests.suspend, needs="steward"),
    _post(f"{_AGENCY}/restoration", steward_requests.restore, needs="steward"),
    _post(f"{_AGENCY}/renewal", steward_requests.renew, needs="steward"),
    _get("/api/steward/requests", steward_requests.reviews, needs="steward"),
    _post(f"{_REVIEW}/approval", steward_requests.approve_request, needs="steward"),
    _post(f"{_REVIEW}/refusal", steward_requests.refuse_request, needs="steward"),
    _get("/api/steward/agency-alerts", agency_alerts.reviews, needs="steward"),
    _post(f"{_WARNED}/approval", agency_alerts.approve, needs="steward"),
    _post(f"{_WARNED}/refusal", agency_alerts.refuse, needs="steward"),
    _post("/api/steward/legal-demands", steward_requests.enter_demand, needs="steward"),
    _post("/api/steward/invites", stewards.invite_household, needs="steward"),
    _post("/api/steward/stewards", stewards.invite_steward, needs="steward"),
    _post("/api/steward/removals", stewards.remove_steward, needs="steward"),
    _get("/api/steward/offices", stewards.offices, needs="steward"),
    _post(f"{_OFFICE}/confirmation", stewards.second_office, needs="steward"),
    Route(method="DELETE", path=_OFFICE, run=stewards.withdraw_office, needs="steward"),
    _post("/api/steward/witnessed-logs", stewards.witness, needs="steward"),
    _get("/", house.index, produces="text/html"),
    _get("/join", house.index, produces="text/html"),
    _get("/icon.svg", house.icon, produces="image/svg+xml"),
    _get("/assets/{file}", house.asset, produces=BYTES),
)


def add_routes(router: web.UrlDispatcher) -> None:
    """Add every route to aiohttp's router."""
    for route in ROUTES:
        query, body = route.types
        handler = adapt(route.run, query=query, body=body, status=route.status)
        router.add_route(route.method, route.path, handler)
