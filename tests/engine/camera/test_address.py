import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.camera.address import (
    host_and_port,
    redact,
    split_credentials,
    stream_urls,
    with_credentials,
)
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.errors import InvalidInput


@pytest.mark.parametrize(
    ("pasted", "url", "username", "password"),
    [
        ("rtsp://cam/live", "rtsp://cam/live", None, None),
        ("RTSP://u:p@10.0.0.5:554/a?b=c", "rtsp://10.0.0.5:554/a?b=c", "u", "p"),
        ("rtsp://u:p%40ss%2F@cam/1", "rtsp://cam/1", "u", "p@ss/"),
        ("rtsp://u:p@ss@cam/1", "rtsp://cam/1", "u", "p@ss"),
        ("rtsp://u:pa/ss@cam:554/1", "rtsp://cam:554/1", "u", "pa/ss"),
        ("rtsp://cam:554/path@2x", "rtsp://cam:554/path@2x", None, None),
        ("rtsp://u@cam/1", "rtsp://cam/1", "u", None),
        ("rtsp://u:@cam/1", "rtsp://cam/1", "u", ""),
        ("rtsps://u:p@[fe80::1]:322/x", "rtsps://[fe80::1]:322/x", "u", "p"),
        ("snapshot+http://cam/s.jpg", "snapshot+http://cam/s.jpg", None, None),
        ("  https://cam/v.m3u8 ", "https://cam/v.m3u8", None, None),
    ],
)
def test_credentials_are_split_out_of_what_people_paste(
    pasted: str, url: str, username: str | None, password: str | None
) -> None:
    address = split_credentials(pasted)
    assert (address.url, address.username, address.password) == (
        url,
        username,
        password,
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("", "empty"),
        ("10.0.0.5", "must begin with rtsp://"),
        ("ftp://cam/x", "ftp:// are not supported"),
        ("concat:/etc/passwd", "must begin with"),
        ("file:///etc/passwd", "files cannot be added"),
        ("rtsp://", "must begin with"),
        ("rtsp:///path", "no host"),
        ("rtsp://cam:port/x", "port"),
        ("rtsp://cam:99999/x", "port"),
        ("rtsp://cam:0/x", "not 0"),
        ("rtsp://cam/a b", "space"),
        ("rtsp://cam/a\x00", "unprintable"),
    ],
)
def test_a_wrong_address_is_refused_with_a_remedy(wrong: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        split_credentials(wrong)


def test_a_refused_address_is_not_repeated_with_its_password() -> None:
    with pytest.raises(InvalidInput) as refused:
        split_credentials("gopher://u:hunter2@cam/x")
    assert "hunter2" not in str(refused.value)


def test_files_are_for_the_command_line_only() -> None:
    assert split_credentials("/clips/a b.mp4", allow_files=True).url == "/clips/a b.mp4"
    assert split_credentials("file:///a%20b.mp4", allow_files=True).url == "/a b.mp4"
    with pytest.raises(InvalidInput):
        split_credentials("/clips/a.mp4")


@given(username=st.text(min_size=1), password=st.text())
def test_any_password_survives_the_way_into_the_url_and_back(
    username: str, password: str
) -> None:
    url = with_credentials("rtsp://cam:554/x?y=z", username, password)
    address = split_credentials(url)
    assert address.url == "rtsp://cam:554/x?y=z"
    assert (address.username, address.password) == (username, password)


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://admin:hunter2@cam/x",
        "rtsp://admin:hun@hunter2@cam/x",
        "http://cam/x?user=admin&password=hunter2&c=1",
        "rtsp://cam/user=admin&pwd=hunter2/stream",
        "open of rtsp://a:hunter2@cam failed",
    ],
)
def test_no_credential_is_left_in_a_redacted_text(url: str) -> None:
    assert "hunter2" not in redact(url)
    assert "cam" in redact(url)


def test_the_repr_of_an_address_hides_the_password() -> None:
    assert "hunter2" not in repr(split_credentials("rtsp://u:hunter2@cam/x"))


def test_the_configured_user_wins_over_one_left_in_the_address() -> None:
    config = CameraConfig(
        id="yard",
        name="Yard",
        main_url="rtsp://old:old@cam/main",
        sub_url="rtsp://cam/sub",
        username="new",
        password="secret",
    )
    found = stream_urls(config)
    assert (found.main.url, found.main.username) == ("rtsp://cam/main", "new")
    assert found.sub is not None
    assert (found.sub.url, found.sub.password) == ("rtsp://cam/sub", "secret")


def test_a_camera_without_sub_stream_and_user_has_neither() -> None:
    config = CameraConfig(id="yard", name="Yard", main_url="rtsp://a:b@cam/main")
    found = stream_urls(config)
    assert found.sub is None
    assert found.main.username == "a"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("rtsp://cam/x", ("cam", 554)),
        ("rtsps://cam/x", ("cam", 322)),
        ("snapshot+https://cam/x", ("cam", 443)),
        ("http://[::1]:81/x", ("::1", 81)),
    ],
)
def test_the_port_follows_from_the_scheme(url: str, expected: tuple[str, int]) -> None:
    assert host_and_port(url) == expected
