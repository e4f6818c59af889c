"""Model files: which, from where, and whether they are what they claim to be.

No weights are in the repository. `fetch` takes the pinned file from its publisher and
keeps it only if its SHA-256 is right: a model reads pictures of people's homes, and a
changed one could be blind to whom it was paid to overlook. A file that the owner names
is used as it is; that is their choice.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from neighborcam.engine.errors import ModelUnavailable

CHUNK_BYTES: Final = 1 << 16
TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFile:
    """One pinned file. ``url`` is its publisher's own release."""

    name: str
    url: str
    sha256: str
    size_bytes: int
    licence: str
    purpose: str


YOLOX_NANO: Final = ModelFile(
    name="yolox_nano.onnx",
    url=(
        "https://github.com/Megvii-BaseDetection/YOLOX"
        "/releases/download/0.1.1rc0/yolox_nano.onnx"
    ),
    sha256="c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
    size_bytes=3_659_407,
    licence="Apache-2.0",
    purpose="labels: person, vehicle, animal",
)
YUNET: Final = ModelFile(
    name="face_detection_yunet.onnx",
    url=(
        "https://github.com/opencv/opencv_zoo/raw/main/models"
        "/face_detection_yunet/face_detection_yunet_2023mar.onnx"
    ),
    sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    size_bytes=232_589,
    licence="MIT",
    purpose="redaction: faces that do not move",
)
MODELS: Final = (YOLOX_NANO, YUNET)
SHIPPED: Final = Path("/usr/share/neighborcam/models")  # of the app's image

type Download = Callable[[str], Iterator[bytes]]


def model_path(data_dir: Path, model: ModelFile = YOLOX_NANO) -> Path:
    """Return where the file lies once it is fetched, or came with the image.

    One in the data folder goes first.
    """
    own, shipped = data_dir / "models" / model.name, SHIPPED / model.name
    return shipped if shipped.is_file() and not own.exists() else own


def verify(path: Path, model: ModelFile) -> None:
    """Return if the file at ``path`` is the pinned one.

    Raises:
        ModelUnavailable: it is missing, unreadable or another file.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise ModelUnavailable(
            f"{model.name} is not here ({exc.strerror}). "
            "Fetch it with `neighborcam models`."
        ) from exc
    if digest != model.sha256:
        raise ModelUnavailable(
            f"{model.name} is not the file that was published: its SHA-256 is "
            f"{digest}. Delete it and fetch it again with `neighborcam models`."
        )


def find(
    data_dir: Path, named: Path | None = None, model: ModelFile = YOLOX_NANO
) -> Path:
    """Return the model to load: the owner's own, else the pinned one, verified.

    Raises:
        ModelUnavailable: the pinned file is missing or is another one.
    """
    if named is not None:
        return named
    path = model_path(data_dir, model)
    verify(path, model)
    return path


def fetch(model: ModelFile, data_dir: Path, download: Download | None = None) -> Path:
    """Return the verified file's path, downloading it if it is not there yet.

    The file appears under its name only when it is whole and right, so a power cut
    or a full disk never leaves half a model behind.

    Raises:
        ModelUnavailable: no connection, no room, or not the pinned file.
    """
    path = model_path(data_dir, model)
    if path.exists():
        verify(path, model)
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _download(model, path, download or download_https)
    except URLError as exc:
        raise ModelUnavailable(
            f"{model.name} could not be downloaded ({exc.reason}). "
            f"Check this machine's connection, or put the file at {path} yourself."
        ) from exc
    except OSError as exc:
        raise ModelUnavailable(
            f"{model.name} could not be stored in {path.parent} "
            f"({exc.strerror or 'the connection broke'}). Make room or try again."
        ) from exc
    return path


def _download(model: ModelFile, path: Path, download: Download) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{model.name}.", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _copy(model, download(model.url), file.write)
            file.flush()
            os.fsync(file.fileno())
        verify(part, model)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _copy(
    model: ModelFile, chunks: Iterator[bytes], write: Callable[[bytes], int]
) -> None:
    taken = 0
    for chunk in chunks:
        taken += len(chunk)
        if taken > model.size_bytes:
            raise ModelUnavailable(
                f"The download of {model.name} is larger than the published file: "
                "something on the way answers in its place."
            )
        write(chunk)


def download_https(url: str) -> Iterator[bytes]:
    """Yield the body of an https address in chunks; follow its redirects."""
    with urlopen(url, timeout=TIMEOUT_S) as response:  # noqa: S310 - pinned above
        while chunk := response.read(CHUNK_BYTES):
            yield chunk
