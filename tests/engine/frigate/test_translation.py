"""Moving in from Frigate: what is taken, what is told, what is never told."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.config import CameraConfig, Onvif, RecordingMode, Transport
from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.frigate.leftovers import LEFT
from neighborcam.engine.frigate.translation import translate
from neighborcam.engine.moving import Fate, Translation

SECRET = "hunter2/with@signs"
BASE: dict[str, Any] = {
    "ffmpeg": {
        "inputs": [
            {"path": "rtsp://10.0.0.5/main", "roles": ["record"]},
            {"path": "rtsp://10.0.0.5/sub", "roles": ["detect"]},
        ]
    }
}


def moved(camera: dict[str, Any], secrets: Any = None, **common: Any) -> Translation:
    text = yaml.safe_dump({"cameras": {"back_yard": {**BASE, **camera}}, **common})
    return translate(text, secrets or {})


def one(camera: dict[str, Any], secrets: Any = None, **common: Any) -> CameraConfig:
    (made,) = moved(camera, secrets, **common).cameras
    return made


def inputs(*paths: str, roles: tuple[str, ...] = ("record", "detect")) -> Any:
    listed = [
        {"path": path, "roles": [role]}
        for path, role in zip(paths, roles, strict=False)
    ]
    return {"ffmpeg": {"inputs": listed}}


def told(found: Translation, fate: Fate) -> dict[str, str]:
    return {line.where: line.text for line in found.report if line.fate is fate}


def test_streams_by_role_become_main_and_sub() -> None:
    camera = one({})
    assert (camera.id, camera.name) == ("back-yard", "Back yard")
    assert camera.main_url == "rtsp://10.0.0.5/main"
    assert camera.sub_url == "rtsp://10.0.0.5/sub"


def test_one_stream_for_all_roles_is_the_main_stream() -> None:
    path = "rtsp://10.0.0.5/s"
    same = [{"path": path, "roles": ["record", "detect", "audio"]}]
    camera = one({"ffmpeg": {"inputs": same}})
    assert (camera.main_url, camera.sub_url) == (path, None)


def test_passwords_come_out_of_placeholders_and_into_no_report() -> None:
    path = "rtsp://viewer:{FRIGATE_RTSP_PASSWORD}@10.0.0.5/main"
    encoded = SECRET.replace("/", "%2F").replace("@", "%40")
    found = moved(inputs(path), {"FRIGATE_RTSP_PASSWORD": encoded})
    (camera,) = found.cameras
    assert camera.main_url == "rtsp://10.0.0.5/main"
    assert (camera.username, camera.password) == ("viewer", SECRET)
    assert "hunter2" not in str(found.report)


def test_an_unknown_placeholder_is_told_and_leaves_the_password_empty() -> None:
    found = moved(inputs("rtsp://viewer:{FRIGATE_X}@10.0.0.5/main"))
    (camera,) = found.cameras
    assert not camera.password
    assert any("FRIGATE_X is not known" in line.text for line in found.report)


def test_variables_of_the_file_itself_are_known() -> None:
    camera = one(
        inputs("rtsp://u:{FRIGATE_P}@10.0.0.5/m"), environment_vars={"FRIGATE_P": "x"}
    )
    assert camera.password == "x"


@pytest.mark.parametrize(
    "streams",
    [
        {"yard": ["rtsp://u:p@10.0.0.9/main#backchannel=0", "ffmpeg:yard#audio=aac"]},
        {"yard": "rtsp://u:p@10.0.0.9/main"},
        {"yard": "ffmpeg:rtsp://u:p@10.0.0.9/main#video=copy"},
        {"yard": "inner", "inner": ["rtsp://u:p@10.0.0.9/main"]},
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "go2rtc"])
def test_a_restream_leads_to_the_camera_itself(streams: Any, host: str) -> None:
    found = moved(inputs(f"rtsp://{host}:8554/yard"), go2rtc={"streams": streams})
    (camera,) = found.cameras
    assert camera.main_url == "rtsp://10.0.0.9/main"
    assert (camera.username, camera.password) == ("u", "p")
    assert "not from go2rtc" in str(found.report)


@pytest.mark.parametrize(
    "source", ["exec:ffmpeg -i x", "yard", None, 5, "nest:?client=x", []]
)
def test_a_restream_that_leads_nowhere_is_told(source: Any) -> None:
    found = moved(
        inputs("rtsp://127.0.0.1:8554/yard"), go2rtc={"streams": {"yard": source}}
    )
    assert found.cameras == ()
    assert told(found, Fate.WRONG)


def test_different_passwords_of_two_streams_are_told() -> None:
    found = moved(inputs("rtsp://a:b@10.0.0.5/m", "rtsp://a:c@10.0.0.5/s"))
    assert found.cameras[0].password == "b"
    assert "different passwords" in str(told(found, Fate.CHANGED))


def test_udp_is_taken_from_the_arguments() -> None:
    assert one({}).transport is Transport.TCP
    camera = one({"ffmpeg": {**BASE["ffmpeg"], "input_args": "preset-rtsp-udp"}})
    assert camera.transport is Transport.UDP


def test_zones_are_taken_with_what_they_lose() -> None:
    zone = {
        "coordinates": "0.1,0.2,0.9,0.2,0.5,0.8",
        "friendly_name": "Gate",
        "objects": ["person"],
        "loitering_time": 4,
    }
    found = moved({"zones": {"front_gate": zone, "off": {**zone, "enabled": False}}})
    (made,) = found.cameras[0].zones
    assert (made.id, made.name) == ("front-gate", "Gate")
    assert made.polygon == ((0.1, 0.2), (0.9, 0.2), (0.5, 0.8))
    left = told(found, Fate.LEFT)
    assert "cameras.back_yard.zones.front_gate.objects" in left
    assert "cameras.back_yard.zones.front_gate.loitering_time" in left
    assert left["cameras.back_yard.zones.off"] == "it is switched off"


def test_coordinates_in_pixels_need_the_size_of_the_picture() -> None:
    zones = {"zones": {"z": {"coordinates": "128,72,1152,72,640,648"}}}
    camera = one({**zones, "detect": {"width": 1280, "height": 720}})
    assert camera.zones[0].polygon == ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))
    found = moved(zones)
    assert found.cameras[0].zones == ()
    assert "draw it again" in str(told(found, Fate.WRONG))


@pytest.mark.parametrize(
    "mask",
    [
        "0,0,1,0,1,0.1,0,0.1",
        ["0,0,1,0,1,0.1,0,0.1"],
        {"sky": {"coordinates": "0,0,1,0,1,0.1,0,0.1", "enabled": True}},
        {"sky": {"coordinates": ["0", "0", "1", "0", "1", "0.1", "0", "0.1"]}},
    ],
)
def test_masks_of_every_version_are_read(mask: Any) -> None:
    want = (((0, 0), (1, 0), (1, 0.1), (0, 0.1)),)
    assert one({"motion": {"mask": mask}}).masks == want
    assert one({}, motion={"mask": mask}).masks == want


def test_a_mask_that_is_switched_off_is_not_taken() -> None:
    off = {"sky": {"coordinates": "0,0,1,0,1,0.1", "enabled": False}}
    assert one({"motion": {"mask": off}}).masks == ()


@pytest.mark.parametrize("coordinates", ["", "0.1,0.2", "a,b,c,d,e,f", None, 5, {}])
def test_coordinates_that_make_no_polygon_are_told(coordinates: Any) -> None:
    found = moved({"zones": {"z": {"coordinates": coordinates}}})
    assert found.cameras[0].zones == ()
    assert "cameras.back_yard.zones.z" in told(found, Fate.WRONG)


@pytest.mark.parametrize(
    ("record", "mode", "days"),
    [
        ({}, RecordingMode.OFF, 10),
        ({"enabled": True}, RecordingMode.EPISODES, 10),
        ({"enabled": True, "continuous": {"days": 3}}, RecordingMode.CONTINUOUS, 3),
        ({"enabled": True, "retain": {"days": 7}}, RecordingMode.CONTINUOUS, 7),
        (
            {"enabled": True, "retain": {"days": 7, "mode": "motion"}},
            RecordingMode.EPISODES,
            7,
        ),
        ({"enabled": True, "motion": {"days": 5}}, RecordingMode.EPISODES, 5),
        (
            {"enabled": True, "alerts": {"retain": {"days": 30}}},
            RecordingMode.EPISODES,
            30,
        ),
        (
            {"enabled": True, "events": {"retain": {"default": 14}}},
            RecordingMode.EPISODES,
            14,
        ),
    ],
)
def test_retention_of_every_version_is_read(
    record: Any, mode: RecordingMode, days: float
) -> None:
    for camera in (one({"record": record}), one({}, record=record)):
        assert (camera.recording, camera.keep_days) == (mode, days)


def test_two_retentions_that_become_one_are_told() -> None:
    record = {
        "enabled": True,
        "continuous": {"days": 3},
        "alerts": {"retain": {"days": 30}},
    }
    found = moved({"record": record})
    assert found.cameras[0].keep_days == 3
    assert "hold an episode" in told(found, Fate.CHANGED)["cameras.back_yard.record"]


def test_what_a_camera_says_goes_before_what_is_said_for_all() -> None:
    record = {"enabled": True, "continuous": {"days": 3}}
    camera = one({"record": {"continuous": {"days": 1}}}, record=record)
    assert (camera.recording, camera.keep_days) == (RecordingMode.CONTINUOUS, 1)


def test_rolls_are_taken() -> None:
    record = {"alerts": {"pre_capture": 7, "post_capture": 900}}
    camera = one({"record": record})
    assert (camera.pre_roll_s, camera.post_roll_s) == (7, 120)


@pytest.mark.parametrize(
    ("arguments", "audio"),
    [
        (None, True),
        ("preset-record-generic-audio-aac", True),
        ("preset-record-generic", False),
        ("-f segment -c copy -an", False),
        (["-c", "copy", "-an"], False),
    ],
)
def test_what_was_recorded_without_sound_stays_silent(
    arguments: Any,
    audio: bool,  # noqa: FBT001 - what is expected
) -> None:
    ffmpeg = {**BASE["ffmpeg"], "output_args": {"record": arguments}}
    assert one({"ffmpeg": ffmpeg}).audio is audio


def test_onvif_is_taken_and_its_own_password_told() -> None:
    camera = inputs("rtsp://u:p@10.0.0.5/m")
    onvif = {"host": "10.0.0.5", "port": 8080, "user": "u", "password": "p"}
    found = moved({**camera, "onvif": onvif})
    assert found.cameras[0].onvif == Onvif(host="10.0.0.5", port=8080)
    assert "cameras.back_yard.onvif" not in told(found, Fate.CHANGED)
    found = moved({**camera, "onvif": {**onvif, "password": SECRET}})
    assert "password of its own" in str(told(found, Fate.CHANGED))
    assert "hunter2" not in str(found.report)


def test_every_key_that_frigate_documents_has_a_word() -> None:
    found = moved({key: {} for key in LEFT}, **{key: {} for key in LEFT})
    left = told(found, Fate.LEFT)
    assert {key for key, text in LEFT.items() if text} <= set(left)
    assert "does not know it" not in str(left)


def test_a_key_that_nobody_knows_is_told() -> None:
    found = moved({"teleport": True}, warp=1)
    left = told(found, Fate.LEFT)
    assert {"warp", "cameras.back_yard.teleport"} <= set(left)


def test_a_camera_that_cannot_be_read_keeps_no_other_from_moving() -> None:
    cameras: Any = {"good": BASE, "bad": {"ffmpeg": {"inputs": [{}]}}, "worse": None}
    found = translate(yaml.safe_dump({"cameras": cameras}), {})
    assert [camera.id for camera in found.cameras] == ["good"]
    assert {"cameras.bad", "cameras.worse"} <= set(told(found, Fate.WRONG))


def test_two_names_that_become_one_are_told() -> None:
    cameras = {"back_yard": BASE, "back yard": BASE}
    found = translate(yaml.safe_dump({"cameras": cameras}), {})
    assert len(found.cameras) == 1
    assert "another camera has this name" in str(told(found, Fate.WRONG))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [", "this is not YAML: line 1"),
        ("- a\n- b", "it has no cameras"),
        ("mqtt: {}", "it has no cameras"),
        ("cameras: 5", "it has no cameras"),
        ("a: !!python/object/apply:os.system [ls]", "this is not YAML"),
        ("x" * (2**20 + 1), "larger than"),
        ("[" * 5000, "this is not YAML"),
    ],
    ids=["cut", "a list", "no cameras", "a number", "code", "huge", "deep"],
)
def test_what_is_no_configuration_says_so(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        translate(text, {})


def test_an_error_of_yaml_quotes_nothing_of_the_file() -> None:
    with pytest.raises(InvalidInput) as refused:
        translate(f"cameras:\n  a: {SECRET}\n b: [", {})
    assert "hunter2" not in str(refused.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = ("ffmpeg", "zones", "motion", "record", "onvif", "detect", "friendly_name")


@given(st.dictionaries(st.sampled_from(KEYS), values), values)
def test_whatever_stands_in_a_file_is_read_or_told(camera: Any, go2rtc: Any) -> None:
    text = yaml.safe_dump({"cameras": {"c": {**BASE, **camera}}, "go2rtc": go2rtc})
    found = translate(text, {})
    assert found.cameras or told(found, Fate.WRONG)
