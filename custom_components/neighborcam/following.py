"""Follows what an engine tells: pure functions from state to state, no I/O, no clock.

A snapshot makes a `Household`, each change makes the next one. What happened on the
way (an episode began, an alert came) is returned beside it as `Happening`s, for
events, triggers and the logbook.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .errors import OddAnswer
from .household import Happening, Household, Kind
from .models import (
    Alert,
    Camera,
    CameraState,
    Changes,
    Episode,
    Hello,
    Label,
    OpenEpisode,
    PoliceRequest,
    Snapshot,
    Text,
    parse,
)


@dataclass(frozen=True, kw_only=True)
class _StateChange:
    state: CameraState
    reason: Text = ""


type Told = tuple[Household, tuple[Happening, ...]]


def from_snapshot(
    engine: Hello, snapshot: Snapshot, known: Household | None = None
) -> Told:
    """Make the household of a snapshot.

    ``known`` is what was known before a lost connection: alerts and requests that are
    new since then still happen, nobody should miss one for a restart of the router.
    Motion that began meanwhile does not: it would be told late, and twice.
    """
    household = Household(
        engine=engine,
        cameras={camera.id: camera for camera in snapshot.cameras},
        open_episodes={episode.id: episode for episode in snapshot.episodes},
        last_episodes={each.camera: each for each in snapshot.last_episodes},
        episodes_today=known.episodes_today if known else {},
        storage=snapshot.storage,
        labels=tuple(snapshot.labels),
        sharing=snapshot.sharing,
        alerts={alert.id: alert for alert in snapshot.alerts},
        requests={request.id: request for request in snapshot.requests},
    )
    if known is None:
        return household, ()
    told = {*known.alerts, *_replaced(snapshot.alerts)}
    return household, (
        *(
            Happening(kind=Kind.ALERT_RECEIVED, alert=alert)
            for alert in snapshot.alerts
            if alert.id not in told
        ),
        *(
            Happening(kind=Kind.REQUEST_RECEIVED, request=request)
            for request in snapshot.requests
            if request.id not in known.requests
        ),
    )


def after(household: Household, changes: Changes) -> Told:
    """Return the household after ``changes``, and what happened; raises `OddAnswer`."""
    happened: list[Happening] = []
    household = _with_state(household, changes)
    for change in changes.changes:
        step = _STEPS.get(str(change.get("type")))
        if step is None:
            continue  # an engine may tell more than we use
        household, happenings = step(household, change)
        happened.extend(happenings)
    return household, tuple(happened)


def _with_state(household: Household, changes: Changes) -> Household:
    cameras = {**household.cameras, **{each.id: each for each in changes.cameras}}
    return replace(
        household,
        cameras=cameras if changes.cameras else household.cameras,
        storage=changes.storage or household.storage,
        labels=household.labels if changes.labels is None else tuple(changes.labels),
        sharing=changes.sharing or household.sharing,
    )


def _id(change: Mapping[str, Any], name: str) -> str:
    value = change.get(name)
    if not isinstance(value, str):
        raise OddAnswer(f"a change of the engine has no {name}")
    return value


def _camera_state(household: Household, change: Mapping[str, Any]) -> Told:
    camera = household.cameras.get(_id(change, "camera"))
    if camera is None:
        return household, ()
    told = parse(_StateChange, change)
    camera = replace(camera, state=told.state, reason=told.reason)
    return _put_camera(household, camera), ()


def _recording_stopped(household: Household, change: Mapping[str, Any]) -> Told:
    return _recording_problem(household, change, _id(change, "reason")[:2000]), ()


def _recording_resumed(household: Household, change: Mapping[str, Any]) -> Told:
    return _recording_problem(household, change, ""), ()


def _recording_problem(
    household: Household, change: Mapping[str, Any], reason: str
) -> Household:
    camera = household.cameras.get(_id(change, "camera"))
    if camera is None:
        return household
    return _put_camera(household, replace(camera, recording_problem=reason))


def _put_camera(household: Household, camera: Camera) -> Household:
    return replace(household, cameras={**household.cameras, camera.id: camera})


def _motion_started(household: Household, change: Mapping[str, Any]) -> Told:
    begun = parse(
        OpenEpisode,
        {
            "id": change.get("episode"),
            "camera": change.get("camera"),
            "zone": change.get("zone"),
            "started_at": change.get("at"),
        },
    )
    household = replace(
        household, open_episodes={**household.open_episodes, begun.id: begun}
    )
    episode = Episode(
        id=begun.id, camera=begun.camera, zone=begun.zone, started_at=begun.started_at
    )
    if begun.zone is None:
        household = _counted(household, episode)
    return household, (
        Happening(kind=Kind.EPISODE_STARTED, camera=begun.camera, episode=episode),
    )


def _counted(household: Household, episode: Episode) -> Household:
    today = household.episodes_today
    return replace(
        household,
        last_episodes={**household.last_episodes, episode.camera: episode},
        episodes_today={**today, episode.camera: today.get(episode.camera, 0) + 1},
    )


def _episode_labelled(household: Household, change: Mapping[str, Any]) -> Told:
    labels = _labels(change.get("labels"))
    id_ = _id(change, "episode")
    household = _with_last(household, id_, labels=labels)
    opened = household.open_episodes.get(id_)
    if opened is not None:
        opened = replace(opened, labels=labels)
        household = replace(
            household, open_episodes={**household.open_episodes, id_: opened}
        )
    episode = _told_episode(household, id_)
    if episode is None:
        return household, ()
    return household, (
        Happening(kind=Kind.EPISODE_LABELLED, camera=episode.camera, episode=episode),
    )


def _labels(told: object) -> list[Label]:
    if not isinstance(told, list):
        raise OddAnswer("a change of the engine has no labels")
    return [Label(each) for each in told if each in set(Label)]


def _motion_ended(household: Household, change: Mapping[str, Any]) -> Told:
    id_ = _id(change, "episode")
    episode = _told_episode(household, id_)
    still_open = {k: v for k, v in household.open_episodes.items() if k != id_}
    household = replace(household, open_episodes=still_open)
    if episode is None:
        return household, ()
    ended = parse(Episode, {**_bare(episode), "ended_at": change.get("at")})
    household = _with_last(household, id_, ended_at=ended.ended_at, has_thumbnail=True)
    return household, (
        Happening(kind=Kind.EPISODE_ENDED, camera=ended.camera, episode=ended),
    )


def _bare(episode: Episode) -> dict[str, Any]:
    return {
        "id": episode.id,
        "camera": episode.camera,
        "zone": episode.zone,
        "started_at": episode.started_at.isoformat(),
        "labels": [label.value for label in episode.labels],
    }


def _told_episode(household: Household, id_: str) -> Episode | None:
    opened = household.open_episodes.get(id_)
    if opened is not None:
        return Episode(
            id=opened.id,
            camera=opened.camera,
            zone=opened.zone,
            started_at=opened.started_at,
            labels=opened.labels,
        )
    last = household.last_episodes.values()
    return next((each for each in last if each.id == id_), None)


def _with_last(household: Household, id_: str, **changes: Any) -> Household:
    return replace(
        household,
        last_episodes={
            camera: replace(each, **changes) if each.id == id_ else each
            for camera, each in household.last_episodes.items()
        },
    )


def _doorbell(household: Household, change: Mapping[str, Any]) -> Told:
    camera = _id(change, "camera")
    return household, (Happening(kind=Kind.DOORBELL_RANG, camera=camera),)


def _camera_removed(household: Household, change: Mapping[str, Any]) -> Told:
    gone = _id(change, "camera")
    return replace(
        household,
        cameras=_without(household.cameras, gone),
        last_episodes=_without(household.last_episodes, gone),
        episodes_today=_without(household.episodes_today, gone),
        open_episodes={
            id_: episode
            for id_, episode in household.open_episodes.items()
            if episode.camera != gone
        },
    ), ()


def _without[T](mapping: Mapping[str, T], gone: str) -> dict[str, T]:
    return {key: value for key, value in mapping.items() if key != gone}


def _episode_removed(household: Household, change: Mapping[str, Any]) -> Told:
    gone = _id(change, "episode")
    return replace(
        household,
        open_episodes=_without(household.open_episodes, gone),
        last_episodes={
            camera: each
            for camera, each in household.last_episodes.items()
            if each.id != gone
        },
    ), ()


def _alert_received(household: Household, change: Mapping[str, Any]) -> Told:
    alert = parse(Alert, change.get("alert"))
    before = household.alerts.get(alert.id)
    if before is not None:  # told before, as by an engine that started anew
        return _alert_changed(household, change)
    household = replace(household, alerts={**household.alerts, alert.id: alert})
    return household, (Happening(kind=Kind.ALERT_RECEIVED, alert=alert),)


def _alert_changed(household: Household, change: Mapping[str, Any]) -> Told:
    alert = parse(Alert, change.get("alert"))
    before = household.alerts.get(alert.id)
    household = replace(household, alerts={**household.alerts, alert.id: alert})
    if before is None or before == alert:
        # One that was there before this home came, or was unmuted, is no news.
        return household, ()
    return household, (Happening(kind=Kind.ALERT_CHANGED, alert=alert),)


def _alert_ended(household: Household, change: Mapping[str, Any]) -> Told:
    gone = household.alerts.get(id_ := _id(change, "alert"))
    household = replace(household, alerts=_without(household.alerts, id_))
    if id_ in _replaced(household.alerts.values()):
        return household, ()  # a newer version goes on
    return household, _if_known(Kind.ALERT_ENDED, alert=gone)


def _replaced(alerts: Iterable[Alert]) -> set[str]:
    """Return the alerts of which there is a newer version."""
    updates = (alert for alert in alerts if alert.msg_type == "update")
    return {old for alert in updates for old in alert.references}


def _request(kind: Kind) -> Callable[[Household, Mapping[str, Any]], Told]:
    def step(household: Household, change: Mapping[str, Any]) -> Told:
        request = parse(PoliceRequest, change.get("request"))
        before = household.requests.get(request.id)
        requests = {**household.requests, request.id: request}
        household = replace(household, requests=requests)
        if before is not None and _published(before) == _published(request):
            return household, ()
        return household, (Happening(kind=kind, request=request),)

    return step


def _published(request: PoliceRequest) -> PoliceRequest:
    """Return a request as the whole area sees it.

    What this home decided changes its request too, but nothing happens by it: the
    moment would stand in the history, and tell.
    """
    return replace(request, matching_cameras=0, answered=False)


def _request_ended(household: Household, change: Mapping[str, Any]) -> Told:
    gone = household.requests.get(id_ := _id(change, "request"))
    household = replace(household, requests=_without(household.requests, id_))
    return household, _if_known(Kind.REQUEST_ENDED, request=gone)


def _if_known(kind: Kind, **what: Any) -> tuple[Happening, ...]:
    known = any(value is not None for value in what.values())
    return (Happening(kind=kind, **what),) if known else ()


_STEPS: Final[Mapping[str, Callable[[Household, Mapping[str, Any]], Told]]] = {
    "CameraStateChanged": _camera_state,
    "RecordingStopped": _recording_stopped,
    "RecordingResumed": _recording_resumed,
    "MotionStarted": _motion_started,
    "EpisodeLabelled": _episode_labelled,
    "MotionEnded": _motion_ended,
    "DoorbellRang": _doorbell,
    "CameraRemoved": _camera_removed,
    "EpisodeRemoved": _episode_removed,
    "AlertReceived": _alert_received,
    "AlertChanged": _alert_changed,
    "AlertEnded": _alert_ended,
    "RequestReceived": _request(Kind.REQUEST_RECEIVED),
    "RequestChanged": _request(Kind.REQUEST_CHANGED),
    "RequestEnded": _request_ended,
}
