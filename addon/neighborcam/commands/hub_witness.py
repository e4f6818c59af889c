"""`neighborcam hub witness`: be a witness of another hub's log, as its people asked."""

from neighborcam.hub.app import utc_now
from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.log_over_http import read_checkpoint
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.database import Database
from neighborcam.hub.witnessing import Witness


async def be_witness(settings: HubSettings, log: tuple[str, str] | None) -> str:
    """Return what the other hub has to be started with; first take its log, if named.

    The hub may run meanwhile. Raises `HubError` when the other hub does not answer,
    `ProtocolError` when its log is not of that key.
    """
    if not settings.database and not (settings.data_dir / "hub.sqlite").exists():
        raise StorageFailed(f"{settings.data_dir} holds no hub: name --data")
    database = await Database.open(
        settings.database or f"sqlite:///{settings.data_dir / 'hub.sqlite'}"
    )
    try:
        witness = await Witness.open(database, settings.origin, utc_now)
        said = ""
        if log is not None:
            size = (await read_checkpoint(*log, utc_now)).size
            await witness.add_log(log[0])
            said = f"This hub signs that log from now on; it has {size} entries. "
    finally:
        await database.close()
    return (
        f"{said}Start the other hub with\n"
        f"  --witness {witness.key.vkey}={settings.url}/witness\n"
    )
