"""Scenes by name: the demo's street, and the set that detection is judged on.

`quiet_NUISANCE` has the nuisance and no event at all, `events_NUISANCE` has it
with separate events at least 1.5 s apart.
"""

from typing import get_args

from demo.scene_spec import Actor, Nuisance, NuisanceKind, Place, SceneSpec

NIGHT_ONLY: frozenset[NuisanceKind] = frozenset({"insects", "headlights"})
YARD: frozenset[NuisanceKind] = frozenset({"insects", "swaying_tree", "flicker"})

_LEFT, _RIGHT = -0.08, 1.08


def _person(enters_s: float, y: float, seconds: float, **more: object) -> Actor:
    return _crossing("person", enters_s, y, seconds, **more)


def _crossing(
    kind: str, enters_s: float, y: float, seconds: float, **more: object
) -> Actor:
    """Return somebody who crosses the picture at height `y`, left to right."""
    wide = 0.35 if kind == "car" else 0.0
    way = ((_LEFT - wide, y), (_RIGHT + wide, y))
    if more.pop("leftwards", False):
        way = way[::-1]
    fields = {
        "kind": kind,
        "enters_s": enters_s,
        "duration_s": seconds,
        "start": way[0],
        "end": way[1],
        **more,
    }
    return Actor(**fields)  # type: ignore[arg-type]


def _street_events() -> tuple[Actor, ...]:
    """Six events in a minute: near and far, quick and slow, plain and faint."""
    return (
        _person(9.0, 0.84, 6.5, look=0),
        _crossing("car", 18.5, 0.70, 3.0, look=1),
        _crossing("dog", 25.0, 0.83, 4.5, look=0, leftwards=True),
        _person(33.0, 0.47, 9.0, look=3, leftwards=True),
        _crossing("car", 45.0, 0.57, 3.6, look=2, leftwards=True),
        _crossing("cyclist", 52.0, 0.66, 4.0, look=2, contrast=0.7),
    )


def _yard_events() -> tuple[Actor, ...]:
    """Six events in a minute, some of which walk up to the camera."""
    return (
        _person(9.0, 0.66, 7.0, look=1),
        _crossing("cat", 19.0, 0.74, 6.0, look=0, leftwards=True),
        Actor(
            kind="person",
            enters_s=28.0,
            duration_s=7.0,
            start=(0.62, 0.40),
            end=(0.20, 1.5),
            pause_s=1.0,
            look=2,
        ),
        _crossing("dog", 38.5, 0.60, 4.5, look=2),
        _person(46.0, 0.50, 5.5, look=4, leftwards=True, contrast=0.6),
        _crossing("dog", 54.5, 0.82, 3.5, look=1),
    )


_EVENTS: dict[Place, tuple[Actor, ...]] = {
    "street": _street_events(),
    "yard": _yard_events(),
}


def _named(scene: SceneSpec) -> tuple[str, SceneSpec]:
    return scene.name, scene


def _nuisance_scene(kind: NuisanceKind, number: int, *, quiet: bool) -> SceneSpec:
    place: Place = "yard" if kind in YARD else "street"
    return SceneSpec(
        name=f"{'quiet' if quiet else 'events'}_{kind}",
        place=place,
        night=kind in NIGHT_ONLY,
        seed=100 + number,
        actors=() if quiet else _EVENTS[place],
        nuisances=(Nuisance(kind=kind),),
    )


def _night_rain(*, quiet: bool) -> SceneSpec:
    kinds: tuple[NuisanceKind, ...] = (
        "rain",
        "insects",
        "headlights",
        "swaying_tree",
        "noise",
    )
    return SceneSpec(
        name=f"{'quiet' if quiet else 'events'}_night_rain",
        place="street",
        night=True,
        seed=150,
        actors=() if quiet else _EVENTS["street"],
        nuisances=tuple(
            Nuisance(kind=kind, strength=0.5 if kind == "noise" else 1.0)
            for kind in kinds
        ),
    )


PASSER_BY = SceneSpec(
    name="passer-by",
    place="street",
    duration_s=14.0,
    seed=5,
    actors=(_person(5.0, 0.84, 5.0),),
)
"""One event and nothing else: for tests of what comes after detection."""

DEMO = SceneSpec(
    name="street",
    place="street",
    duration_s=72.0,
    seed=7,
    clock=True,
    actors=(
        _person(9.0, 0.84, 7.0, look=0),
        _crossing("car", 27.0, 0.70, 3.2, look=1),
        _crossing("dog", 43.0, 0.83, 5.0, look=0, leftwards=True),
        _crossing("cyclist", 58.0, 0.66, 4.5, look=2, leftwards=True),
    ),
    nuisances=(Nuisance(kind="swaying_tree", strength=0.5),),
)

DEMO_YARD = SceneSpec(
    name="yard",
    place="yard",
    duration_s=78.0,
    seed=11,
    clock=True,
    actors=(
        _crossing("cat", 15.0, 0.74, 6.0, look=0),
        Actor(
            kind="person",
            enters_s=36.0,
            duration_s=8.0,
            start=(0.62, 0.40),
            end=(0.20, 1.5),
            pause_s=1.5,
            look=5,
        ),
        _crossing("dog", 60.0, 0.62, 4.5, look=2, leftwards=True),
    ),
    nuisances=(
        Nuisance(kind="swaying_tree", strength=0.4),
        Nuisance(kind="cloud_shadow", strength=0.4),
    ),
)

_NIGHT = SceneSpec(
    name="yard_night",
    place="yard",
    night=True,
    seed=12,
    clock=True,
    actors=_EVENTS["yard"],
)

NUISANCES: tuple[NuisanceKind, ...] = get_args(NuisanceKind.__value__)

BENCHMARK: tuple[str, ...] = tuple(
    f"{what}_{kind}"
    for what in ("quiet", "events")
    for kind in (*NUISANCES, "night_rain")
)
"""The names that detection is judged on."""

SCENES: dict[str, SceneSpec] = dict(
    [
        _named(DEMO),
        _named(DEMO_YARD),
        _named(_NIGHT),
        *(
            _named(_nuisance_scene(kind, number, quiet=quiet))
            for quiet in (True, False)
            for number, kind in enumerate(NUISANCES)
        ),
        _named(_night_rain(quiet=True)),
        _named(_night_rain(quiet=False)),
    ]
)
"""Every scene by its name."""
