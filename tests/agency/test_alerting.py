"""An officer's desk warns: within the limits, once, and takes it back."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from neighborcam.agency.alert_drafting import AlertDraft
from neighborcam.agency.desk import Desk
from neighborcam.agency.errors import HubAway, NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.protocol.agencies import Role
from neighborcam.protocol.alerts import Category
from neighborcam.protocol.register import Register
from tests.agency.station import Station, desk
from tests.hub.police import PLACE

GAS = AlertDraft(
    category=Category.GAS,
    headline="Gas leak near the mill",
    text="Keep windows shut.",
    place=PLACE,
    severity="severe",
)


def draft(**changes: Any) -> AlertDraft:
    return msgspec.structs.replace(GAS, **changes)


async def states(of: Desk) -> list[tuple[str, str]]:
    return [(each.alert.msg_type.value, each.state) for each in await of.alerts()]


async def register(of: Desk) -> Register:
    return await of.register()


async def test_what_an_officer_warns_of_is_read_by_a_steward_and_logged(
    station: Station,
) -> None:
    signed = await station.officer.warn(GAS)
    assert await states(station.officer) == [("alert", "review")]
    await station.policed.ann.approve_alert(signed.sha256)
    assert await states(station.officer) == [("alert", "shown")]
    update = await station.officer.warn(draft(text="It spreads."), signed.alert.id)
    await station.policed.bob.approve_alert(update.sha256)
    assert update.alert.references == (signed.alert.id,)
    colleague = station.policed.agency.certified(Role.OFFICER, "Badge 9")
    await station.policed.police.certify(colleague)
    other, _ = desk(station.policed, station.folder / "other", colleague)
    cancel = await other.take_back(update.alert.id)
    assert (cancel.alert.headline, cancel.alert.text) == (GAS.headline, "")
    assert [each for each, _ in await states(station.officer)] == [
        "alert",
        "update",
        "cancel",
    ]
    logged = (await register(station.officer)).alerts
    assert list(logged) == [signed.alert.id, update.alert.id, cancel.alert.id]


async def test_what_waits_is_taken_back_before_anybody_read_it(
    station: Station,
) -> None:
    signed = await station.officer.warn(GAS)
    await station.officer.take_back(signed.alert.id)
    told = await states(station.officer)
    assert [each for each, _ in told] == ["alert", "cancel"]
    assert told[0][1] == "gone"
    assert (await register(station.officer)).alerts == {}


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("hours", {"hours": 25.0}),
    ("headline", {"headline": " "}),
    ("headline", {"headline": "h" * 81}),
    ("text", {"text": "Send us your videos."}),
    ("text", {"text": "It burns at 12 Mill Lane."}),
    ("place", {"place": None}),
    ("place", {"place": (4.8952, 52.3702)}),
    ("category", {"category": Category.BREAK_IN}),
]


@pytest.mark.parametrize(("field", "changes"), REFUSED)
async def test_a_draft_says_what_has_to_change_and_is_not_sent(
    station: Station, field: str, changes: dict[str, Any]
) -> None:
    await station.officer.register()
    found = await station.officer.examine_alert(draft(**changes))
    assert field in {each.field for each in found.problems}
    assert found.text == b""
    with pytest.raises(NotNow):
        await station.officer.warn(draft(**changes))
    assert await states(station.officer) == []


async def test_a_good_draft_has_no_problem_and_shows_what_the_log_will_hold(
    station: Station,
) -> None:
    await station.officer.register()
    found = await station.officer.examine_alert(draft(text="Cover mouth and face."))
    assert found.problems == ()
    assert [(each.hint, each.words) for each in found.findings] == [
        ("appearance", "face")
    ]
    assert b"Gas leak near the mill" in found.text
    assert [(e.name, e.value, e.most) for e in found.measures] == [
        ("hours", 6.0, 24.0),
        ("today", 0, 3),
    ]


async def test_the_fourth_of_a_day_is_refused_at_the_desk(station: Station) -> None:
    for _ in range(3):
        signed = await station.officer.warn(GAS)
        await station.policed.ann.approve_alert(signed.sha256)
    with pytest.raises(NotNow, match="3 new alerts"):
        await station.officer.warn(GAS)
    station.policed.town.clock.at += timedelta(hours=25)
    await station.officer.warn(GAS)


async def test_only_an_officer_warns(station: Station) -> None:
    with pytest.raises(NotNow, match="key of role officer"):
        await station.supervisor.warn(GAS)


def test_the_draft_in_the_documents_is_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    (written,) = re.findall(r"```json\n(\{\n  \"category\".*?)```", text, re.DOTALL)
    assert msgspec.json.decode(written, type=AlertDraft).headline == GAS.headline


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Lose the hub's next answer: it has the alert, and the desk sees an error."""
    said: list[bytes] = []
    real = HubClient.send

    async def send(self: HubClient, path: str, body: bytes) -> bytes:
        answer = await real(self, path, body)
        said.append(body)
        if len(said) == 1:
            raise HubAway("the hub does not answer: try again later")
        return answer

    monkeypatch.setattr(HubClient, "send", send)
    return said


async def test_an_answer_that_was_lost_neither_doubles_nor_loses_it(
    station: Station, lost: list[bytes]
) -> None:
    with pytest.raises(HubAway):
        await station.officer.warn(GAS)
    (waits,) = await station.policed.ann.get("/api/steward/agency-alerts")
    (told,) = await station.again().alerts()  # kept before it was sent
    assert told.state == "review"
    assert await station.officer.warn_again(told.alert.id) == "review"
    assert lost[0] == lost[1]
    assert await station.policed.ann.get("/api/steward/agency-alerts") == [waits]
