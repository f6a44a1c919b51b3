"""What the simulated Cascadeur keeps: scenes with objects, tracks with keys, and an undo history."""

from __future__ import annotations

import copy
import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Vector = tuple[float, float, float]
ZERO: Vector = (0.0, 0.0, 0.0)


class Interpolation(Enum):
    BEZIER = 0
    LOW_AMPLITUDE_BEZIER = 1
    LINEAR = 2
    STEP = 3
    FIXED = 4
    NONE = 5
    CLAMPED_BEZIER = 6


class Fixation(Enum):
    Free = 0
    Fulcrum = 1


class IkFk(Enum):
    IK = 0
    FK = 1


@dataclass
class Common:
    fixation: Fixation = Fixation.Free
    ik_fk: IkFk = IkFk.IK


@dataclass
class Key:
    common: Common = field(default_factory=Common)


@dataclass
class Interval:
    interpolation: Interpolation = Interpolation.BEZIER
    common: Common = field(default_factory=Common)


@dataclass
class Section:
    """A key with the interval that follows it."""

    key: Key = field(default_factory=Key)
    interval: Interval = field(default_factory=Interval)


@dataclass
class Thing:
    """One object. Its values are there at the keys of its track only: in between they are interpolated."""

    id: str
    name: str
    type: str
    parent: str | None = None
    layer: str | None = None
    # where it is from its parent, as long as no controller says otherwise
    rest: Vector = ZERO
    # a joint goes where its controller is
    controller: str | None = None
    positions: dict[int, Vector] = field(default_factory=dict)
    rotations: dict[int, Vector] = field(default_factory=dict)


@dataclass
class Layer:
    id: str
    name: str
    visible: bool = True
    locked: bool = False
    sections: dict[int, Section] = field(default_factory=lambda: {0: Section()})


@dataclass
class Document:
    """What undo takes back."""

    things: dict[str, Thing] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    default_layer: str = ""
    frames: int = 1
    rigged: bool = False
    proto: int = 0


def new_id() -> str:
    return str(uuid.uuid4())


class Scene:
    """One tab."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = ""
        self.document = Document()
        layer = Layer(new_id(), "Default")
        self.document.layers[layer.id] = layer
        self.document.default_layer = layer.id
        self.frame = 0
        self.play = [0, 0]
        self.selected: list[str] = []
        self.interval: tuple[list[str], int, int] = ([layer.id], 0, 0)
        self.rig_mode = False
        self.undone: list[Document] = []
        self.done: list[Document] = []
        self.log: list[str] = []

    def change(self, edit: Callable[[], None]) -> None:
        """One undo step; an edit that raises leaves nothing behind."""
        before = copy.deepcopy(self.document)
        try:
            edit()
        except BaseException:
            self.document = before
            raise
        self.done.append(before)
        self.undone.clear()

    def undo(self) -> None:
        if self.done:
            self.undone.append(copy.deepcopy(self.document))
            self._become(self.done.pop())

    def redo(self) -> None:
        if self.undone:
            self.done.append(copy.deepcopy(self.document))
            self._become(self.undone.pop())

    def _become(self, document: Document) -> None:
        end = self.document.frames - 1
        self.document = document
        self.selected = [one for one in self.selected if one in document.things]
        self.frame = min(self.frame, document.frames - 1)
        self._follow(end)

    # tracks

    def add_layer(self, name: str) -> Layer:
        layer = Layer(new_id(), name)
        self.document.layers[layer.id] = layer
        return layer

    def add(self, thing: Thing, layer: Layer | None = None) -> Thing:
        thing.layer = (layer or self.document.layers[self.document.default_layer]).id
        self.document.things[thing.id] = thing
        return thing

    def members(self, layer: Layer) -> list[Thing]:
        return [thing for thing in self.document.things.values() if thing.layer == layer.id]

    def set_key(self, layer: Layer, frame: int) -> None:
        """Every object of the track gets the key, with the value that it has there."""
        if frame in layer.sections:
            return
        for thing in self.members(layer):
            if thing.positions:
                thing.positions[frame] = self.value(thing.positions, layer, frame)
            if thing.rotations:
                thing.rotations[frame] = self.value(thing.rotations, layer, frame)
        before = max((one for one in layer.sections if one < frame), default=None)
        layer.sections[frame] = copy.deepcopy(layer.sections[before]) if before is not None else Section()
        layer.sections[frame].key = Key()

    def unset_key(self, layer: Layer, frame: int) -> None:
        if frame not in layer.sections or frame == 0:
            return
        del layer.sections[frame]
        for thing in self.members(layer):
            thing.positions.pop(frame, None)
            thing.rotations.pop(frame, None)

    def fit(self) -> None:
        """The animation ends with its last key, and what is played with the animation."""
        end = self.document.frames - 1
        self.document.frames = 1 + max(max(layer.sections) for layer in self.document.layers.values())
        self._follow(end)

    def _follow(self, end: int) -> None:
        last = self.document.frames - 1
        self.play[1] = last if self.play[1] == end else min(self.play[1], last)
        self.play[0] = min(self.play[0], self.play[1])

    # values

    def value(self, keyed: dict[int, Vector], layer: Layer, frame: int) -> Vector:
        frames = sorted(one for one in keyed if one in layer.sections)
        if not frames:
            return keyed.get(0, ZERO)
        if frame <= frames[0]:
            return keyed[frames[0]]
        if frame >= frames[-1]:
            return keyed[frames[-1]]
        first, last = next((a, b) for a, b in itertools.pairwise(frames) if a <= frame < b)
        part = (frame - first) / (last - first)
        kind = layer.sections[first].interval.interpolation
        return _between(kind, keyed, frames, (first, last), part)

    def position(self, thing: Thing, frame: int) -> Vector:
        things = self.document.things
        if thing.controller in things:
            return self.position(things[thing.controller], frame)
        if thing.positions and thing.layer is not None:
            return self.value(thing.positions, self.document.layers[thing.layer], frame)
        parent = things.get(thing.parent or "")
        base = self.position(parent, frame) if parent else ZERO
        return _plus(base, thing.rest)

    def rotation(self, thing: Thing, frame: int) -> Vector:
        if thing.rotations and thing.layer is not None:
            return self.value(thing.rotations, self.document.layers[thing.layer], frame)
        return ZERO

    def move(self, thing: Thing, frame: int, to: Vector) -> None:
        """At a frame without a key interpolation takes it away again."""
        if thing.layer is not None and frame in self.document.layers[thing.layer].sections:
            if not thing.positions:
                thing.positions[0] = self.position(thing, 0)
            thing.positions[frame] = to

    def turn(self, thing: Thing, frame: int, to: Vector) -> None:
        if thing.layer is not None and frame in self.document.layers[thing.layer].sections:
            thing.rotations.setdefault(0, ZERO)
            thing.rotations[frame] = to


def _between(
    kind: Interpolation, keyed: dict[int, Vector], frames: list[int], ends: tuple[int, int], part: float
) -> Vector:
    first, last = ends
    one, two = keyed[first], keyed[last]
    if kind in (Interpolation.STEP, Interpolation.NONE):
        return one
    if kind in (Interpolation.LINEAR, Interpolation.FIXED):
        return _mix(one, two, part)
    if kind is Interpolation.CLAMPED_BEZIER:
        return _mix(one, two, part * part * (3 - 2 * part))
    # a cubic through both ends, with the slope that the neighbours give
    at = frames.index(first)
    before, after = keyed[frames[max(0, at - 1)]], keyed[frames[min(len(frames) - 1, at + 2)]]
    soft = 0.25 if kind is Interpolation.LOW_AMPLITUDE_BEZIER else 0.5
    square, cube = part * part, part * part * part
    return tuple(  # type: ignore[return-value]
        (2 * cube - 3 * square + 1) * a
        + (cube - 2 * square + part) * soft * (b - z)
        + (3 * square - 2 * cube) * b
        + (cube - square) * soft * (c - a)
        for z, a, b, c in zip(before, one, two, after, strict=True)
    )


def _mix(one: Vector, two: Vector, part: float) -> Vector:
    return tuple(a + (b - a) * part for a, b in zip(one, two, strict=True))  # type: ignore[return-value]


def _plus(one: Vector, two: Vector) -> Vector:
    return tuple(a + b for a, b in zip(one, two, strict=True))  # type: ignore[return-value]


class Application:
    """All of it: one a process."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self.current: Scene | None = None
        self.licensed = True
        self.dialog = False
        self.minimised = False
        # pictures that were asked for and not yet drawn
        self.pictures: list[tuple[Scene, int, int, str]] = []
        self.dispatched: list[str] = []
        self.autoposing = False
        self.wanted_end = False

    def new_scene(self) -> Scene:
        number = sum(scene.name.startswith("untitled") for scene in self.scenes)
        scene = Scene("untitled.casc" if number == 0 else f"untitled{number}.casc")
        self.scenes.append(scene)
        self.current = scene
        return scene


APPLICATION = Application()


def fresh() -> Application:
    """As if Cascadeur had just been started; for tests."""
    APPLICATION.__init__()  # type: ignore[misc]
    return APPLICATION


def plain(value: Any) -> Vector:
    return tuple(float(one) for one in value)  # type: ignore[return-value]
