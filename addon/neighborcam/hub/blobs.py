"""Where pictures lie: a folder, or storage that speaks S3. Both by obstore."""

from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

from neighborcam.hub.errors import NotFound, StorageFailed
from neighborcam.hub.settings import HubSettings

if TYPE_CHECKING:
    from obstore.store import S3Config  # exists for type checkers only

_MISSING: Final = "the picture is gone"


class Blobs:
    """Bytes by name. Names are random: they tell nothing and cannot be guessed."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def of(cls, settings: HubSettings) -> "Blobs":
        """Keep blobs where the settings say. Raises `StorageFailed`."""
        if settings.blobs:
            return cls.at(settings.blobs)
        return cls.in_folder(settings.data_dir / "blobs")

    @classmethod
    def in_folder(cls, folder: Path) -> "Blobs":
        """Keep blobs in a folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder))

    @classmethod
    def in_memory(cls) -> "Blobs":
        """Keep blobs until the process ends."""
        return cls(MemoryStore())

    @classmethod
    def at(cls, url: str, config: "S3Config | None" = None) -> "Blobs":
        """Keep blobs at ``s3://bucket/prefix``; keys come from the environment.

        Raises `StorageFailed` for an address that is none.
        """
        if urlsplit(url).scheme != "s3":
            raise StorageFailed("blobs go to a folder or to s3://bucket/prefix")
        try:
            return cls(S3Store.from_url(url, config=config))
        except (BaseError, ValueError) as problem:
            raise StorageFailed("the address of the blobs is wrong") from problem

    async def put(self, name: str, data: bytes) -> None:
        """Keep bytes; they are whole there, or not at all."""
        try:
            await obstore.put_async(self._store, name, data)
        except (BaseError, OSError) as problem:
            raise StorageFailed("the store of pictures takes nothing") from problem

    async def get(self, name: str) -> bytes:
        """Return what was put. Raises `NotFound`."""
        try:
            found = await obstore.get_async(self._store, name)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise NotFound(_MISSING) from None
        except (BaseError, OSError) as problem:
            raise StorageFailed("the store of pictures does not answer") from problem

    async def remove(self, name: str) -> None:
        """Delete what was put; nothing there is fine."""
        try:
            await obstore.delete_async(self._store, name)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as problem:
            raise StorageFailed("the store of pictures does not answer") from problem

    async def names(self) -> list[str]:
        """Return the names of all blobs."""
        try:
            found = await obstore.list(self._store).collect_async()
        except (BaseError, OSError) as problem:
            raise StorageFailed("the store of pictures does not answer") from problem
        return [each["path"] for each in found]
