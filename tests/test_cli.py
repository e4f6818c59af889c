"""The command line as its users meet it: in this process, or as a real program."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import aiohttp
import pytest

from demo.render import render
from demo.scenes import PASSER_BY
from demo.truth import GroundTruth
from neighborcam import __version__
from neighborcam.cli import main
from neighborcam.engine.app import Engine
from neighborcam.engine.index.store import Index

KEYS = ["file", "camera", "zone", "start_s", "end_s", "peak_score", "box", "labels"]
LEFT_HALF = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
READY = "NeighborCam is ready: "


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GroundTruth]:
    """Somebody passes by, and what is really to be seen."""
    path = tmp_path_factory.mktemp("clip") / "yard.mp4"
    return path, render(PASSER_BY, path, size=(320, 180), fps=10, gop_s=1.0)


@pytest.fixture
def garbage(tmp_path: Path) -> Path:
    path = tmp_path / "garbage.mp4"
    path.write_bytes(b"this is no video " * 100)
    return path


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a command wrote for a person, who has no use for a traceback."""
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    assert told.err.startswith("neighborcam: ")
    return told.err


@pytest.mark.parametrize("arguments", [[], ["--eco"]])
def test_detect_finds_who_passes_by(
    arguments: list[str],
    clip: tuple[Path, GroundTruth],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, truth = clip
    assert main(["detect", "--json", *arguments, str(path)]) == 0
    (found,) = lines(capsys)
    assert list(found) == KEYS
    assert found["file"] == str(path)
    assert found["zone"] is None
    assert found["labels"] == []
    assert list(found["box"]) == ["x", "y", "width", "height"]
    assert 0 < found["peak_score"] <= 1
    (event,) = truth.events
    assert found["start_s"] == pytest.approx(event.start_s, abs=0.6)
    assert found["end_s"] == pytest.approx(event.end_s, abs=1.5)


def test_detect_tells_people_in_words(
    clip: tuple[Path, GroundTruth], capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = clip
    assert main(["detect", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: 5.")


def test_detect_tells_a_mask_of_every_frame_it_looked_at(
    clip: tuple[Path, GroundTruth], capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = clip
    assert main(["detect", "--json", "--frames", str(path)]) == 0
    found = lines(capsys)
    frames = [line for line in found if "mask" in line]
    assert [list(line) for line in found if "mask" not in line] == [KEYS]
    assert list(frames[0]) == ["file", "at_s", "mask"]
    assert [line["at_s"] for line in frames[:3]] == [0.0, 0.2, 0.4]
    assert {(len(line["mask"]), len(line["mask"][0])) for line in frames} == {(90, 160)}
    seen = [line["at_s"] for line in frames if any("1" in row for row in line["mask"])]
    assert any(6 < at_s < 9 for at_s in seen)


def test_detect_tells_frames_to_people_too(
    clip: tuple[Path, GroundTruth], capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = clip
    assert main(["detect", "--frames", str(path)]) == 0
    assert f"{path}: 0.20 s" in capsys.readouterr().out


def test_detect_uses_the_zones_of_a_camera(
    clip: tuple[Path, GroundTruth], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = clip
    zone = {"id": "door", "name": "Door", "polygon": LEFT_HALF}
    config = tmp_path / "camera.json"
    config.write_text(json.dumps({"id": "yard", "zones": [zone]}))
    assert main(["detect", "--json", "--config", str(config), str(path)]) == 0
    found = {line["zone"]: line for line in lines(capsys)}
    assert set(found) == {None, "door"}
    assert {line["camera"] for line in found.values()} == {"yard"}
    assert found["door"]["end_s"] < found[None]["end_s"] - 1


def test_detect_ignores_what_is_masked(
    clip: tuple[Path, GroundTruth], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = clip
    config = tmp_path / "camera.json"
    config.write_text(json.dumps({"masks": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}))
    assert main(["detect", "--json", "--config", str(config), str(path)]) == 0
    assert lines(capsys) == []


@pytest.mark.parametrize("number", ["0", "101"])
def test_detect_names_the_sensitivity_that_it_cannot_use(
    number: str, clip: tuple[Path, GroundTruth], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", "--sensitivity", number, str(clip[0])]) == 1
    assert "sensitivity" in complaint(capsys)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"zones": 1}', '{"zone": []}', '{"zones": [{"id": "a"}]}'],
)
def test_detect_refuses_settings_that_are_none(
    text: str,
    clip: tuple[Path, GroundTruth],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "camera.json"
    config.write_text(text)
    assert main(["detect", "--config", str(config), str(clip[0])]) == 1
    assert "settings" in complaint(capsys)


def test_detect_names_settings_that_are_not_there(
    clip: tuple[Path, GroundTruth], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "none.json"
    assert main(["detect", "--config", str(config), str(clip[0])]) == 1
    assert str(config) in complaint(capsys)


def test_detect_names_the_file_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.mp4"
    assert main(["detect", str(path)]) == 1
    assert f"no file {path}" in complaint(capsys)


def test_detect_says_when_a_file_is_no_video(
    garbage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", str(garbage)]) == 1
    assert len(complaint(capsys)) > len("neighborcam: \n")


def test_detect_says_when_the_model_is_not_there(
    clip: tuple[Path, GroundTruth], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "none.onnx"
    assert main(["detect", "--model", str(model), str(clip[0])]) == 1
    assert "none.onnx" in complaint(capsys)


def test_check_says_when_there_is_no_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path)]) == 1
    assert str(tmp_path) in complaint(capsys)
    assert not list(tmp_path.iterdir())


def test_check_finds_nothing_wrong_with_a_sound_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Index.open(tmp_path).close()
    assert main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "Index and recordings agree.\n"


def test_check_leaves_a_folder_alone_that_is_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Index.open(tmp_path):
        assert main(["check", "--repair", str(tmp_path)]) == 1
        assert f"process {os.getpid()}" in complaint(capsys)


def test_check_mends_a_damaged_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(tmp_path)
    assert main(["check", str(tmp_path)]) == 1
    assert "--repair" in capsys.readouterr().out
    assert main(["check", "--repair", str(tmp_path)]) == 0
    assert "The damaged index is kept as" in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 0


@pytest.mark.parametrize(("scope", "may_change"), [("viewer", False), ("admin", True)])
async def test_a_token_opens_the_api_as_far_as_its_scope_goes(
    scope: str,
    may_change: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["token", "--data", str(tmp_path), "--scope", scope]) == 0
    token = capsys.readouterr().out.strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with Engine(tmp_path, port=0) as engine:
        host, port = engine.server.address
        base = f"http://{host}:{port}"
        async with aiohttp.ClientSession(base, headers=headers) as http:
            async with http.get("/api/cameras") as answer:
                assert answer.status == 200
            async with http.delete("/api/cameras/none") as answer:
                assert answer.status == (404 if may_change else 403)


def test_a_token_is_not_made_while_the_engine_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Index.open(tmp_path):
        assert main(["token", "--data", str(tmp_path)]) == 1
    assert "Stop it first" in complaint(capsys)


def test_models_says_how_to_fetch_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "--verify", "--data", str(tmp_path)]) == 1
    assert "neighborcam models" in complaint(capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["detect"],
        ["engine", "--port", "x"],
        ["engine", "--port", "-1"],
        ["engine", "--port", "65536"],
    ],
)
def test_bad_arguments_are_told_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert capsys.readouterr().err.startswith("usage: neighborcam")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"neighborcam {__version__}\n"


def damage(data: Path) -> None:
    """Make an index, and overwrite it."""
    Index.open(data).close()
    (data / "index.db").write_bytes(b"no database " * 1000)


def program(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "neighborcam.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def running_engine(data: Path, *arguments: str) -> Iterator[tuple[Any, str]]:
    """Yield an engine's process and the page that it printed."""
    engine = program("engine", "--data", str(data), "--port", "0", *arguments)
    with engine:
        try:
            assert engine.stdout is not None
            line = engine.stdout.readline()
            assert line.startswith(READY), engine.stderr and engine.stderr.read()
            yield engine, line.removeprefix(READY).strip()
        finally:
            engine.kill()


def fails(*arguments: str) -> str:
    """Run a command that has to fail in words, and return them."""
    with program(*arguments) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("neighborcam: ")
    return err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_engine_prints_its_page_answers_and_ends_when_told(
    number: signal.Signals, tmp_path: Path
) -> None:
    with running_engine(tmp_path) as (engine, page):
        address, _, code = page.partition("#pair=")
        assert address.startswith("http://127.0.0.1:")
        assert code
        with urlopen(f"{address}healthz", timeout=60) as answer:  # noqa: S310 - our own
            assert answer.status == 200
        engine.send_signal(number)
        _, err = engine.communicate(timeout=60)
        assert engine.returncode == 0
        assert "Traceback" not in err
    Index.open(tmp_path).close()  # free again


def test_the_engine_offers_no_pairing_once_a_client_is_paired_unless_asked(
    tmp_path: Path,
) -> None:
    main(["token", "--data", str(tmp_path)])
    with running_engine(tmp_path) as (_, page):
        assert "#pair=" not in page
    with running_engine(tmp_path, "--pair") as (_, page):
        assert "#pair=" in page


def test_an_engine_whose_port_is_taken_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = fails("engine", "--data", str(tmp_path), "--port", port)
    assert f"Port {port}" in told
    assert "--port" in told


def test_an_engine_whose_folder_is_in_use_says_so(tmp_path: Path) -> None:
    with Index.open(tmp_path):
        told = fails("engine", "--data", str(tmp_path), "--port", "0")
    assert f"process {os.getpid()}" in told
    assert str(tmp_path) in told


def test_an_engine_whose_index_is_damaged_says_how_to_mend_it(tmp_path: Path) -> None:
    damage(tmp_path)
    told = fails("engine", "--data", str(tmp_path), "--port", "0")
    assert f"neighborcam check {tmp_path} --repair" in told


@pytest.mark.parametrize(
    ("command", "foreign"),
    [
        ("engine", ("sqlalchemy", "nats", "neighborcam.agency.desk")),
        ("app", ("sqlalchemy", "nats", "neighborcam.agency.desk")),
        ("hub", ("onvif", "zeroconf", "neighborcam.engine.app")),
        ("agency", ("av", "cv2", "sqlalchemy", "neighborcam.engine.app")),
    ],
)
def test_a_command_loads_nothing_that_it_does_not_need(
    command: str, foreign: tuple[str, ...]
) -> None:
    look = (
        "import sys; from neighborcam.cli import parser;"
        f" parser([{command!r}]); print(sorted(set({foreign!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


FRIGATE = """
cameras:
  front_door:
    ffmpeg:
      inputs:
        - path: rtsp://u:{FRIGATE_PASSWORD}@192.0.2.5/main
          roles: [record, detect]
    record: {enabled: true, continuous: {days: 3}}
lpr: {enabled: true}
"""


def test_cameras_of_frigate_move_in_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, env, data = tmp_path / "config.yml", tmp_path / "env", tmp_path / "data"
    file.write_text(FRIGATE)
    env.write_text("# secrets\nexport FRIGATE_PASSWORD='s3cret'\n")
    command = ["import", "frigate", str(file), "--data", str(data)]
    assert main([*command, "--env-file", str(env), "--dry-run"]) == 0
    assert "- lpr: no number plates" in capsys.readouterr().out
    assert not data.exists()
    assert main([*command, "--env-file", str(env)]) == 0
    assert "1 cameras added" in capsys.readouterr().err
    with Index.open(data) as index:
        (camera,) = index.cameras()
        assert (camera.id, camera.password) == ("front-door", "s3cret")
    assert main([*command, "--env-file", str(env)]) == 0
    told = capsys.readouterr()
    assert "front-door is there already" in told.err
    assert "s3cret" not in told.out + told.err


def test_a_file_of_frigate_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.yml"
    assert main(["import", "frigate", str(file)]) == 1
    assert "No such file" in complaint(capsys)
    file.write_bytes(b"\xff\xfe")
    assert main(["import", "frigate", str(file)]) == 1
    assert "UTF-8" in complaint(capsys)
    file.write_text("cameras: {a: {ffmpeg: {inputs: [{path: 'x'}]}}}")
    assert main(["import", "frigate", str(file), "--dry-run"]) == 1
    assert capsys.readouterr().out.startswith("! cameras.a")
