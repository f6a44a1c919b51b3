"""What CHOPs give, at the present time: one sample, as a time slice has at its end."""

from __future__ import annotations

import fnmatch
import math
from typing import Any

from . import sounds

_DEPTH = 64
_RMS_S = 1 / 30


class Channel(float):
    """A number with a name."""

    name: str
    index: int

    def __new__(cls, name: str, value: float, index: int = 0) -> Channel:
        made = super().__new__(cls, value)
        made.name, made.index = name, index
        return made

    def eval(self, index: int = 0) -> float:
        """The value now."""
        return float(self)

    @property
    def vals(self) -> list[float]:
        return [float(self)]


def channels_of(chop: Any) -> list[Channel]:
    return [Channel(name, value, n) for n, (name, value) in enumerate(_values(chop, 0).items())]


def samples_of(chop: Any) -> int:
    return 1 if channels_of(chop) else 0


def problems(chop: Any) -> list[str]:
    if chop.type == "audiofilein":
        return sounds.problems(chop.par.file.eval(), chop.world.project.folder)
    if chop.type == "select":
        wanted = chop.par.chops.eval()
        if wanted and chop.parent().op(wanted) is None:
            return [f"Invalid CHOP '{wanted}'"]
    return []


def _values(chop: Any, depth: int) -> dict[str, float]:
    if depth > _DEPTH:
        return {}
    inputs = [_values(source, depth + 1) for source in chop.inputs]
    first = inputs[0] if inputs else {}
    if chop.bypass:
        return first
    try:
        return _cooked(chop, first, inputs, depth)
    except Exception:  # a failing expression: the operator's errors say so
        return {}


def _cooked(chop: Any, first: dict[str, float], inputs: list[dict[str, float]], depth: int) -> dict[str, float]:
    par = lambda name: chop.par[name].eval()  # noqa: E731
    seconds = chop.world.abs_time.seconds
    match chop.type:
        case "constant":
            names = [(str(par(f"const{n}name")).strip(), par(f"const{n}value")) for n in range(6)]
            return {name: value for name, value in names if name}
        case "lfo" | "wave":
            frequency = par("frequency") if chop.type == "lfo" else 1.0
            offset = par("offset") if chop.type == "lfo" else 0.0
            return {"chan1": _wave(par("wavetype"), seconds * frequency) * par("amp") + offset}
        case "noise":
            phase = seconds / max(par("period"), 1e-6) + par("seed") * 17.0
            value = math.sin(phase * 2.1) * 0.5 + math.sin(phase * 3.7 + 1) * 0.3 + math.sin(phase * 7.3 + 2) * 0.2
            return {"chan1": value * par("amp") + par("offset")}
        case "beat":
            beats = chop.world.time.seconds * chop.world.time.tempo / 60
            return {"ramp": beats % 1.0}
        case "math":
            return {name: _math(value, par) for name, value in _combined(par("chopop"), first, inputs).items()}
        case "limit":
            return {name: min(max(value, par("min")), par("max")) for name, value in first.items()}
        case "merge":
            return {name: value for values in inputs for name, value in values.items()}
        case "select":
            source = chop.parent().op(par("chops")) if par("chops") else None
            found = _values(source, depth + 1) if source is not None else first
            return {name: value for name, value in found.items() if fnmatch.fnmatchcase(name, par("channames"))}
        case "rename":
            wanted = str(par("renameto")).split()
            return {wanted[n] if n < len(wanted) else name: value for n, (name, value) in enumerate(first.items())}
        case "audiofilein":
            return sounds.now(par("file"), chop.world.project.folder, _sound_time(chop), par("volume"))
        case "analyze":
            return _analysed(chop, first)
    return first


def _analysed(chop: Any, first: dict[str, float]) -> dict[str, float]:
    source = chop.inputs[0] if chop.inputs else None
    if source is not None and source.type == "audiofilein" and chop.par.function.eval() == "rmspower":
        file, volume = source.par.file.eval(), source.par.volume.eval()
        return sounds.rms(file, chop.world.project.folder, _sound_time(source), _RMS_S, volume)
    return first


def _sound_time(chop: Any) -> float:
    locked = chop.par.playmode.eval() == "locked"
    return chop.world.time.seconds if locked else chop.world.abs_time.seconds


def _combined(how: str, first: dict[str, float], inputs: list[dict[str, float]]) -> dict[str, float]:
    if how == "off" or len(inputs) < 2:
        return {name: value for values in inputs for name, value in values.items()}
    found = dict(first)
    for values in inputs[1:]:
        for name, value in zip(found, values.values(), strict=False):
            found[name] = found[name] + value if how == "add" else found[name] * value
    return found


def _math(value: float, par: Any) -> float:
    value = (value + par("preoff")) * par("gain") + par("postoff")
    low, high = par("fromrange1"), par("fromrange2")
    if low == high:
        return value
    return par("torange1") + (value - low) / (high - low) * (par("torange2") - par("torange1"))


def _wave(kind: str, phase: float) -> float:
    part = phase % 1.0
    match kind:
        case "tri":
            return 1 - 4 * abs(part - 0.5)
        case "ramp":
            return part
        case "square":
            return 1.0 if part < 0.5 else -1.0
        case "pulse":
            return 1.0 if part < 0.1 else 0.0
        case "gauss":
            return math.exp(-((part - 0.5) ** 2) * 20)
    return math.sin(part * 2 * math.pi)
