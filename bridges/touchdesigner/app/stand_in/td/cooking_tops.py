"""What TOPs show: each as a function from a place (0 to 1, y up) to a colour, evaluated where a picture is wanted."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import glyphs, png

Color = tuple[float, float, float, float]
Shader = Callable[[float, float], Color]

BLACK: Color = (0.0, 0.0, 0.0, 1.0)
CLEAR: Color = (0.0, 0.0, 0.0, 0.0)
_DEPTH = 40
# Held down to this, as a licence for non-commercial use is not.
_LARGEST = 16384


class Uniform:
    """One colour everywhere: quick to write, however large."""

    def __init__(self, color: Color) -> None:
        self.color = color

    def __call__(self, _u: float, _v: float) -> Color:
        return self.color


def size_of(top: Any, depth: int = 0) -> tuple[int, int]:
    if depth > _DEPTH:
        return 256, 256
    resolution = top.par.outputresolution.eval()
    if resolution == "custom":
        return min(top.par.resolutionw.eval(), _LARGEST), min(top.par.resolutionh.eval(), _LARGEST)
    if top.type == "moviefilein":
        image = _movie(top)
        return (image.width, image.height) if image is not None else (256, 256)
    source = _first(top)
    width, height = size_of(source, depth + 1) if source is not None else (256, 256)
    factor = {"half": 0.5, "2x": 2.0}.get(resolution, 1.0)
    return max(1, int(width * factor)), max(1, int(height * factor))


def problems(top: Any) -> list[str]:
    if top.type == "moviefilein":
        file = top.par.file.eval()
        if not file:
            return []
        path = _path(top, file)
        return [] if path.is_file() else [f"Failed to open file '{path.name}'"]
    if top.type == "select":
        wanted = top.par.top.eval()
        if wanted and _selected(top, wanted) is None:
            return [f"Invalid TOP '{wanted}'"]
    if top.type == "chopto":
        wanted = top.par.chop.eval()
        if wanted and top.parent().op(wanted) is None:
            return [f"Invalid CHOP '{wanted}'"]
    return []


def picture(top: Any) -> bytes:
    width, height = size_of(top)
    shader = source_of(top)
    if isinstance(shader, Uniform):
        row = bytes(_byte(part) for part in shader.color) * width
        return png.encode(width, height, (row for _ in range(height)))

    def rows() -> Any:
        for y in range(height):
            v = 1 - (y + 0.5) / height
            yield bytes(_byte(part) for x in range(width) for part in shader((x + 0.5) / width, v))

    return png.encode(width, height, rows())


def source_of(top: Any, depth: int = 0) -> Shader:
    """The shader of a TOP, with all that feeds it."""
    if depth > _DEPTH:
        return Uniform(BLACK)
    inputs = [source_of(each, depth + 1) for each in top.inputs if each.family == "TOP"]
    if top.bypass:
        return inputs[0] if inputs else Uniform(BLACK)
    try:
        return _cooked(top, inputs, depth)
    except Exception:  # a failing expression: the operator's errors say so
        return Uniform(BLACK)


def _cooked(top: Any, inputs: list[Shader], depth: int) -> Shader:
    par = lambda name: top.par[name].eval()  # noqa: E731
    first = inputs[0] if inputs else Uniform(BLACK)
    match top.type:
        case "constant":
            alpha = par("alpha")
            return Uniform((par("colorr") * alpha, par("colorg") * alpha, par("colorb") * alpha, alpha))
        case "noise":
            return _noise(par)
        case "level":
            return _level(first, par)
        case "math":
            pre, gain, post = par("preoff"), par("gain"), par("postoff")
            return _each(first, lambda value: (value + pre) * gain + post)
        case "composite" | "over":
            return _composite("over" if top.type == "over" else par("operand"), inputs)
        case "text":
            return _text(top, par)
        case "ramp":
            return _ramp(par)
        case "circle" | "rectangle":
            return _shape(top, par, first if inputs else None)
        case "transform":
            return _transform(first, par)
        case "blur":
            return _blur(first, par("size") / max(size_of(top)))
        case "hsvadjust":
            factor = par("valuemult")
            return _each(first, lambda value: value * factor)
        case "switch":
            return inputs[min(max(int(par("index")), 0), len(inputs) - 1)] if inputs else first
        case "select":
            source = _selected(top, par("top"))
            return source_of(source, depth + 1) if source is not None else first
        case "moviefilein":
            return _film(top)
        case "chopto":
            return _channels(top, par("chop"))
        case "render":
            return _render(top)
    return first


def _selected(top: Any, wanted: str) -> Any:
    found = top.parent().op(wanted) if wanted else None
    return found if found is not None and found.family == "TOP" else None


def _first(top: Any) -> Any:
    if top.type == "select" and top.par.top.eval():
        found = _selected(top, top.par.top.eval())
        if found is not None:
            return found
    return next((each for each in top.inputs if each.family == "TOP"), None)


def _each(source: Shader, change: Callable[[float], float]) -> Shader:
    def shade(u: float, v: float) -> Color:
        red, green, blue, alpha = source(u, v)
        return change(red), change(green), change(blue), alpha

    return Uniform(shade(0, 0)) if isinstance(source, Uniform) else shade


def _level(source: Shader, par: Any) -> Shader:
    inverted, black, bright = par("invert"), par("blacklevel"), par("brightness1")
    gamma, contrast, opacity = max(par("gamma1"), 1e-3), par("contrast"), par("opacity")

    def change(value: float) -> float:
        value = 1 - value if inverted else value
        value = max(0.0, (value - black) / max(1e-6, 1 - black)) * bright
        value = (value ** (1 / gamma) - 0.5) * contrast + 0.5
        return value * opacity

    level = _each(source, change)

    def shade(u: float, v: float) -> Color:
        red, green, blue, alpha = level(u, v)
        return red, green, blue, alpha * opacity

    return Uniform(shade(0, 0)) if isinstance(level, Uniform) else shade


def _lattice(x: int, y: int, seed: int) -> float:
    mixed = (x * 374761393 + y * 668265263 + seed * 2147483647) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((mixed ^ (mixed >> 16)) & 0xFFFF) / 32767.5 - 1


def _smooth(x: float, y: float, seed: int) -> float:
    left, low = math.floor(x), math.floor(y)
    s, t = x - left, y - low
    s, t = s * s * (3 - 2 * s), t * t * (3 - 2 * t)
    below = _lattice(left, low, seed) * (1 - s) + _lattice(left + 1, low, seed) * s
    above = _lattice(left, low + 1, seed) * (1 - s) + _lattice(left + 1, low + 1, seed) * s
    return below * (1 - t) + above * t


def _noise(par: Any) -> Shader:
    period, amplitude, offset = max(par("period"), 1e-3), par("amp"), par("offset")
    seed, moved = int(par("seed") * 1000), (par("tx"), par("ty"), par("tz"))
    seeds = (seed,) if par("mono") else (seed, seed + 7, seed + 13)
    harmonics = min(par("harmon"), 3)
    if amplitude == 0:
        return Uniform((offset, offset, offset, 1.0))

    def at(x: float, y: float, own: int) -> float:
        value, size, share = 0.0, 4.0, 1.0
        for _ in range(harmonics + 1):
            value += _smooth(x * size, y * size, own) * share
            size, share = size * 2, share / 2
        return offset + amplitude * value * 0.6

    def shade(u: float, v: float) -> Color:
        x, y = (u - 0.5 - moved[0]) / period + moved[2] * 0.37, (v - 0.5 - moved[1]) / period
        parts = [at(x, y, own) for own in seeds]
        return parts[0], parts[-1 if len(parts) == 1 else 1], parts[-1], 1.0

    return shade


def _composite(operand: str, inputs: list[Shader]) -> Shader:
    if not inputs:
        return Uniform(BLACK)
    operations: dict[str, Callable[[float, float, float, float], float]] = {
        "add": lambda a, b, _aa, _ba: a + b,
        "subtract": lambda a, b, _aa, _ba: a - b,
        "multiply": lambda a, b, _aa, _ba: a * b,
        "average": lambda a, b, _aa, _ba: (a + b) / 2,
        "difference": lambda a, b, _aa, _ba: abs(a - b),
        "maximum": lambda a, b, _aa, _ba: max(a, b),
        "minimum": lambda a, b, _aa, _ba: min(a, b),
        "screen": lambda a, b, _aa, _ba: 1 - (1 - a) * (1 - b),
        "over": lambda a, b, aa, _ba: a + b * (1 - aa),
        "under": lambda a, b, _aa, ba: b + a * (1 - ba),
        "atop": lambda a, b, aa, ba: a * ba + b * (1 - aa),
    }
    combine = operations.get(operand, operations["over"])

    def shade(u: float, v: float) -> Color:
        result = inputs[0](u, v)
        for other in inputs[1:]:
            below = other(u, v)
            result = tuple(combine(a, b, result[3], below[3]) for a, b in zip(result, below, strict=True))
        return result

    return Uniform(shade(0, 0)) if all(isinstance(each, Uniform) for each in inputs) else shade


def _text(top: Any, par: Any) -> Shader:
    width, height = size_of(top)
    front = (par("fontcolorr"), par("fontcolorg"), par("fontcolorb"), 1.0)
    back = (par("bgcolorr"), par("bgcolorg"), par("bgcolorb"), 1.0)
    dots = glyphs.draw(str(par("text")))
    scale = max(1.0, par("fontsizex") / glyphs.HEIGHT)
    left = (width - dots.width * scale) / 2
    top_edge = (height - dots.height * scale) / 2

    def shade(u: float, v: float) -> Color:
        x, y = int((u * width - left) // scale), int(((1 - v) * height - top_edge) // scale)
        return front if dots.at(x, y) else back

    return shade


def _ramp(par: Any) -> Shader:
    kind, phase = par("type"), par("phase")

    def shade(u: float, v: float) -> Color:
        match kind:
            case "vertical":
                value = v
            case "circular":
                value = math.hypot(u - 0.5, v - 0.5) * 2
            case "radial":
                value = math.atan2(v - 0.5, u - 0.5) / (2 * math.pi) + 0.5
            case _:
                value = u
        value = (value + phase) % 1.0 if phase else min(value, 1.0)
        return value, value, value, 1.0

    return shade


def _shape(top: Any, par: Any, below: Shader | None) -> Shader:
    color = (par("fillcolorr"), par("fillcolorg"), par("fillcolorb"), 1.0)
    is_circle = top.type == "circle"
    width, height = (par("radiusx"), par("radiusy")) if is_circle else (par("sizex") / 2, par("sizey") / 2)
    x, y = (par("centerx"), par("centery")) if is_circle else (0.0, 0.0)

    def shade(u: float, v: float) -> Color:
        across, up = (u - 0.5 - x) / max(width, 1e-6), (v - 0.5 - y) / max(height, 1e-6)
        inside = across * across + up * up <= 1 if is_circle else abs(across) <= 1 and abs(up) <= 1
        return color if inside else below(u, v) if below is not None else CLEAR

    return shade


def _transform(source: Shader, par: Any) -> Shader:
    angle = math.radians(par("rotate"))
    cosine, sine = math.cos(angle), math.sin(angle)
    x, y = par("tx"), par("ty")
    wide, high = par("sx") or 1e-6, par("sy") or 1e-6

    def shade(u: float, v: float) -> Color:
        across, up = u - 0.5 - x, v - 0.5 - y
        across, up = (across * cosine + up * sine) / wide, (up * cosine - across * sine) / high
        return source(across + 0.5, up + 0.5) if abs(across) <= 0.5 and abs(up) <= 0.5 else CLEAR

    return shade


def _blur(source: Shader, radius: float) -> Shader:
    if isinstance(source, Uniform):
        return source
    places = [(dx * radius, dy * radius) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]

    def shade(u: float, v: float) -> Color:
        colors = [source(u + dx, v + dy) for dx, dy in places]
        return tuple(sum(parts) / len(colors) for parts in zip(*colors, strict=True))

    return shade


def _path(top: Any, file: str) -> Path:
    path = Path(file)
    return path if path.is_absolute() else Path(top.world.project.folder) / path


def _movie(top: Any) -> png.Image | None:
    file = top.par.file.eval()
    return png.read(_path(top, file)) if file else None


def _film(top: Any) -> Shader:
    image = _movie(top)
    if image is None:
        # what cannot be read here, such as a film, shows that something is there
        return lambda u, v: (0.8, 0.3, 0.6, 1.0) if (int(u * 8) + int(v * 8)) % 2 else (0.2, 0.2, 0.25, 1.0)

    def shade(u: float, v: float) -> Color:
        x = min(max(int(u * image.width), 0), image.width - 1)
        y = min(max(int((1 - v) * image.height), 0), image.height - 1)
        return image.at(x, y)

    return shade


def _channels(top: Any, wanted: str) -> Shader:
    chop = top.parent().op(wanted) if wanted else None
    channels = chop.chans() if chop is not None and chop.family == "CHOP" else []
    values = [float(channel) for channel in channels[:4]]
    if not values:
        return Uniform(BLACK)
    parts = (values + values[-1:] * 3)[:3] if len(values) == 1 else (values + [0.0] * 3)[:3]
    return Uniform((parts[0], parts[1], parts[2], 1.0))


def _render(top: Any) -> Shader:
    """A ball for each piece of geometry that is rendered: enough to see that there is one, and where."""
    shown = [each for each in top.parent().children if each.OPType == "geometryCOMP" and each.render]
    balls = [(0.5 + geo.par.tx.eval() * 0.12, 0.5 + geo.par.ty.eval() * 0.12, geo.par.sx.eval() * 0.2) for geo in shown]

    def shade(u: float, v: float) -> Color:
        for x, y, radius in balls:
            across, up = (u - x) / max(radius, 1e-6), (v - y) / max(radius, 1e-6)
            outside = across * across + up * up
            if outside < 1:
                light = 0.2 + 0.8 * max(0.0, (across * -0.4 + up * 0.6 + math.sqrt(1 - outside) * 0.7))
                return min(light, 1.0), min(light, 1.0), min(light, 1.0), 1.0
        return CLEAR

    return shade


def _byte(value: float) -> int:
    return 0 if value <= 0 else 255 if value >= 1 else int(value * 255 + 0.5)
