"""Draw the pictures by which Home Assistant shows the integration and the app.

usage: .venv/bin/python script/draw_brand.py

A house whose window is a lens, and beside it the name. Drawn four times too large and
shrunk, which smooths the edges; the shapes stand on a grid of 256 units.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

type Picture = NDArray[np.uint8]  # height, width, BGRA

CHECKOUT: Final = Path(__file__).parents[1]
BRAND: Final = CHECKOUT / "custom_components" / "neighborcam" / "brand"
APP: Final = CHECKOUT / "addon"
APP_ICON: Final = 128
APP_LOGO: Final = (250, 100)
FINER: Final = 4
GRID: Final = 256

WALL: Final = (122, 98, 13)  # teal, as BGR
LENS: Final = (255, 255, 255)
GLASS: Final = (74, 51, 15)
SHINE: Final = (92, 186, 255)  # a lit window in the evening
INK: Final = (60, 44, 24)
PAPER: Final = (245, 245, 245)

EAVES: Final = ((128, 18), (246, 126), (226, 148), (128, 58), (30, 148), (10, 126))
BODY: Final = ((128, 80), (208, 152), (208, 236), (48, 236), (48, 152))
ROUND: Final = 10  # units by which corners are rounded


def blank(width: int, height: int) -> Picture:
    """Return a picture of nothing, in units of the grid, drawn finer."""
    return np.zeros((height * FINER, width * FINER, 4), np.uint8)


def scaled(points: tuple[tuple[int, int], ...]) -> NDArray[np.int32]:
    """Return points of the grid as pixels."""
    return np.array(points, np.int32) * FINER


def rounded(
    picture: Picture,
    points: tuple[tuple[int, int], ...],
    colour: tuple[int, int, int],
) -> None:
    """Fill a polygon whose corners are as round as ``ROUND`` says."""
    corners = scaled(points)
    cv2.fillPoly(picture, [corners], (*colour, 255))
    cv2.polylines(
        picture,
        [corners],
        isClosed=True,
        color=(*colour, 255),
        thickness=ROUND * FINER,
        lineType=cv2.LINE_8,
    )


def disc(
    picture: Picture,
    centre: tuple[int, int],
    radius: int,
    colour: tuple[int, int, int],
) -> None:
    """Fill a circle."""
    x, y = centre
    cv2.circle(picture, (x * FINER, y * FINER), radius * FINER, (*colour, 255), -1)


def mark(picture: Picture) -> None:
    """Draw the house with its lens into the first square of the picture."""
    rounded(picture, EAVES, WALL)
    rounded(picture, BODY, WALL)
    disc(picture, (128, 166), 52, LENS)
    disc(picture, (128, 166), 40, GLASS)
    disc(picture, (128, 166), 22, SHINE)
    disc(picture, (142, 152), 8, LENS)


def icon() -> Picture:
    """Return the square picture."""
    picture = blank(GRID, GRID)
    mark(picture)
    return picture


def logo(ink: tuple[int, int, int]) -> Picture:
    """Return the mark with the name beside it, in a colour that its ground allows."""
    picture = blank(1000, GRID)
    mark(picture)
    cv2.putText(
        picture,
        "NeighborCam",
        (276 * FINER, 166 * FINER),
        cv2.FONT_HERSHEY_DUPLEX,
        3.3 * FINER,
        (*ink, 255),
        9 * FINER,
        cv2.LINE_8,
    )
    return picture


def shrunk(picture: Picture, height: int) -> Picture:
    """Return it at its size; colours are weighed by how much of a pixel they cover."""
    width = round(picture.shape[1] * height / picture.shape[0])
    alpha = picture[..., 3:].astype(np.float32) / 255
    weighed = np.concatenate([picture[..., :3] * alpha, alpha * 255], axis=2)
    small = cv2.resize(weighed, (width, height), interpolation=cv2.INTER_AREA)
    cover = np.maximum(small[..., 3:] / 255, 1 / 255)
    small[..., :3] /= cover
    return np.clip(small.round(), 0, 255).astype(np.uint8)


def framed(picture: Picture, size: tuple[int, int]) -> Picture:
    """Return it in the middle of a picture of ``size``: width and height."""
    width, height = size
    fitting = round(min(height, width * picture.shape[0] / picture.shape[1]))
    small = shrunk(picture, fitting)
    frame = np.zeros((height, width, 4), np.uint8)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    frame[top : top + small.shape[0], left : left + small.shape[1]] = small
    return frame


def drawn() -> Iterator[tuple[Path, Picture]]:
    """Yield every picture and where it belongs."""
    pictures = {"icon": icon(), "logo": logo(INK), "dark_logo": logo(PAPER)}
    for name, picture in pictures.items():
        for suffix, height in (("", 256), ("@2x", 512)):
            yield BRAND / f"{name}{suffix}.png", shrunk(picture, height)
    yield APP / "icon.png", shrunk(pictures["icon"], APP_ICON)
    yield APP / "logo.png", framed(pictures["logo"], APP_LOGO)


def main() -> int:
    """Write all pictures."""
    for path, picture in drawn():
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return 0


if __name__ == "__main__":
    sys.exit(main())
