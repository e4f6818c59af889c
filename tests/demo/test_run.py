"""The demo's command: what it does with its arguments, and one real run."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from demo import run
from tests.demo.conftest import MakeClip


def test_a_missing_video_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.mp4"
    assert run.main(["--video", str(missing), "--port", "0"]) == 1
    told = capsys.readouterr()
    assert told.err == f"demo: there is no file {missing}\n"


def test_a_file_that_is_no_video_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    garbage = tmp_path / "garbage.mp4"
    garbage.write_bytes(b"no video " * 100)
    assert run.main(["--video", str(garbage), "--port", "0"]) == 1
    told = capsys.readouterr()
    assert told.err == "demo: garbage.mp4 is no video file that can be read\n"


@pytest.mark.parametrize("text", ["x", "-1", "70000"])
def test_a_port_that_is_none_is_refused(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run.main(["--port", text])
    assert f"not {text}" in capsys.readouterr().err


def test_own_cameras_keep_their_credentials_out_of_the_address() -> None:
    first, second = run._own_cameras(
        ["rtsp://owner:p%40ss@10.0.0.5:554/main", "rtsp://10.0.0.6/live"]
    )
    assert (first.id, first.name) == ("camera-1", "Camera 1")
    assert first.main_url == "rtsp://10.0.0.5:554/main"
    assert (first.username, first.password) == ("owner", "p@ss")
    assert (second.id, second.main_url) == ("camera-2", "rtsp://10.0.0.6/live")
    assert second.username is None
    assert second.password is None


def test_own_videos_are_cameras_named_after_their_files(make_clip: MakeClip) -> None:
    path = make_clip("Back door.mp4")
    (camera,) = run._own_videos([path])
    assert (camera.id, camera.name) == ("video-1", "Back door")
    assert camera.main == path
    assert camera.sub is None


def test_clips_are_kept_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NC_CACHE", str(tmp_path / "own"))
    assert run._cache().parent == tmp_path / "own"
    assert run._cache().is_dir()


def test_clips_are_kept_in_the_users_cache_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NC_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert run._cache().parent == tmp_path / "neighborcam"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert run._cache().parent == tmp_path / "home" / ".cache" / "neighborcam"


def test_scenes_that_were_rendered_before_are_not_rendered_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NC_CACHE", str(tmp_path))
    folder = run._cache()
    for name in run.DEMO_SCENES:
        (folder / f"{name}-main.mp4").touch()
    assert [camera.id for camera in run._rendered()] == ["street", "yard"]
    assert capsys.readouterr().out == ""


def test_the_demo_shows_its_page_and_leaves_nothing_behind(
    make_clip: MakeClip, tmp_path: Path
) -> None:
    """In a session of its own, so that whatever it starts can be counted."""
    video = make_clip("demo.mp4", seconds=3)
    command = [sys.executable, "-m", "demo.run", "--video", str(video), "--port", "0"]
    command += ["--without-home-assistant", "--hub-port", "0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as demo:
        try:
            assert demo.stdout is not None
            page = _page("".join(demo.stdout.readline() for _ in range(6)))
            with urlopen(f"{page}healthz", timeout=20) as answer:  # noqa: S310 - our own
                assert answer.status == 200
            demo.send_signal(signal.SIGINT)
            out, err = demo.communicate(timeout=30)
        finally:
            demo.kill()
    assert demo.returncode == 0
    assert "Stopping" in out
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.pid, 0)


def _page(text: str) -> str:
    found = re.search(
        r"NeighborCam is ready: (http://127\.0\.0\.1:\d+/)#pair=\S+", text
    )
    assert found is not None, text
    return found[1]
