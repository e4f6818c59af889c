"""What several commands ask for in the same words."""

import argparse
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Protocol

DATA: Final = Path("data")
_PORTS: Final = range(65536)
_LARGEST: Final = {4: 8, 6: 16}  # bits of a network of proxies, by the IP version


class Commands(Protocol):
    """Where a command adds its parser: argparse's sub-parsers."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002 - argparse's name
        description: str,
    ) -> argparse.ArgumentParser:
        """Return the parser of one command."""


def add_data(parser: argparse.ArgumentParser) -> None:
    """Ask for the data folder."""
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA,
        metavar="DIR",
        help="folder for index, keys and recordings (default: ./data)",
    )


def add_media(parser: argparse.ArgumentParser) -> None:
    """Ask for the folder of recordings."""
    parser.add_argument(
        "--media",
        type=Path,
        metavar="DIR",
        help="folder of recordings (default: media in the data folder)",
    )


def port(text: str) -> int:
    """Return the port that ``text`` names; for argparse's ``type``."""
    if not text.isdecimal() or int(text) not in _PORTS:
        raise argparse.ArgumentTypeError(f"a port is a number up to 65535, not {text}")
    return int(text)


def proxies(text: str) -> IPv4Network | IPv6Network:
    """Return the network that ``text`` names; for argparse's ``type``.

    One that anybody can be in is refused: whoever connects could name any address.
    """
    try:
        network = ip_network(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"a network is written like 172.28.0.0/24 or 10.0.0.7, not {text}"
        ) from None
    if network.prefixlen < _LARGEST[network.version]:
        raise argparse.ArgumentTypeError(f"{text} is more than proxies can be in")
    return network
