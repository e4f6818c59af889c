"""What a scene is made of, as data: places, actors, nuisances.

Positions are fractions of the picture: (0, 0) is the upper left corner, and an
actor stands where its feet are. How large it appears follows from how low in the
picture it stands, as on real ground.
"""

from typing import Literal

import msgspec

type Place = Literal["street", "yard"]
type ActorKind = Literal["person", "cyclist", "car", "dog", "cat"]
type NuisanceKind = Literal[
    "swaying_tree",
    "rain",
    "insects",
    "cloud_shadow",
    "hard_shadow",
    "exposure_steps",
    "ir_switch",
    "headlights",
    "shake",
    "flicker",
    "noise",
]
type Point = tuple[float, float]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """One object that crosses the picture: one event.

    It goes from `start` to `end` in `duration_s`, standing still for `pause_s` in
    the middle. `contrast` 1 is its own colours, 0 the average of the ground.
    """

    kind: ActorKind
    enters_s: float
    duration_s: float
    start: Point
    end: Point
    pause_s: float = 0.0
    contrast: float = 1.0
    look: int = 0

    @property
    def leaves_s(self) -> float:
        """When it has reached the end of its way."""
        return self.enters_s + self.duration_s + self.pause_s


class Nuisance(msgspec.Struct, frozen=True, kw_only=True):
    """Something that changes pixels and is nobody's business, for a while."""

    kind: NuisanceKind
    start_s: float = 0.0
    end_s: float = 1e9
    strength: float = 1.0


class SceneSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A scene: frames are a function of it, the picture's size and the index.

    `noise` is the sensor's standard deviation in grey levels of 255.
    """

    name: str
    place: Place = "street"
    night: bool = False
    duration_s: float = 60.0
    seed: int = 1
    noise: float = 2.0
    clock: bool = False
    actors: tuple[Actor, ...] = ()
    nuisances: tuple[Nuisance, ...] = ()
