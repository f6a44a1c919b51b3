"""Lights: DMX levels for an Art-Net node (UDP, port 6454). ARTNET_HOST names it; 2.255.255.255 is everybody."""

import os
import socket
import struct
import time
from typing import Annotated

from patchbay_script import Field, channel, check_cancelled, command, every, progress, run, simulated, state

NODE = (os.environ.get("ARTNET_HOST", "2.255.255.255"), int(os.environ.get("ARTNET_PORT", "6454")))
Channel = Annotated[int, Field("the DMX channel", minimum=1, maximum=512)]
Level = Annotated[float, Field("0 to 1", minimum=0, maximum=1)]

levels = [0.0] * 512
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
brightest = channel("brightest", "The brightest level.", float, rate_hz=20)


@every(1.0)
def send() -> None:
    """The node holds what it heard last; it hears it again each second, so that none that is lost stays dark."""
    data = bytes(round(level * 255) for level in levels)
    if not simulated:
        wire.sendto(
            b"Art-Net\0" + struct.pack("<H", 0x5000) + struct.pack(">HBBHH", 14, 0, 0, 0, len(data)) + data, NODE
        )
    state["levels"] = {str(index + 1): level for index, level in enumerate(levels) if level > 0}
    brightest(max(levels))


@command(
    idempotent=True,
    undo={"command": "set_level", "args": {"channel": {"$ref": "args.channel"}, "level": {"$ref": "result.before"}}},
    phrases=["(set|dim) (light|channel) {channel} to {level}"],
)
def set_level(channel: Channel, level: Level) -> dict[str, float]:
    """Sets one channel."""
    before, levels[channel - 1] = levels[channel - 1], level
    send()
    return {"now": level, "before": before}


@command(timeout_ms=600_000, phrases=["fade (light|channel) {channel} to {level} in {seconds} seconds"])
def fade(channel: Channel, level: Level, seconds: Annotated[float, Field(minimum=0, maximum=300)] = 2.0) -> float:
    """Fades one channel."""
    begin, started = levels[channel - 1], time.monotonic()
    while (share := (time.monotonic() - started) / seconds if seconds else 1) < 1:
        check_cancelled()
        levels[channel - 1] = begin + (level - begin) * share
        send()
        progress(share)
        time.sleep(0.04)
    levels[channel - 1] = level
    send()
    return level


@command(effect="destructive", idempotent=True, phrases=["black out", "blackout", "(turn|switch) off all [the] lights"])
def blackout() -> None:
    """Turns all channels off."""
    levels[:] = [0.0] * 512
    send()


run(title="Lights", simulates=True)
