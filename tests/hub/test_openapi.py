from pathlib import Path

import pytest

from neighborcam.protocol.alerts import Scope
from tests.fuzzing import CHECKS, complaints
from tests.hub.conftest import Town


@pytest.mark.timeout(240)
async def test_the_hub_is_what_its_document_says(town: Town, tmp_path: Path) -> None:
    await (await town.home()).post(scope=Scope.PUBLIC)
    checks = (*CHECKS, "negative_data_rejection")
    without = "--exclude-path\n/api/feed"  # a WebSocket
    assert await complaints(town.url, tmp_path, checks=checks, more=without) == ""
