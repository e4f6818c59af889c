"""Every route of the page, once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from aiohttp import web

from neighborcam.agency.page import alerting, answers, asking, cases, house, setting_up
from neighborcam.agency.page.plumbing import Call, adapt

_ID: Final = "[0-9a-f]{32}"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method and path. ``session``: only for the browser that entered.

    ``keys``: only while the desk is unlocked, and what a person does then puts off the
    lock.
    """

    method: str
    path: str
    run: Callable[[Call[Any]], Awaitable[Any]]
    session: bool = True
    keys: bool = True

    @property
    def body(self) -> Any:
        """The type of the body, ``NoneType`` for none."""
        hints = get_type_hints(self.run)
        (body,) = hints[next(name for name in hints if name != "return")].__args__
        return body


def _get(path: str, run: Any, **more: Any) -> Route:
    return Route(method="GET", path=path, run=run, **more)


def _post(path: str, run: Any, **more: Any) -> Route:
    return Route(method="POST", path=path, run=run, **more)


def _delete(path: str, run: Any) -> Route:
    return Route(method="DELETE", path=path, run=run)


_CASE: Final = f"/api/cases/{{request:{_ID}}}"
_ANSWER: Final = f"{_CASE}/answers/{{answer:{_ID}}}"
_CLIP: Final = rf"{_ANSWER}/clips/{{number:\d+}}"

ROUTES: Final[tuple[Route, ...]] = (
    _get("/", house.index, session=False, keys=False),
    _get("/icon.svg", house.icon, session=False, keys=False),
    _get("/assets/{file}", house.asset, session=False, keys=False),
    _post("/api/session", house.enter, session=False, keys=False),
    _get("/api/state", house.state, keys=False),
    _post("/api/keys", house.make_keys, keys=False),
    _post("/api/unlock", house.unlock, keys=False),
    _post("/api/lock", house.lock, keys=False),
    _post("/api/passphrase", house.change_passphrase),
    _post("/api/hub", setting_up.set_hub),
    _post("/api/key", setting_up.make_key),
    _delete("/api/key", setting_up.drop_key),
    _post("/api/certificate", setting_up.accept),
    _post("/api/root", setting_up.make_root),
    _post("/api/record", setting_up.sign_record),
    _post("/api/application", setting_up.apply),
    _post("/api/key-requests", setting_up.read_key),
    _post("/api/certificates", setting_up.certify),
    _post("/api/revocations", setting_up.revoke),
    _post("/api/revocation", setting_up.publish),
    _get("/api/form", asking.form),
    _post("/api/drafts", asking.examine_draft),
    _post("/api/requests", asking.sign),
    _post("/api/links", asking.read),
    _post("/api/countersignatures", asking.countersign),
    _post("/api/submissions", asking.submit),
    _get("/api/alerts", alerting.list_alerts),
    _post("/api/alert-drafts", alerting.examine),
    _post("/api/alerts", alerting.send),
    _post(f"/api/alerts/{{alert:{_ID}}}/cancellation", alerting.cancel),
    _post(f"/api/alerts/{{alert:{_ID}}}/sending", alerting.again),
    _get("/api/cases", cases.list_cases),
    _get(_CASE, cases.case),
    _post(f"{_CASE}/collection", cases.collect),
    _post(f"{_CASE}/delivery", cases.deliver),
    _post(f"{_CASE}/ending", cases.end),
    _post(f"{_CASE}/outcome", cases.outcome),
    _get(f"{_CASE}/deletion", cases.before_deletion),
    _post(f"{_CASE}/deletion", cases.delete),
    _post(f"{_ANSWER}/questions", answers.ask),
    _delete(_ANSWER, answers.erase),
    _post(f"{_CLIP}/opening", answers.open_clip),
    _post(f"{_CLIP}/copy", answers.save),
    _post(f"{_CLIP}/evidence", answers.copied),
    _post(f"{_CLIP}/bundle", answers.export),
    _post("/api/verification", answers.verify),
)


def add_routes(router: web.UrlDispatcher) -> None:
    """Add every route to aiohttp's router."""
    for route in ROUTES:
        handler = adapt(
            route.run, body=route.body, session=route.session, keys=route.keys
        )
        router.add_route(route.method, route.path, handler)
