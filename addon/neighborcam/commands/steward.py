"""`neighborcam steward`: a steward's key, and opening a share with it.

The hub's page does no cryptography: a hub could change its page. So shares of
moderation envelopes are opened here, on the steward's own machine.
"""

import argparse
import contextlib
import os
import sys
from pathlib import Path

import msgspec

from neighborcam.commands.arguments import Commands
from neighborcam.protocol.age_keys import ClassicIdentity, Identity, parse_identity
from neighborcam.protocol.envelopes import Share, open_share, parse_envelope
from neighborcam.protocol.errors import CannotOpen, InvalidMessage


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "steward",
        help="keep a steward's key, and open moderation envelopes with it",
        description="Make a steward's key, or open its share of an envelope.",
    )
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="the steward's key"
    )
    parser.add_argument(
        "--envelope",
        type=Path,
        metavar="FILE",
        help="open this envelope, as the hub's page saved it",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the recipient of the key, which is made if it is not there; or a share."""
    identity = _identity(options.key, make=options.envelope is None)
    if options.envelope is None:
        print(identity.recipient)
        return 0
    try:
        sealed = options.envelope.read_bytes()
    except OSError as error:
        raise InvalidMessage(f"{options.envelope}: {error.strerror}") from None
    print(msgspec.json.encode(_share(sealed, identity)).decode())
    return 0


def _share(sealed: bytes, identity: Identity) -> Share:
    """Return the share that this key opens, wherever it stands.

    Stewards come and go: the hub's list of today is not that of the envelope.
    """
    for position in range(len(parse_envelope(sealed).shares)):
        with contextlib.suppress(CannotOpen):
            return open_share(sealed, position, identity)
    raise CannotOpen("the envelope has no share for this key")


def _identity(path: Path, *, make: bool) -> Identity:
    """Return the key in a file; make one that only its owner may read."""
    try:
        return parse_identity(path.read_text().strip())
    except FileNotFoundError:
        if not make:
            raise InvalidMessage(f"there is no key {path}") from None
    identity = ClassicIdentity(os.urandom(32))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{identity.secret()}\n")
    print(f"made the key {path}: keep a copy in a safe place", file=sys.stderr)
    return identity
