"""Moving in from Frigate over the API."""

from typing import Any

from neighborcam.engine.api.cameras import MAX_CAMERAS
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.config import CameraConfig
from tests.engine.api.conftest import House

SECRET = "hunter2"
FILE = """
cameras:
  porch: {ffmpeg: {inputs: [{path: "rtsp://192.0.2.4/m", roles: [record]}]}}
  yard: {ffmpeg: {inputs: [{path: "rtsp://u:{FRIGATE_P}@192.0.2.5/m"}]}}
mqtt: {host: broker}
"""


async def move(house: House, token: str, **more: Any) -> Any:
    body = {"text": FILE, "secrets": {"FRIGATE_P": SECRET}, **more}
    status, answer = await house.ask(
        "POST", "/api/cameras/import", token=token, body=body
    )
    assert status == 200, answer
    return answer


async def test_a_look_adds_nothing(house: House, admin: str) -> None:
    told = await move(house, admin, dry_run=True)
    assert [each["outcome"] for each in told["cameras"]] == ["would_add"] * 2
    assert house.cameras.configs == {}
    assert any(line["where"] == "mqtt" for line in told["report"])


async def test_cameras_are_added_and_one_that_is_there_stays(
    house: House, admin: str, porch: CameraConfig
) -> None:
    told = await move(house, admin)
    outcomes = {each["id"]: each["outcome"] for each in told["cameras"]}
    assert outcomes == {"porch": "exists", "yard": "added"}
    assert house.cameras.configs["porch"] is porch
    assert house.cameras.configs["yard"].password == SECRET
    assert SECRET not in str(told)


async def test_a_full_engine_takes_no_more(house: House, admin: str) -> None:
    for number in range(MAX_CAMERAS):
        id_ = f"c{number}"
        house.cameras.configs[id_] = CameraConfig(
            id=id_, name=id_, main_url="rtsp://192.0.2.9/m"
        )
    told = await move(house, admin)
    assert {each["outcome"] for each in told["cameras"]} == {"failed"}


async def test_only_an_administrator_moves_in(house: House) -> None:
    viewer = await house.token(Scope.VIEWER)
    body = {"text": FILE}
    status, _ = await house.ask("POST", "/api/cameras/import", token=viewer, body=body)
    assert status == 403


async def test_what_is_no_configuration_is_refused(house: House, admin: str) -> None:
    status, answer = await house.ask(
        "POST", "/api/cameras/import", token=admin, body={"text": "cameras: ["}
    )
    assert (status, answer["error"]["code"]) == (400, "invalid_input")
