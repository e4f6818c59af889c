"""Repairs come with what only the owner can mend, and go with it."""

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.issue_registry import IssueSeverity

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import FakeEngine, camera

REASON = "the password is wrong"


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return our issues by what they are."""
    registry = ir.async_get(hass)
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in registry.issues.items()
        if domain == DOMAIN and issue.active
    }


@pytest.mark.parametrize("state", ["unauthorised", "unsupported"])
async def test_a_camera_that_needs_its_owner_is_a_repair_until_it_is_mended(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    state: str,
) -> None:
    await set_up()
    assert issues(hass) == {}
    await engine.put_camera(camera("front-door", state=state, reason=REASON))
    await settle(lambda: issues(hass))
    issue = issues(hass)[f"camera_{state}"]
    assert issue.translation_placeholders == {"name": "Front door", "reason": REASON}
    assert issue.severity is IssueSeverity.WARNING
    assert not issue.is_fixable
    await engine.put_camera(camera("front-door"))
    await settle(lambda: not issues(hass))


async def test_a_recording_that_stopped_is_a_repair(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    stopped = {"type": "RecordingStopped", "camera": "front-door"}
    await engine.push({**stopped, "reason": "the disk is full"})
    await settle(lambda: issues(hass))
    issue = issues(hass)["recording_stopped"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["reason"] == "the disk is full"
    assert issue.severity is IssueSeverity.ERROR
    await engine.push({"type": "RecordingResumed", "camera": "front-door"})
    await settle(lambda: not issues(hass))


@pytest.mark.parametrize(
    ("schema", "key"), [(99, "engine_too_new"), (0, "engine_too_old")]
)
async def test_an_engine_that_was_updated_alone_is_a_repair(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    schema: int,
    key: str,
) -> None:
    await set_up()
    ours = engine.schema
    engine.schema = schema
    await engine.drop()
    await settle(lambda: issues(hass))
    assert issues(hass)[key].translation_placeholders == {"name": "Home"}
    engine.schema = ours
    await settle(lambda: not issues(hass))


async def test_an_engine_that_is_away_is_no_repair(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    await engine.stop()
    await settle(lambda: not entry.runtime_data.connected)
    assert issues(hass) == {}


async def test_a_repair_that_was_dismissed_stays_dismissed(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    refused = camera("front-door", state="unauthorised", reason=REASON)
    await engine.put_camera(refused)
    await settle(lambda: issues(hass))
    issue = issues(hass)["camera_unauthorised"]
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    before = entry.runtime_data.data
    await engine.put_camera({**refused, "sensitivity": 70})
    await settle(lambda: entry.runtime_data.data is not before)
    assert issues(hass)["camera_unauthorised"].dismissed_version is not None


async def test_repairs_go_with_their_camera_and_entry(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    for name in ("front-door", "yard"):
        await engine.put_camera(camera(name, state="unauthorised", reason=REASON))
    await settle(lambda: len(ir.async_get(hass).issues) == 2)
    await engine.push({"type": "CameraRemoved", "camera": "yard"})
    await settle(lambda: len(ir.async_get(hass).issues) == 1)
    await hass.config_entries.async_unload(entry.entry_id)
    assert issues(hass) == {}


async def test_a_hub_that_contradicts_its_log_is_a_repair(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    hub = {
        "name": "Mill Lane",
        "state": "distrusted",
        "reason": "it was rewritten",
        "evidence": "evidence/a.txt",
    }
    sharing = {"state": "on", "hub": hub, "waiting": 0}
    await engine.push({"type": "SharingChanged"}, sharing=sharing)
    await settle(lambda: issues(hass))
    issue = issues(hass)["hub_misbehaves"]
    assert issue.severity is IssueSeverity.ERROR
    assert issue.translation_placeholders == {
        "name": "Mill Lane",
        "reason": "it was rewritten",
        "evidence": "evidence/a.txt",
    }
    assert issue.is_fixable
    sharing = {"state": "off", "hub": None, "waiting": 0}
    await engine.push({"type": "SharingChanged"}, sharing=sharing)
    await settle(lambda: not issues(hass))
