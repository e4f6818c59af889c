"""What an engine tells becomes state, and what happened on the way."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.neighborcam.errors import OddAnswer
from custom_components.neighborcam.following import after, from_snapshot
from custom_components.neighborcam.household import (
    Happening,
    Household,
    Kind,
)
from custom_components.neighborcam.models import (
    CameraState,
    Changes,
    Hello,
    Label,
    Snapshot,
    parse,
)
from tests.home_assistant.fake_engine import (
    AT,
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    episode,
    police_request,
)

EPISODE = "01JC00000000000000000000E9"


def household(**state: Any) -> Household:
    fake = FakeEngine()
    for name, value in state.items():
        setattr(fake.state, name, value)
    hello = parse(Hello, fake.hello())
    return from_snapshot(hello, parse(Snapshot, fake.snapshot()))[0]


def step(
    before: Household, *changes: dict[str, Any], **state: Any
) -> tuple[Household, list[Happening]]:
    told = [{"at": AT, **change} for change in changes]
    message = parse(Changes, {"seq": 1, "changes": told, **state})
    now, happened = after(before, message)
    return now, list(happened)


def started(**changes: Any) -> dict[str, Any]:
    change = {"type": "MotionStarted", "camera": "front-door", "episode": EPISODE}
    return {**change, "zone": None, **changes}


def test_a_snapshot_is_the_whole_state_and_nothing_happens() -> None:
    home = household(episodes=[{**episode(), "started_at": AT}])
    assert set(home.cameras) == {"front-door"}
    assert home.moves("front-door")
    assert home.shows("front-door", Label.PERSON)
    assert not home.moves("front-door", "drive")


def test_motion_is_open_until_it_ends_and_counts_once() -> None:
    home, happened = step(household(), started())
    assert home.moves("front-door")
    assert home.episodes_today == {"front-door": 1}
    assert home.last_episodes["front-door"].id == EPISODE
    assert [each.kind for each in happened] == [Kind.EPISODE_STARTED]

    ended = {"type": "MotionEnded", "camera": "front-door", "episode": EPISODE}
    home, happened = step(home, ended)
    assert not home.moves("front-door")
    assert happened[0].kind is Kind.EPISODE_ENDED
    assert happened[0].episode is not None
    assert happened[0].episode.ended_at is not None
    assert home.last_episodes["front-door"].has_thumbnail


def test_motion_in_a_zone_is_no_episode_of_the_day() -> None:
    home, _ = step(household(), started(zone="drive"))
    assert home.moves("front-door", "drive")
    assert not home.moves("front-door")
    assert home.episodes_today == {}


def test_labels_reach_the_open_episode_and_ones_we_do_not_know_are_left_out() -> None:
    home, _ = step(household(), started())
    labelled = {
        "type": "EpisodeLabelled",
        "camera": "front-door",
        "episode": EPISODE,
        "labels": ["person", "dragon"],
    }
    home, happened = step(home, labelled)
    assert home.shows("front-door", Label.PERSON)
    assert happened[0].episode is not None
    assert happened[0].episode.labels == [Label.PERSON]
    with pytest.raises(OddAnswer):
        step(home, {**labelled, "labels": "person"})


@pytest.mark.parametrize("type_", ["EpisodeLabelled", "MotionEnded", "EpisodeRemoved"])
def test_an_episode_that_nobody_knows_changes_nothing(type_: str) -> None:
    home = household()
    change = {"type": type_, "camera": "front-door", "episode": "?", "labels": []}
    now, happened = step(home, change)
    assert (now, happened) == (home, [])


def test_the_state_of_a_camera_follows_and_of_a_strange_one_does_not() -> None:
    lost = {"type": "CameraStateChanged", "state": "stalled", "reason": "silent"}
    home, _ = step(household(), {**lost, "camera": "front-door"})
    assert home.cameras["front-door"].state is CameraState.STALLED
    assert home.cameras["front-door"].reason == "silent"
    again, _ = step(home, {**lost, "camera": "nowhere"})
    assert again == home


def test_a_recording_that_stops_is_a_problem_until_it_resumes() -> None:
    stop = {"type": "RecordingStopped", "camera": "front-door", "reason": "disk full"}
    home, _ = step(household(), stop)
    assert home.cameras["front-door"].recording_problem == "disk full"
    home, _ = step(home, {"type": "RecordingResumed", "camera": "front-door"})
    assert home.cameras["front-door"].recording_problem == ""
    same, _ = step(home, {**stop, "camera": "nowhere"})
    assert same == home


def test_a_camera_comes_with_its_view_and_goes_with_all_it_had() -> None:
    notice = {"type": "CameraConfigured", "camera": "yard"}
    home, _ = step(household(), notice, cameras=[camera("yard")])
    home, _ = step(home, started(camera="yard"))
    assert set(home.cameras) == {"front-door", "yard"}
    home, _ = step(home, {"type": "CameraRemoved", "camera": "yard"})
    assert set(home.cameras) == {"front-door"}
    assert not home.moves("yard")
    assert "yard" not in home.last_episodes
    assert "yard" not in home.episodes_today


def test_a_deleted_episode_is_no_longer_the_latest() -> None:
    home = household()
    latest = home.last_episodes["front-door"].id
    gone = {"type": "EpisodeRemoved", "camera": "front-door", "episode": latest}
    assert step(home, gone)[0].last_episodes == {}


def test_the_doorbell_rings() -> None:
    rang = {"type": "DoorbellRang", "camera": "front-door"}
    assert step(household(), rang)[1][0].kind is Kind.DOORBELL_RANG


def test_alerts_and_requests_come_change_and_end() -> None:
    home, happened = step(
        household(sharing=dict(SHARING_ON)),
        {"type": "AlertReceived", "alert": alert()},
        {"type": "RequestReceived", "request": police_request()},
    )
    assert [each.kind for each in happened] == [
        Kind.ALERT_RECEIVED,
        Kind.REQUEST_RECEIVED,
    ]
    home, _ = step(
        home,
        {"type": "AlertChanged", "alert": alert(verified=False)},
        {"type": "RequestChanged", "request": police_request(state="withdrawn")},
    )
    assert not home.alerts["alert-1"].verified
    assert home.requests["request-1"].state == "withdrawn"
    home, happened = step(
        home,
        {"type": "AlertEnded", "alert": "alert-1"},
        {"type": "RequestEnded", "request": "request-1"},
        {"type": "AlertEnded", "alert": "never-seen"},
    )
    assert (home.alerts, home.requests) == ({}, {})
    assert [each.kind for each in happened] == [Kind.ALERT_ENDED, Kind.REQUEST_ENDED]


def test_what_came_while_we_were_away_happens_once_and_old_motion_does_not() -> None:
    before = household()
    fake = FakeEngine()
    fake.state.alerts = [alert()]
    fake.state.requests = [police_request()]
    fake.state.episodes = [episode()]
    snapshot = parse(Snapshot, fake.snapshot())
    now, happened = from_snapshot(before.engine, snapshot, before)
    assert [each.kind for each in happened] == [
        Kind.ALERT_RECEIVED,
        Kind.REQUEST_RECEIVED,
    ]
    assert from_snapshot(before.engine, snapshot, now)[1] == ()


def kinds(happened: Any) -> list[Kind]:
    return [each.kind for each in happened]


def test_what_is_told_again_happens_once() -> None:
    home = household(sharing=dict(SHARING_ON))
    again = {"type": "AlertReceived", "alert": alert()}
    home, happened = step(home, again)
    assert kinds(happened) == [Kind.ALERT_RECEIVED]
    home, happened = step(home, again, {"type": "AlertChanged", "alert": alert()})
    assert kinds(happened) == []
    changed = {"type": "AlertReceived", "alert": alert(confirmations=9)}
    home, happened = step(home, changed)
    assert kinds(happened) == [Kind.ALERT_CHANGED]


def test_an_alert_that_was_there_before_is_shown_and_is_no_news() -> None:
    """An engine that joined, or whose owner unmuted something, calls it changed."""
    home = household(sharing=dict(SHARING_ON))
    home, happened = step(home, {"type": "AlertChanged", "alert": alert()})
    assert set(home.alerts) == {"alert-1"}
    assert kinds(happened) == []


def test_a_version_that_is_replaced_does_not_end_the_alert() -> None:
    home = household(sharing=dict(SHARING_ON), alerts=[alert()])
    newer = alert("alert-2", msg_type="update", references=["alert-1"])
    home, happened = step(
        home,
        {"type": "AlertReceived", "alert": newer},
        {"type": "AlertEnded", "alert": "alert-1"},
    )
    assert set(home.alerts) == {"alert-2"}
    assert kinds(happened) == [Kind.ALERT_RECEIVED]
    cancel = alert("alert-3", msg_type="cancel", references=["alert-1"])
    home, happened = step(
        home,
        {"type": "AlertReceived", "alert": cancel},
        {"type": "AlertEnded", "alert": "alert-2"},
    )
    assert kinds(happened) == [Kind.ALERT_RECEIVED, Kind.ALERT_ENDED]


def test_a_stale_version_that_came_while_we_were_away_is_not_told() -> None:
    before = household()
    fake = FakeEngine()
    newer = alert("alert-2", msg_type="update", references=["alert-1"])
    fake.state.alerts = [alert(), newer]
    snapshot = parse(Snapshot, fake.snapshot())
    _, happened = from_snapshot(before.engine, snapshot, before)
    assert [each.alert and each.alert.id for each in happened] == ["alert-2"]


def test_storage_labels_and_sharing_come_beside_the_notices() -> None:
    disk = {"total_bytes": 10, "free_bytes": 1, "cameras": []}
    home, _ = step(
        household(),
        {"type": "StorageMeasured"},
        storage=disk,
        labels=[],
        sharing=dict(SHARING_ON),
    )
    assert home.storage is not None
    assert home.storage.free_bytes == 1
    assert home.labels == ()
    assert home.sharing.is_on


def test_a_kind_of_news_that_we_do_not_know_is_passed_over() -> None:
    home = household()
    assert step(home, {"type": "SomethingNew", "x": 1}, {}) == (home, [])


@pytest.mark.parametrize(
    "change",
    [
        {"type": "MotionStarted", "camera": "front-door"},
        {"type": "MotionStarted", "camera": 7, "episode": EPISODE},
        {"type": "CameraStateChanged", "camera": "front-door", "state": "melted"},
        {"type": "CameraRemoved"},
        {"type": "AlertReceived", "alert": {"id": "x"}},
        {"type": "AlertReceived", "alert": alert(center={"latitude": 91.0})},
        {"type": "RequestReceived", "request": None},
        {"type": "AlertReceived", "alert": alert(headline="x" * 81)},
    ],
)
def test_odd_news_is_refused_without_a_word_of_what_was_sent(
    change: dict[str, Any],
) -> None:
    with pytest.raises(OddAnswer) as refused:
        step(household(), change)
    assert "xxxx" not in str(refused.value)


def test_what_tells_a_decision_is_not_in_a_representation() -> None:
    home = household(requests=[police_request(answered=True, matching_cameras=3)])
    assert "answered" not in repr(home)
    assert "matching" not in repr(home)
    assert "rtsp" not in repr(home)


def test_a_household_is_replaced_never_changed() -> None:
    home = household()
    now, _ = step(home, started())
    assert home.open_episodes == {}
    assert replace(now, open_episodes={}) != now
