"""The CHOPs of the catalogue."""

from __future__ import annotations

from .definitions import TypeDef, f, i, m, p, s, t, xyz

_WAVES = ("sin=Sine", "gauss=Gaussian", "tri=Triangle", "ramp=Ramp", "square=Square", "pulse=Pulse")

CHOPS = (
    TypeDef(
        "analyze",
        "Analyze",
        1,
        1,
        (
            m(
                "function",
                "Function",
                "average",
                "average",
                "median",
                "minimum",
                "maximum",
                "rmspower=RMS Power",
                "numsamples=Number of Samples",
            ),
        ),
    ),
    TypeDef("audiodevin", "Audio Device In", 0, 0, (t("active", "Active", True),)),
    TypeDef("audiodevout", "Audio Device Out", 1, 1, (t("active", "Active", True), f("volume", "Volume", 1.0, 0, 1))),
    TypeDef(
        "audiofilein",
        "Audio File In",
        0,
        0,
        (
            s("file", "File", "", "File"),
            t("play", "Play", True),
            m(
                "playmode",
                "Play Mode",
                "sequential",
                "locked=Locked to Timeline",
                "indexed=Specify Index",
                "sequential=Sequential",
            ),
            f("volume", "Volume", 1.0, 0, 1),
            p("cuepulse", "Cue Pulse"),
        ),
    ),
    TypeDef("audiospectrum", "Audio Spectrum", 1, 1),
    TypeDef("beat", "Beat", 0, 0, (t("ramp", "Ramp", True), t("pulse", "Pulse"))),
    TypeDef(
        "constant",
        "Constant",
        0,
        1,
        tuple(
            par
            for n in range(6)
            for par in (
                s(f"const{n}name", f"Name {n}", "chan1" if n == 0 else ""),
                f(f"const{n}value", f"Value {n}", 0.0, -1, 1),
            )
        ),
    ),
    TypeDef("filter", "Filter", 1, 2, (f("width", "Filter Width", 1.0, 0, 10),)),
    TypeDef("in", "In", 0, 1),
    TypeDef("keyboardin", "Keyboard In", 0, 0),
    TypeDef("lag", "Lag", 1, 2, (f("lag1", "Lag 1", 0.2), f("lag2", "Lag 2", 0.2))),
    TypeDef(
        "lfo",
        "LFO",
        0,
        3,
        (
            m("wavetype", "Type", "sin", *_WAVES),
            f("frequency", "Frequency", 1.0, 0, 10),
            f("amp", "Amplitude", 1.0, 0, 2),
            f("offset", "Offset", 0.0, -1, 1),
            f("phase", "Phase"),
            p("resetpulse", "Reset Pulse"),
        ),
    ),
    TypeDef("limit", "Limit", 1, 1, (f("min", "Minimum", 0.0, -1, 1), f("max", "Maximum", 1.0, -1, 1))),
    TypeDef(
        "math",
        "Math",
        1,
        9999,
        (
            f("preoff", "Pre-Add"),
            f("gain", "Multiply", 1.0, 0, 2),
            f("postoff", "Post-Add"),
            *xyz("fromrange", "From Range", "12"),
            *xyz("torange", "To Range", "12"),
            m("chopop", "Combine CHOPs", "off", "off", "add", "mul=Multiply"),
        ),
    ),
    TypeDef("merge", "Merge", 1, 9999),
    TypeDef("midiin", "MIDI In", 0, 0),
    TypeDef("mousein", "Mouse In", 0, 0),
    TypeDef(
        "noise",
        "Noise",
        0,
        1,
        (
            f("seed", "Seed", 1, 0, 100),
            f("period", "Period", 1.0, 0, 4),
            f("amp", "Amplitude", 1.0, 0, 2),
            f("offset", "Offset", 0.0, -1, 1),
        ),
    ),
    TypeDef("null", "Null", 1, 1),
    TypeDef("oscin", "OSC In", 0, 0, (i("port", "Network Port", 7000, 0, 65535),)),
    TypeDef("out", "Out", 0, 1),
    TypeDef("pattern", "Pattern", 0, 1),
    TypeDef("rename", "Rename", 1, 1, (s("renamefrom", "From", "*"), s("renameto", "To", ""))),
    TypeDef("select", "Select", 0, 1, (s("chops", "CHOPs", "", "CHOP"), s("channames", "Channel Names", "*"))),
    TypeDef("speed", "Speed", 1, 2),
    TypeDef(
        "timer", "Timer", 0, 2, (f("length", "Length", 1.0, 0, 60), p("initialize", "Initialize"), p("start", "Start"))
    ),
    TypeDef("trigger", "Trigger", 1, 2),
    TypeDef("wave", "Wave", 0, 0, (m("wavetype", "Type", "sin", *_WAVES), f("amp", "Amplitude", 1.0, 0, 2))),
)
