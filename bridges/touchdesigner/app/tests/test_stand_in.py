from __future__ import annotations

import math
import struct
import wave
import zlib

import pytest
import td


def pixels(content: bytes) -> tuple[int, int, bytes]:
    from td import png

    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    at, packed = 8, b""
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        assert (
            zlib.crc32(content[at + 4 : at + 8 + length])
            == struct.unpack(">I", content[at + 8 + length : at + 12 + length])[0]
        )
        packed += content[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return width, height, png._unfiltered(zlib.decompress(packed), width * 4, 4)


def small(kind, name, **parameters):
    node = td.op("/project1").create(kind, name)
    for key, value in {"outputresolution": "custom", "resolutionw": 8, "resolutionh": 8, **parameters}.items():
        setattr(node.par, key, value)
    return node


def test_a_picture_is_computed_from_the_whole_network(world):
    red = small(td.constantTOP, "red", colorg=0, colorb=0)
    green = small(td.constantTOP, "green", colorr=0, colorb=0)
    mix = small(td.compositeTOP, "mix", operand="add")
    mix.inputConnectors[0].connect(red)
    mix.inputConnectors[1].connect(green)
    width, height, data = pixels(bytes(mix.saveByteArray(".png")))
    assert (width, height, tuple(data[:4])) == (8, 8, (255, 255, 0, 255))
    green.bypass = True
    assert tuple(pixels(bytes(mix.saveByteArray(".png")))[2][:3]) == (255, 0, 0)


def test_letters_can_be_seen(world):
    text = small(td.textTOP, "t", text="I", resolutionw=64, resolutionh=64, fontsizex=60)
    lit = sum(1 for value in pixels(bytes(text.saveByteArray(".png")))[2][::4] if value > 128)
    assert 100 < lit < 3000


def test_a_loop_is_an_error_and_no_end_of_the_world(world):
    a, b = small(td.levelTOP, "a"), small(td.levelTOP, "b")
    a.inputConnectors[0].connect(b)
    b.inputConnectors[0].connect(a)
    assert "Cook dependency loop" in a.errors()
    assert a.saveByteArray(".png")


def test_sound_is_as_loud_as_the_file_is_at_that_time(world, tmp_path):
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        loud = (int(16384 * math.sin(n / 8000 * 2 * math.pi * 200)) for n in range(8000))
        file.writeframes(b"\0\0" * 8000 + b"".join(struct.pack("<h", value) for value in loud))
    audio = td.op("/project1").create(td.audiofileinCHOP, "audio")
    audio.par.file, audio.par.playmode = str(path), "locked"
    level = td.op("/project1").create(td.analyzeCHOP, "level")
    level.par.function = "rmspower"
    level.inputConnectors[0].connect(audio)
    td.root.time.frame = 31
    assert float(level["chan1"]) == 0
    td.root.time.frame = 91
    assert float(level["chan1"]) == pytest.approx(0.354, abs=0.02)
    audio.par.file = "gone.wav"
    assert "Failed to open" in audio.errors()


def test_expressions_follow_other_operators(world):
    lfo = td.op("/project1").create(td.lfoCHOP, "lfo1")
    lfo.par.wavetype, lfo.par.offset = "ramp", 0.5
    circle = td.op("/project1").create(td.circleTOP, "c")
    circle.par.radiusx.expr = "op('lfo1')['chan1'] * 2 + me.par.radiusy"
    world.frame(0.25)
    assert circle.par.radiusx.eval() == pytest.approx((0.25 + 0.5) * 2 + 0.25)
    assert circle.par.radiusx.mode is td.ParMode.EXPRESSION
    circle.par.radiusx = 1
    assert circle.par.radiusx.mode is td.ParMode.CONSTANT


def test_only_what_is_done_in_a_block_or_by_hand_can_be_taken_back(world):
    node = td.op("/project1").create(td.noiseTOP, "n")
    node.par.amp = 0.9
    assert td.ui.undo.undoStack == []
    td.ui.undo.startBlock("outer")
    td.ui.undo.startBlock("not kept", enable=False)
    node.par.offset = 0.1
    td.ui.undo.endBlock()
    node.destroy()
    td.ui.undo.endBlock()
    assert td.ui.undo.undoStack == ["outer"]
    td.ui.undo.undo()
    back = td.op("/project1/n")
    assert (back.par.amp.eval(), back.par.offset.eval()) == (0.9, 0.1)
    assert td.ui.undo.redoStack == ["outer"]


def test_wires_join_only_what_fits(world):
    top, chop = small(td.nullTOP, "top"), td.op("/project1").create(td.nullCHOP, "chop")
    with pytest.raises(td.tdError):
        top.inputConnectors[0].connect(chop)
    inner = td.op("/project1").create(td.baseCOMP, "box").create(td.nullTOP, "inner")
    with pytest.raises(td.tdError):
        inner.inputConnectors[0].connect(top)
