import asyncio
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from neighborcam.engine.errors import ModelUnavailable
from neighborcam.engine.vision import models

CONTENT = b"weights" * 30_000
MODEL = models.ModelFile(
    name="tiny.onnx",
    url="https://example.org/tiny.onnx",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size_bytes=len(CONTENT),
    licence="Apache-2.0",
    purpose="tests",
)


def sends(*chunks: bytes) -> models.Download:
    return lambda _url: iter(chunks)


def leftovers(data_dir: Path) -> list[str]:
    return [path.name for path in (data_dir / "models").iterdir()]


def test_a_fetched_model_lies_under_its_name_and_is_verified(tmp_path: Path) -> None:
    path = models.fetch(MODEL, tmp_path, sends(CONTENT[:1000], CONTENT[1000:]))
    assert path == tmp_path / "models" / "tiny.onnx"
    assert path.read_bytes() == CONTENT
    assert leftovers(tmp_path) == ["tiny.onnx"]
    models.verify(path, MODEL)


def test_a_model_that_is_there_is_not_downloaded_again(tmp_path: Path) -> None:
    models.fetch(MODEL, tmp_path, sends(CONTENT))

    def never(_url: str) -> Iterator[bytes]:
        pytest.fail("it was downloaded again")

    models.fetch(MODEL, tmp_path, never)


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        ((CONTENT[:-1],), "not the file that was published"),
        ((b"<html>please log in</html>",), "not the file that was published"),
        ((CONTENT, b"more"), "larger than the published file"),
    ],
    ids=["cut short", "a portal's page", "too long"],
)
def test_a_wrong_download_is_refused_and_leaves_nothing(
    tmp_path: Path, chunks: tuple[bytes, ...], text: str
) -> None:
    with pytest.raises(ModelUnavailable, match=text):
        models.fetch(MODEL, tmp_path, sends(*chunks))
    assert leftovers(tmp_path) == []


def test_without_a_connection_the_text_says_where_to_put_the_file(
    tmp_path: Path,
) -> None:
    def fails(_url: str) -> Iterator[bytes]:
        raise URLError("no route to host")

    with pytest.raises(ModelUnavailable, match=re.escape(str(tmp_path))) as caught:
        models.fetch(MODEL, tmp_path, fails)
    assert "no route to host" in str(caught.value)
    assert leftovers(tmp_path) == []


def test_a_connection_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    def breaks(_url: str) -> Iterator[bytes]:
        yield CONTENT[:5]
        raise TimeoutError

    with pytest.raises(ModelUnavailable, match="the connection broke"):
        models.fetch(MODEL, tmp_path, breaks)
    assert leftovers(tmp_path) == []


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelUnavailable, match="could not be stored"):
        models.fetch(MODEL, tmp_path, sends(CONTENT))


def test_a_changed_file_is_refused_even_if_it_was_there_before(tmp_path: Path) -> None:
    path = models.fetch(MODEL, tmp_path, sends(CONTENT))
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(ModelUnavailable, match="not the file that was published"):
        models.fetch(MODEL, tmp_path, sends(CONTENT))


def test_the_owners_own_file_is_used_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "mine.onnx"
    assert models.find(tmp_path, mine) == mine


def test_without_a_model_the_text_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="neighborcam models"):
        models.find(tmp_path)


def test_the_fetched_model_is_found(tmp_path: Path) -> None:
    path = models.fetch(MODEL, tmp_path, sends(CONTENT))
    assert models.find(tmp_path, model=MODEL) == path


def test_a_model_that_came_with_the_image_is_used_unless_the_owner_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "SHIPPED", tmp_path / "shipped")
    (tmp_path / "shipped").mkdir()
    shipped = tmp_path / "shipped" / MODEL.name
    shipped.write_bytes(CONTENT)
    assert models.find(tmp_path, model=MODEL) == shipped
    assert models.fetch(MODEL, tmp_path, sends()) == shipped
    own = tmp_path / "models" / MODEL.name
    own.parent.mkdir()
    own.write_bytes(CONTENT)
    assert models.find(tmp_path, model=MODEL) == own


def test_pinned_files_come_over_https_with_a_hash_and_a_licence() -> None:
    for model in models.MODELS:
        assert model.url.startswith("https://github.com/")
        assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
        assert model.licence in {"Apache-2.0", "MIT"}


async def test_the_download_follows_redirects_and_yields_the_whole_body() -> None:
    async def moved(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/tiny.onnx")

    async def body(_request: web.Request) -> web.Response:
        return web.Response(body=CONTENT)

    app = web.Application()
    app.add_routes([web.get("/latest", moved), web.get("/tiny.onnx", body)])
    async with TestServer(app) as server:
        url = str(server.make_url("/latest"))
        chunks = await asyncio.to_thread(lambda: list(models.download_https(url)))
    assert b"".join(chunks) == CONTENT
    assert len(chunks) > 1
