"""Sharing is off: lists are empty, and nothing can be sent, whoever asks."""

from typing import Any

import pytest

from neighborcam.engine.api.messages import Scope
from neighborcam.engine.api.request_messages import AnswerWish
from neighborcam.engine.requests import Decision
from tests.engine.api.conftest import House

ALERT = {"category": "fire", "headline": "Smoke over the school"}
ANSWER = {"answer": "decline", "confirm": True}


async def test_sharing_is_off_and_lists_are_empty(house: House, admin: str) -> None:
    off = {"state": "off", "hub": None, "waiting": 0, "problem": ""}
    assert await house.ask("GET", "/api/sharing", token=admin) == (200, off)
    assert await house.ask("GET", "/api/alerts", token=admin) == (200, [])
    assert await house.ask("GET", "/api/requests", token=admin) == (200, [])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/alerts", ALERT),
        ("/api/alerts/preview", ALERT),
        ("/api/alerts/a1/flags", {"reason": "a number plate"}),
        ("/api/alerts/a1/update", {"text": "The fire is out"}),
        ("/api/alerts/a1/appeal", {"reason": "it is mine"}),
        ("/api/sharing/hub-page", None),
        ("/api/sharing/leave", {}),
        ("/api/sharing/trust", {"reason": "two pasts"}),
        ("/api/alerts/a1/comments", {"text": "I see it too"}),
        ("/api/alerts/a1/reactions", {"kind": "confirm"}),
        ("/api/requests/r1/answer", ANSWER),
        ("/api/requests/r1/answer", {**ANSWER, "answer": "tip", "text": "A van"}),
    ],
)
async def test_nothing_can_be_sent(
    house: House, admin: str, path: str, body: dict[str, Any] | None
) -> None:
    status, told = await house.ask("POST", path, token=admin, body=body)
    assert (status, told["error"]["code"]) == (409, "sharing_off")
    viewer = await house.token(Scope.VIEWER)
    assert (await house.ask("POST", path, token=viewer, body=body))[0] == 403


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/alerts", {**ALERT, "category": "suspicious_person"}, "category"),
        ("/api/alerts", {**ALERT, "headline": "x" * 81}, "headline"),
        ("/api/alerts", {**ALERT, "headline": ""}, "headline"),
        ("/api/alerts", {**ALERT, "text": "x" * 1001}, "text"),
        ("/api/alerts", {**ALERT, "severity": "apocalyptic"}, "severity"),
        ("/api/alerts/preview", {**ALERT, "headline": "x" * 81}, "headline"),
        ("/api/alerts/a1/flags", {"reason": ""}, "reason"),
        ("/api/alerts/a1/update", {"headline": ""}, "headline"),
        ("/api/alerts/a1/flags", {"reason": "x", "comment": "c1"}, "comment"),
        ("/api/alerts/a1/comments", {"text": "x" * 501}, "text"),
        ("/api/alerts/a1/reactions", {"kind": "love"}, "kind"),
        ("/api/requests/r1/answer", {**ANSWER, "answer": "obey"}, "answer"),
        ("/api/requests/r1/answer", {**ANSWER, "confirm": False}, "confirm"),
        ("/api/requests/r1/answer", {"answer": "decline"}, "confirm"),
        ("/api/requests/r1/answer", {**ANSWER, "answer": "tip"}, "text"),
    ],
)
async def test_what_would_be_sent_is_checked_first(
    house: House, admin: str, path: str, body: dict[str, Any], field: str
) -> None:
    status, told = await house.ask("POST", path, token=admin, body=body)
    assert (status, told["error"]["field"]) == (400, field)


@pytest.mark.parametrize("thing", [{"camera": "nowhere"}, {"episode": "none"}])
async def test_an_alert_about_nothing_that_is_there_is_refused(
    house: House, admin: str, thing: dict[str, str]
) -> None:
    wish = {**ALERT, **thing}
    path = "/api/alerts/preview"
    status, told = await house.ask("POST", path, token=admin, body=wish)
    assert (status, told["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("thing", [{"camera": "porch"}, {"episode": "e1"}])
async def test_a_picture_that_nobody_saw_cannot_be_published(
    house: House, admin: str, thing: dict[str, str]
) -> None:
    """Only a preview makes one; what is published names pictures that were seen."""
    wish = {**ALERT, **thing}
    status, told = await house.ask("POST", "/api/alerts", token=admin, body=wish)
    assert (status, told["error"]["code"]) == (400, "invalid_input")


async def test_no_alert_can_say_where_it_is_from(house: House, admin: str) -> None:
    wish = {**ALERT, "latitude": 52.37}
    status, told = await house.ask("POST", "/api/alerts", token=admin, body=wish)
    assert (status, told["error"]["code"]) == (400, "invalid_input")


def test_a_decision_is_not_in_a_message_s_text() -> None:
    wish = AnswerWish(answer=Decision.APPROVE, confirm=True, pin="1234")
    assert "1234" not in f"{wish!r}{wish}"
    assert "approve" not in f"{wish!r}{wish}"
