"""WAV files: how they sound at a time."""

from __future__ import annotations

import math
import sys
import wave
from array import array
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Sound:
    rate: int
    # One a channel, from -1 to 1.
    channels: tuple[array, ...]

    @property
    def seconds(self) -> float:
        return len(self.channels[0]) / self.rate if self.channels else 0.0


def problems(file: str, folder: str) -> list[str]:
    if not file:
        return ["No file was named"]
    path = _path(file, folder)
    if not path.is_file():
        return [f"Failed to open file '{path.name}'"]
    return [] if _sound(path) is not None else [f"Failed to read file '{path.name}'"]


def now(file: str, folder: str, seconds: float, volume: float) -> dict[str, float]:
    sound = _sound(_path(file, folder)) if file else None
    if sound is None:
        return {}
    at = _index(sound, seconds)
    return {f"chan{n + 1}": channel[at] * volume if len(channel) else 0.0 for n, channel in enumerate(sound.channels)}


def rms(file: str, folder: str, seconds: float, window: float, volume: float) -> dict[str, float]:
    """The loudness of the last moment."""
    sound = _sound(_path(file, folder)) if file else None
    if sound is None:
        return {}
    end = _index(sound, seconds) + 1
    begin = max(0, end - max(1, int(window * sound.rate)))
    found: dict[str, float] = {}
    for n, channel in enumerate(sound.channels):
        part = channel[begin:end]
        power = sum(value * value for value in part) / max(1, len(part))
        found[f"chan{n + 1}"] = math.sqrt(power) * volume
    return found


def _index(sound: Sound, seconds: float) -> int:
    length = len(sound.channels[0])
    return int((seconds % sound.seconds if sound.seconds else 0.0) * sound.rate) % max(1, length)


def _path(file: str, folder: str) -> Path:
    path = Path(file)
    return path if path.is_absolute() else Path(folder) / path


def _sound(path: Path) -> Sound | None:
    try:
        return _read(str(path), path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=8)
def _read(path: str, _changed: int) -> Sound | None:
    try:
        with wave.open(path, "rb") as file:
            count, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            data = file.readframes(min(file.getnframes(), rate * 600))
    except (wave.Error, EOFError):
        return None
    values = _samples(data, width)
    return Sound(rate, tuple(array("d", values[n::count]) for n in range(count)))


def _samples(data: bytes, width: int) -> array:
    if width == 1:
        return array("d", ((value - 128) / 128 for value in data))
    if width == 3:
        whole = (int.from_bytes(data[at : at + 3], "little", signed=True) for at in range(0, len(data) - 2, 3))
        return array("d", (value / 8388608 for value in whole))
    numbers = array("h" if width == 2 else "i")
    numbers.frombytes(data[: len(data) // width * width])
    if sys.byteorder == "big":
        numbers.byteswap()
    scale = 32768 if width == 2 else 2147483648
    return array("d", (value / scale for value in numbers))
