from pathlib import Path

import pytest

from tests.engine.api.conftest import House
from tests.fuzzing import complaints


@pytest.mark.timeout(240)
async def test_the_engine_is_what_its_document_says(
    house: House, admin: str, tmp_path: Path
) -> None:
    """Left out: WebSockets and video, and what would take the token itself away."""
    address = "http://{}:{}".format(*house.server.address)
    more = (
        f"--header\nAuthorization: Bearer {admin}",
        "--exclude-path\n/api/ws",
        "--exclude-path-regex\nlive|tokens|pair|onvif|discover",
    )
    assert await complaints(address, tmp_path, more="\n".join(more)) == ""
