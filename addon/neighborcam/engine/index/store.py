"""The index of one data folder: everything that is looked up, nothing that is played.

``Index.open`` locks the folder, checks and migrates the database and ends what a
dead engine left open. All methods are synchronous and safe from any thread; a
write returns after its commit. Async code calls them through `asyncio.to_thread`.
"""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import NotFound, StorageError
from neighborcam.engine.facts import (
    EngineFact,
    EpisodeId,
    EpisodeLabelled,
    Label,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
    SceneChanged,
    SegmentId,
)
from neighborcam.engine.index import cameras as camera_rows
from neighborcam.engine.index import episodes as episode_rows
from neighborcam.engine.index import segments as segment_rows
from neighborcam.engine.index import snapshot
from neighborcam.engine.index import tokens as token_rows
from neighborcam.engine.index.database import Database
from neighborcam.engine.index.lock import DataLock
from neighborcam.engine.index.opening import (
    CAMERAS_NAME,
    DATABASE_NAME,
    KEY_NAME,
    MEDIA_NAME,
    open_database,
)
from neighborcam.engine.index.rows import (
    CoverageSpan,
    EpisodeRow,
    SegmentRow,
    StorageUse,
    TokenRow,
)
from neighborcam.engine.index.secrets import Secrets
from neighborcam.engine.index.segments import Slot

_STORED_FACTS: Final = (
    MotionStarted,
    MotionUpdated,
    MotionEnded,
    EpisodeLabelled,
    SceneChanged,
)
_NO_TIME: Final = timedelta(0)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Index:
    """Everything that is known about cameras, episodes and recordings."""

    def __init__(
        self,
        data_dir: Path,
        media_dir: Path,
        database: Database,
        secrets: Secrets,
        lock: DataLock,
        clock: Callable[[], datetime],
    ) -> None:
        self.data_dir = data_dir
        self.media_dir = media_dir
        self.was_restored = False  # from a backup: recordings are newer, or gone
        self._database = database
        self._secrets = secrets
        self._lock = lock
        self._clock = clock

    @classmethod
    def open(
        cls,
        data_dir: Path,
        clock: Callable[[], datetime] = _utc_now,
        media_dir: Path | None = None,
    ) -> Self:
        """Open or make the index of a data folder; recordings may lie elsewhere.

        Raises `DataInUse` if another engine has it, `DataUnreadable` if it is
        damaged or newer than this engine (and then changes nothing), and
        `StorageError` if the folder cannot be written.
        """
        lock = DataLock(data_dir)
        try:
            index = cls._open_locked(data_dir, media_dir, lock, clock)
        except OSError as error:
            lock.release()
            raise StorageError(
                f"The data folder {data_dir} cannot be used: {error.strerror}."
            ) from error
        except BaseException:
            lock.release()
            raise
        index.write(episode_rows.end_open)
        return index

    @classmethod
    def _open_locked(
        cls,
        data_dir: Path,
        media_dir: Path | None,
        lock: DataLock,
        clock: Callable[[], datetime],
    ) -> Self:
        if media_dir is None:
            media_dir = data_dir / MEDIA_NAME
            media_dir.mkdir(exist_ok=True)
        was_restored = snapshot.settle(data_dir)
        secrets = Secrets.open(data_dir / KEY_NAME)
        database = Database(data_dir / DATABASE_NAME, open_database(data_dir))
        index = cls(data_dir, media_dir, database, secrets, lock, clock)
        index.was_restored = was_restored
        return index

    def close(self) -> None:
        """Finish the writes and let another engine have the folder."""
        self._database.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run one transaction on the writer thread; return after its commit."""
        return self._database.write(work)

    # -- cameras ---------------------------------------------------------------

    def cameras(self) -> tuple[CameraConfig, ...]:
        """All cameras by id, passwords decrypted."""
        stored = self._database.read(camera_rows.every)
        return tuple(camera_rows.unseal(camera, self._secrets) for camera in stored)

    def camera(self, id_: CameraId) -> CameraConfig:
        """One camera, password decrypted. Raises `NotFound`."""
        stored = self._database.read(
            lambda connection: camera_rows.one(connection, id_)
        )
        if stored is None:
            raise NotFound(f"There is no camera {id_!r}.")
        return camera_rows.unseal(stored, self._secrets)

    def put_camera(self, config: CameraConfig) -> None:
        """Store a camera, new or changed."""
        stored = camera_rows.seal(config, self._secrets)
        self.write(lambda connection: self._put_camera(connection, stored))

    def delete_camera(self, id_: CameraId) -> None:
        """Forget a camera's settings; its recordings stay until retention takes them.

        Raises `NotFound`.
        """
        if not self.write(lambda connection: self._delete_camera(connection, id_)):
            raise NotFound(f"There is no camera {id_!r}.")

    def _put_camera(
        self, connection: sqlite3.Connection, stored: camera_rows.StoredCamera
    ) -> None:
        camera_rows.put(connection, stored)
        self._copy_cameras(connection)

    def _delete_camera(self, connection: sqlite3.Connection, id_: CameraId) -> bool:
        known = camera_rows.delete(connection, id_)
        self._copy_cameras(connection)
        return known

    def _copy_cameras(self, connection: sqlite3.Connection) -> None:
        """Write the second copy inside the transaction: if it fails, both stay old."""
        try:
            camera_rows.write_file(
                self.data_dir / CAMERAS_NAME, camera_rows.every(connection)
            )
        except OSError as error:
            raise StorageError(
                f"The settings cannot be written to {self.data_dir}: {error.strerror}."
            ) from error

    # -- facts and episodes ------------------------------------------------------

    def apply(self, fact: EngineFact) -> None:
        """Store a fact about episodes or scenes, twice or once; ignore any other."""
        if isinstance(fact, _STORED_FACTS):
            self.write(lambda connection: episode_rows.apply(connection, fact))

    def episode(self, id_: EpisodeId) -> EpisodeRow:
        """One episode. Raises `NotFound`."""
        row = self._database.read(lambda connection: episode_rows.one(connection, id_))
        if row is None:
            raise NotFound(f"There is no episode {id_!r}.")
        return row

    def episodes(
        self,
        camera: CameraId | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        label: Label | None = None,
        limit: int = 50,
        before: EpisodeId | None = None,
    ) -> tuple[EpisodeRow, ...]:
        """Episodes that overlap ``start`` … ``end``, newest first.

        ``before`` is the last id of the page before this one.
        """
        return self._database.read(
            lambda connection: episode_rows.page(
                connection,
                camera=camera,
                start=start,
                end=end,
                label=label,
                limit=limit,
                before=before,
            )
        )

    def latest_episodes(self) -> tuple[EpisodeRow, ...]:
        """Each camera's newest episode of the whole picture."""
        return self._database.read(episode_rows.latest)

    def episode_counts(self, start: datetime, end: datetime) -> dict[CameraId, int]:
        """Episodes of the whole picture that began in a span, by camera."""
        return self._database.read(lambda db: episode_rows.counts(db, start, end))

    def delete_episode(self, id_: EpisodeId) -> None:
        """Forget an episode; the recording stays. Raises `NotFound`."""
        self._known(self.write(lambda db: episode_rows.delete(db, id_)), id_)

    def delete_episodes_before(
        self, camera: CameraId, end: datetime, limit: int
    ) -> tuple[EpisodeId, ...]:
        """Forget up to ``limit`` episodes that ended before ``end``, none held."""
        return self.write(
            lambda connection: episode_rows.delete_before(
                connection, camera, end, limit
            )
        )

    def episode_cameras(self) -> tuple[CameraId, ...]:
        """Cameras that have episodes, configured or not."""
        return self._database.read(episode_rows.cameras)

    def set_pictures(self, id_: EpisodeId, *, thumbnail: bool, preview: bool) -> None:
        """Note which pictures of an episode exist. Raises `NotFound`."""
        self._known(
            self.write(
                lambda connection: episode_rows.set_pictures(
                    connection, id_, thumbnail=thumbnail, preview=preview
                )
            ),
            id_,
        )

    def hold(self, id_: EpisodeId) -> None:
        """Keep an episode's recording from retention. Raises `NotFound`.

        The files' hashes follow: `recording/holding.py`.
        """
        self._set_held(id_, held=True)

    def release(self, id_: EpisodeId) -> None:
        """Give an episode back to retention. Raises `NotFound`."""
        self._set_held(id_, held=False)

    def _set_held(self, id_: EpisodeId, *, held: bool) -> None:
        known = self.write(lambda db: episode_rows.set_held(db, id_, held=held))
        self._known(known, id_)

    @staticmethod
    def _known(known: bool, id_: EpisodeId) -> None:  # noqa: FBT001 - the query's answer
        if not known:
            raise NotFound(f"There is no episode {id_!r}.")

    def scene_changes(
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[SceneChanged, ...]:
        """Scene changes of one camera, oldest first."""
        return self._database.read(
            lambda connection: episode_rows.scene_changes(
                connection, camera, start, end
            )
        )

    # -- segments ----------------------------------------------------------------

    def segments(
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[SegmentRow, ...]:
        """Recorded files that overlap ``start`` … ``end``, oldest first."""
        return self._database.read(
            lambda connection: segment_rows.between(connection, camera, start, end)
        )

    def coverage(
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[CoverageSpan, ...]:
        """Stretches of ``start`` … ``end`` that are recorded; gaps under 2 s closed."""
        return self._database.read(
            lambda connection: segment_rows.coverage(connection, camera, start, end)
        )

    def storage_use(self) -> tuple[StorageUse, ...]:
        """Bytes and oldest recording of every camera that has any."""
        return self._database.read(segment_rows.storage_use)

    def put_segment(
        self,
        row: SegmentRow,
        *,
        camera_pts: int | None = None,
        clock_ahead: timedelta = _NO_TIME,
    ) -> None:
        """Insert a segment, or update the end, size, state and hash of a known one.

        ``camera_pts`` is the camera's time of the first frame; ``clock_ahead`` how far
        ``started_at`` lies after the host's time of it. Both count when inserted.
        """
        self.write(
            lambda connection: segment_rows.put(
                connection, row, camera_pts=camera_pts, clock_ahead=clock_ahead
            )
        )

    def free_slot(self, camera: CameraId, wanted: datetime) -> Slot:
        """Find the first unrecorded time of a camera at or after ``wanted``."""
        return self._database.read(
            lambda connection: segment_rows.free_slot(connection, camera, wanted)
        )

    def oldest_segments(self, camera: CameraId, limit: int) -> tuple[SegmentRow, ...]:
        """Return the oldest closed segments of a camera that nothing holds."""
        return self._database.read(
            lambda connection: segment_rows.oldest(connection, camera, limit)
        )

    def all_segments(self) -> tuple[SegmentRow, ...]:
        """All segments by camera and time."""
        return self._database.read(segment_rows.every)

    def unhashed_segments(self) -> tuple[SegmentRow, ...]:
        """Return held, closed segments whose hash is not known yet."""
        return self._database.read(segment_rows.unhashed)

    def set_sha256(self, id_: SegmentId, sha256: str) -> None:
        """Keep the hash of a closed segment's file."""
        self.write(lambda connection: segment_rows.set_sha256(connection, id_, sha256))

    def condemn(self, ids: Iterable[SegmentId]) -> None:
        """Mark segments as garbage; unlink their files next."""
        self.write(lambda connection: segment_rows.condemn(connection, ids))

    def condemned(self) -> tuple[SegmentRow, ...]:
        """Return the segments whose files are to be unlinked."""
        return self._database.read(segment_rows.condemned)

    def drop_garbage(self, ids: Iterable[SegmentId]) -> None:
        """Drop the rows of garbage whose files are gone for good."""
        self.write(lambda connection: segment_rows.drop_garbage(connection, ids))

    # -- tokens and settings -------------------------------------------------------

    def setting(self, name: str) -> bytes | None:
        """Return a setting's value, None if it was never put."""
        return self._database.read(lambda db: token_rows.setting(db, name))

    def put_setting(self, name: str, value: bytes) -> None:
        """Store a setting."""
        self.write(lambda connection: token_rows.put_setting(connection, name, value))

    def put_token(self, token: TokenRow) -> None:
        """Store a token."""
        self.write(lambda connection: token_rows.put(connection, token))

    def tokens(self) -> tuple[TokenRow, ...]:
        """All tokens, oldest first."""
        return self._database.read(token_rows.every)

    def delete_token(self, id_: str) -> None:
        """Revoke a token. Raises `NotFound`."""
        if not self.write(lambda connection: token_rows.delete(connection, id_)):
            raise NotFound("There is no such token.")
