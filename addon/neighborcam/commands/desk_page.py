"""`neighborcam agency serve`: the desk as a page, on this machine alone."""

from typing import Final

from neighborcam.agency.page.room import Room
from neighborcam.agency.page.server import DeskServer
from neighborcam.commands.desk_session import Session, now
from neighborcam.commands.stopping import stop_signal

HOST: Final = "127.0.0.1"
PORT: Final = 8495


async def serve(session: Session) -> None:
    """Serve the page until Ctrl-C; nobody else works in the folder meanwhile."""
    session.lock()
    options = session.options
    server = DeskServer(
        Room(session.folder, now),
        host=options.host,
        port=options.port,
        beyond_this_machine=options.beyond_this_machine,
    )
    await server.start()
    print(f"The desk is ready: {server.link}", flush=True)
    print("The link lets one browser in, once. Ctrl-C ends it.", flush=True)
    with stop_signal() as stopped:
        await stopped.wait()
    await server.stop()
