"""Settings of the whole engine, changed through the API and kept in the index."""

from typing import Annotated, Final, Protocol

import msgspec

from neighborcam.engine.config import Name
from neighborcam.engine.errors import DataUnreadable

SETTINGS_KEY: Final = "settings"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the owner set for the engine as a whole. docs/settings.md explains each."""

    name: Name = "Home"
    keep_bytes: Annotated[int, msgspec.Meta(gt=0, le=2**60)] | None = None
    min_free_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**60)] = 2_000_000_000
    labels: bool = True
    model_path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)] | None = (
        None
    )


class SettingRows(Protocol):
    """Where settings are kept: `index.store.Index`."""

    def setting(self, name: str) -> bytes | None:
        """Return the bytes stored under ``name``, None if there are none."""

    def put_setting(self, name: str, value: bytes) -> None:
        """Store ``value`` under ``name``, replacing what was there."""


def load_settings(rows: SettingRows) -> Settings:
    """Return the stored settings, the defaults on a new data folder.

    Raises `DataUnreadable` when they were damaged or written by a newer version.
    """
    stored = rows.setting(SETTINGS_KEY)
    if stored is None:
        return Settings()
    try:
        return msgspec.json.decode(stored, type=Settings)
    except msgspec.DecodeError as exc:
        raise DataUnreadable(
            "the settings in the index cannot be read; they may be of a newer version:"
            " install that version again, or run `neighborcam check --repair`"
        ) from exc


def save_settings(rows: SettingRows, settings: Settings) -> None:
    """Store ``settings``."""
    rows.put_setting(SETTINGS_KEY, msgspec.json.encode(settings))
