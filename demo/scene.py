"""A scene: frame number in, picture and exact ground truth out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, hypot, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.background import background
from demo.ground import GROUNDS
from demo.light import (
    Light,
    exposure,
    flicker,
    infrared_switch,
    shade,
    to_infrared,
)
from demo.people import draw_cat, draw_cyclist, draw_dog, draw_person
from demo.scene_spec import Actor, ActorKind, NuisanceKind, SceneSpec
from demo.sprite import Canvas, Mask, Sprite, cast_shadow, clipped, paste
from demo.texture import Picture, grain
from demo.tree import Tree
from demo.truth import FrameTruth, SeenObject
from demo.vehicles import draw_car
from demo.weather import insects, rain

type _Draw = Callable[[Canvas, float, int, float], None]

_DRAW: dict[ActorKind, tuple[_Draw, tuple[float, float], float]] = {
    "person": (draw_person, (1.3, 1.95), 1.0),
    "cyclist": (draw_cyclist, (2.1, 1.95), 0.8),
    "car": (draw_car, (4.6, 1.7), 0.15),
    "dog": (draw_dog, (1.4, 0.85), 0.5),
    "cat": (draw_cat, (0.9, 0.6), 0.5),
}
"""How each kind is drawn, its width and height in metres, its surface's roughness."""

_GROUND_TONE = (95.0, 105.0, 108.0)
_CLOCK_STARTS = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One rendered frame: BGR picture, its objects, and their pixels on request.

    `mask` holds 0 where there is nothing and 255 where there is an object.
    """

    picture: Picture
    truth: FrameTruth
    mask: Mask | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    event: int
    kind: ActorKind
    sprite: Sprite
    foot_y: float


class Scene:
    """Renders one spec at one size and rate; frames come in any order."""

    def __init__(
        self,
        spec: SceneSpec,
        size: tuple[int, int] = (640, 360),
        fps: float = 15.0,
    ) -> None:
        self.spec = spec
        self.width, self.height = size
        self.fps = fps
        self._ground = GROUNDS[spec.place]
        self._background = background(spec.place, *size, spec.seed)
        self._tree = Tree(spec.place, *size, spec.seed)
        self._light = Light(*size, spec.seed)
        self._infrared = self._light.infrared()
        random = np.random.default_rng((spec.seed, 3))
        self._cloth = 0.10 * grain(random, self.width * 2, self.height * 2, 1.2)
        pad = 64
        tile = grain(random, self.width + pad, self.height + pad, 0.55)
        self._noise = tile, grain(random, self.width + pad, self.height + pad, 0.55)
        self._noise_tiles: dict[float, tuple[Picture, ...]] = {}

    def frame(self, index: int, *, with_mask: bool = False) -> Frame:
        """Render one frame with its truth."""
        t = index / self.fps
        picture = self._background.copy()
        placed = sorted(self._placed(t), key=lambda one: one.foot_y)
        tree = self._tree.sprite(*self._gust(t))
        behind = [p for p in placed if p.foot_y < self._tree.foot_y * self.height]
        infrared = self._is_infrared(t)
        for one in behind:
            self._put(picture, one, infrared=infrared)
        paste(picture, tree)
        for one in placed[len(behind) :]:
            self._put(picture, one, infrared=infrared)
        self._relight(picture, t, infrared=infrared)
        self._weather(picture, index, t, infrared=infrared)
        shift = self._shake(t)
        picture = self._expose(picture, index, t, shift, infrared=infrared)
        objects, mask = self._seen(placed, len(behind), tree, shift, with_mask)
        truth = FrameTruth(index=index, objects=objects)
        return Frame(picture=picture, truth=truth, mask=mask)

    def _strength(self, kind: NuisanceKind, t: float) -> float:
        return max(
            (
                nuisance.strength
                for nuisance in self.spec.nuisances
                if nuisance.kind == kind and nuisance.start_s <= t < nuisance.end_s
            ),
            default=0.0,
        )

    def _gust(self, t: float) -> tuple[float, float]:
        # A whole number of gusts, so that a looped file has no jerk.
        gusts = max(1, round(self.spec.duration_s / 3.1))
        phase = 2 * pi * gusts * t / self.spec.duration_s
        return phase, self._strength("swaying_tree", t)

    def _is_infrared(self, t: float) -> bool:
        if self._strength("ir_switch", t):
            return infrared_switch(t, night=self.spec.night)[0]
        return self.spec.night

    def _placed(self, t: float) -> list[_Placed]:
        return [
            self._place(event, actor, t)
            for event, actor in enumerate(self.spec.actors)
            if actor.enters_s <= t < actor.leaves_s
        ]

    def _place(self, event: int, actor: Actor, t: float) -> _Placed:
        part, swing = _progress(actor, t)
        x = actor.start[0] + (actor.end[0] - actor.start[0]) * part
        y = actor.start[1] + (actor.end[1] - actor.start[1]) * part
        metre = self._ground.metre(y, self.height)
        along = (actor.end[0] - actor.start[0]) * self.width
        across = (actor.end[1] - actor.start[1]) * self.height
        draw, extent, rough = _DRAW[actor.kind]
        canvas = Canvas(
            foot=(x * self.width, y * self.height),
            scale=metre,
            extent=extent,
            flip=along < 0,
        )
        # Seen from the front, legs swing less to the side than seen from the side.
        length = hypot(along, across) or 1.0
        middle = self._ground.metre((actor.start[1] + actor.end[1]) / 2, self.height)
        travelled = part * hypot(along, across * 3) / middle
        sideways = swing * (0.35 + 0.65 * abs(along) / length)
        draw(canvas, travelled, actor.look + event, sideways)
        sprite = canvas.finish(self._cloth, rough, actor.contrast, _GROUND_TONE)
        return _Placed(
            event=event, kind=actor.kind, sprite=sprite, foot_y=y * self.height
        )

    def _put(self, picture: Picture, one: _Placed, *, infrared: bool) -> None:
        cast_shadow(picture, one.sprite, one.foot_y, 0.12 if infrared else 0.38)
        paste(picture, one.sprite)

    def _relight(self, picture: Picture, t: float, *, infrared: bool) -> None:
        light = self._light
        if strength := self._strength("cloud_shadow", t):
            shade(picture, light.clouds(t, strength))
        if strength := self._strength("hard_shadow", t):
            shade(picture, light.hard_shadow(t, strength))
        if infrared:
            to_infrared(picture, self._infrared)
        if strength := self._strength("headlights", t):
            shade(picture, light.headlights(t, strength, self.spec.seed))

    def _weather(
        self, picture: Picture, index: int, t: float, *, infrared: bool
    ) -> None:
        seed = self.spec.seed
        if strength := self._strength("rain", t):
            rain(picture, index, seed, strength, night=infrared)
        if strength := self._strength("insects", t):
            insects(picture, t, seed, strength)

    def _shake(self, t: float) -> tuple[float, float]:
        reach = self._strength("shake", t) * self.height / 360
        gust = 0.5 + 0.5 * sin(2 * pi * t / 5.3)
        dx = 1.8 * sin(2 * pi * 1.9 * t) + 1.0 * sin(2 * pi * 3.3 * t + 1)
        dy = 0.9 * sin(2 * pi * 2.3 * t + 2) + 0.6 * cos(2 * pi * 4.1 * t)
        return reach * gust * dx, reach * gust * dy

    def _expose(
        self,
        picture: Picture,
        index: int,
        t: float,
        shift: tuple[float, float],
        *,
        infrared: bool,
    ) -> Picture:
        """Do what lens mount, exposure, sensor and overlay do, in this order."""
        if any(shift):
            matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
            size = (self.width, self.height)
            moved = cv2.warpAffine(
                picture, matrix, size, borderMode=cv2.BORDER_REFLECT_101
            )
            picture = np.asarray(moved, np.uint8)
        gain = self._gain(t)
        if gain != 1.0:
            cv2.convertScaleAbs(picture, picture, gain)
        sigma = self.spec.noise * (2.2 if infrared else 1.0)
        sigma += 6 * self._strength("noise", t)
        self._add_noise(picture, index, sigma, infrared=infrared)
        if self.spec.clock:
            self._write_clock(picture, t)
        return picture

    def _gain(self, t: float) -> float:
        gain = 1.0
        if strength := self._strength("exposure_steps", t):
            gain *= exposure(t, strength, self.spec.seed)
        if self._strength("ir_switch", t):
            gain *= infrared_switch(t, night=self.spec.night)[1]
        if strength := self._strength("flicker", t):
            gain *= flicker(t, strength)
        return gain

    def _add_noise(
        self, picture: Picture, index: int, sigma: float, *, infrared: bool
    ) -> None:
        if sigma <= 0:
            return
        if sigma not in self._noise_tiles:
            coded = [
                np.clip(128 + tile * sigma, 0, 255).astype(np.uint8)
                for tile in self._noise
            ]
            grey = cv2.merge((coded[0], coded[0], coded[0]))
            colour = cv2.merge((coded[1], coded[0], coded[0]))
            self._noise_tiles[sigma] = tuple(
                np.asarray(tile, np.uint8) for tile in (grey, colour)
            )
        tile = self._noise_tiles[sigma][0 if infrared else 1]
        random = np.random.default_rng((self.spec.seed, index, 17))
        x, y = random.integers(0, 64, 2)
        part = tile[y : y + self.height, x : x + self.width]
        if random.random() < 0.5:
            part = part[:, ::-1]
        cv2.addWeighted(picture, 1.0, np.ascontiguousarray(part), 1.0, -128.0, picture)

    def _write_clock(self, picture: Picture, t: float) -> None:
        text = f"{_CLOCK_STARTS + timedelta(seconds=int(t)):%Y-%m-%d %H:%M:%S}"
        size, thick = self.height / 720, max(1, self.height // 360)
        place = (int(self.height * 0.03), int(self.height * 0.07))
        for colour, extra in (((0, 0, 0), 2), ((255, 255, 255), 0)):
            cv2.putText(
                picture,
                text,
                place,
                cv2.FONT_HERSHEY_SIMPLEX,
                size,
                colour,
                thick + extra,
                cv2.LINE_AA,
            )

    def _seen(
        self,
        placed: list[_Placed],
        behind: int,
        tree: Sprite,
        shift: tuple[float, float],
        with_mask: bool,  # noqa: FBT001 - private, one caller
    ) -> tuple[tuple[SeenObject, ...], Mask | None]:
        """Return what is visible: nearer things and the tree hide farther ones."""
        mask = np.zeros((self.height, self.width), np.uint8) if with_mask else None
        found = []
        for number, one in enumerate(placed):
            nearer = [other.sprite for other in placed[number + 1 :]]
            covers = [*nearer, tree] if number < behind else nearer
            area = self._visible(_moved(one.sprite, shift), covers)
            if area is None:
                continue
            (rows, columns), shape = area
            if mask is not None:
                mask[rows, columns][shape] = 255
            ys, xs = np.nonzero(shape)
            if not len(ys):
                continue
            box = (
                (columns.start + int(xs.min())) / self.width,
                (rows.start + int(ys.min())) / self.height,
                int(xs.max() - xs.min() + 1) / self.width,
                int(ys.max() - ys.min() + 1) / self.height,
            )
            found.append(
                SeenObject(event=one.event, kind=one.kind, box=box, pixels=len(ys))
            )
        return tuple(found), mask

    def _visible(
        self, sprite: Sprite, covers: list[Sprite]
    ) -> tuple[tuple[slice, slice], NDArray[np.bool_]] | None:
        areas = clipped(sprite, self.width, self.height)
        if areas is None:
            return None
        place, part = areas
        shape = sprite.alpha[part] > 127
        for cover in covers:
            local = Sprite(
                colour=cover.colour,
                alpha=cover.alpha,
                left=cover.left - place[1].start,
                top=cover.top - place[0].start,
            )
            overlap = clipped(local, shape.shape[1], shape.shape[0])
            if overlap is not None:
                shape[overlap[0]] &= cover.alpha[overlap[1]] <= 127
        return place, shape


def _moved(sprite: Sprite, shift: tuple[float, float]) -> Sprite:
    return Sprite(
        colour=sprite.colour,
        alpha=sprite.alpha,
        left=sprite.left + round(shift[0]),
        top=sprite.top + round(shift[1]),
    )


def _progress(actor: Actor, t: float) -> tuple[float, float]:
    """Return how far along its way (0 to 1) an actor is, and how much it strides."""
    spent = t - actor.enters_s
    half = actor.duration_s / 2
    if spent <= half:
        return spent / actor.duration_s, 1.0
    if spent < half + actor.pause_s:
        return 0.5, 0.12
    return (spent - actor.pause_s) / actor.duration_s, 1.0
