"""Pictures that the owner takes are kept, or it is said why not."""

from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from custom_components.neighborcam.pictures import take_picture
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import JPEG


async def test_a_picture_lies_in_the_media_folder_of_its_camera(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path
) -> None:
    hass.config.media_dirs = {"local": str(tmp_path)}
    path = await take_picture((await set_up()).runtime_data, "front-door")
    assert path.parent == tmp_path / "neighborcam" / "front-door"
    assert path.read_bytes() == JPEG
    assert [each.suffix for each in path.parent.iterdir()] == [".jpg"]


async def test_without_a_media_folder_it_is_said_so(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    hass.config.media_dirs = {}
    with pytest.raises(HomeAssistantError) as refused:
        await take_picture((await set_up()).runtime_data, "front-door")
    assert refused.value.translation_key == "no_media_folder"


async def test_a_disk_that_refuses_is_named(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path
) -> None:
    (tmp_path / "neighborcam").write_text("a file where the folder should be")
    hass.config.media_dirs = {"local": str(tmp_path)}
    with pytest.raises(HomeAssistantError) as refused:
        await take_picture((await set_up()).runtime_data, "front-door")
    assert refused.value.translation_key == "picture_not_kept"
