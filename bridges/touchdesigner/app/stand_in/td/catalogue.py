"""Operator types: their family, label, inputs and parameters. A useful part of what TouchDesigner has, true in its names."""

from __future__ import annotations

from dataclasses import dataclass

from .pars import ParDef


@dataclass(frozen=True)
class TypeDef:
    name: str
    label: str
    least: int
    most: int
    parameters: tuple[ParDef, ...] = ()
    family: str = ""


def f(
    name: str, label: str, default: float = 0.0, low: float = 0.0, high: float = 1.0, clamped: bool = False
) -> ParDef:
    return ParDef(name, label, "Float", default, low, high, clamped)


def i(name: str, label: str, default: int = 0, low: int = 0, high: int = 10, clamped: bool = False) -> ParDef:
    return ParDef(name, label, "Int", default, low, high, clamped)


def t(name: str, label: str, default: bool = False) -> ParDef:
    return ParDef(name, label, "Toggle", default)


def s(name: str, label: str, default: str = "", style: str = "Str") -> ParDef:
    return ParDef(name, label, style, default)


def p(name: str, label: str) -> ParDef:
    return ParDef(name, label, "Pulse", False)


def m(name: str, label: str, default: str, *entries: str, style: str = "Menu") -> ParDef:
    """Each entry is `value` or `value=Label`."""
    pairs = [entry.partition("=") for entry in entries]
    menu = tuple((value, text or value.capitalize()) for value, _, text in pairs)
    return ParDef(name, label, style, default, menu=menu)


def xyz(name: str, label: str, parts: str = "xyz", default: float = 0.0, high: float = 1.0) -> tuple[ParDef, ...]:
    return tuple(f(name + part, f"{label} {part.upper()}", default, -high, high) for part in parts)


def color(
    default: tuple[float, float, float] = (1.0, 1.0, 1.0), name: str = "color", label: str = "Color"
) -> tuple[ParDef, ...]:
    letters = zip("rgb", ("Red", "Green", "Blue"), default, strict=True)
    return tuple(f(name + letter, f"{label} {word}", value) for letter, word, value in letters)


_TRANSFORM = (*xyz("t", "Translate", high=10), *xyz("r", "Rotate", high=360), *xyz("s", "Scale", default=1.0, high=10))
_TOP_COMMON = (
    m(
        "outputresolution",
        "Output Resolution",
        "useinput",
        "useinput=Use Input",
        "half",
        "2x",
        "fit",
        "limit",
        "custom",
    ),
    i("resolutionw", "Resolution Width", 256, 1, 16384, True),
    i("resolutionh", "Resolution Height", 256, 1, 16384, True),
)
_WAVES = ("sin=Sine", "gauss=Gaussian", "tri=Triangle", "ramp=Ramp", "square=Square", "pulse=Pulse")
_OPERANDS = (
    "add",
    "average",
    "atop",
    "difference",
    "maximum",
    "minimum",
    "multiply",
    "over",
    "screen",
    "subtract",
    "under",
)
_SHADE = (
    *color((0.8, 0.8, 0.8), "diff", "Diffuse"),
    *color((0.5, 0.5, 0.5), "spec", "Specular"),
    f("shininess", "Shininess", 50, 0, 500),
)

TOPS = (
    TypeDef("audiospectrum", "Audio Spectrum", 0, 1),
    TypeDef("blur", "Blur", 1, 1, (i("size", "Filter Size", 5, 1, 100), f("preshrink", "Pre-Shrink", 0))),
    TypeDef("chopto", "CHOP to", 0, 0, (s("chop", "CHOP", "", "CHOP"),)),
    TypeDef(
        "circle",
        "Circle",
        0,
        1,
        (
            *xyz("radius", "Radius", "xy", 0.25),
            *color(name="fillcolor", label="Fill Color"),
            *xyz("center", "Center", "xy"),
        ),
    ),
    TypeDef("composite", "Composite", 2, 9999, (m("operand", "Operation", "multiply", *_OPERANDS),)),
    TypeDef("constant", "Constant", 0, 1, (*color(), f("alpha", "Alpha", 1.0))),
    TypeDef("crop", "Crop", 1, 1, (f("cropleft", "Crop Left"), f("cropright", "Crop Right", 1.0))),
    TypeDef("displace", "Displace", 2, 2, (f("displaceweightx", "Displace Weight X", 0.1),)),
    TypeDef("edge", "Edge", 1, 1, (f("strength", "Strength", 10, 0, 20),)),
    TypeDef("feedback", "Feedback", 1, 1, (s("top", "Target TOP", "", "TOP"), p("resetpulse", "Reset Pulse"))),
    TypeDef("fit", "Fit", 1, 1, (m("fit", "Fit", "best", "fill", "horizontal", "vertical", "best"),)),
    TypeDef("glsl", "GLSL", 0, 3, (s("pixeldat", "Pixel Shader", "", "DAT"),)),
    TypeDef(
        "hsvadjust",
        "HSV Adjust",
        1,
        1,
        (
            f("hueoffset", "Hue Offset", 0, 0, 360),
            f("saturationmult", "Saturation Multiplier", 1.0),
            f("valuemult", "Value Multiplier", 1.0),
        ),
    ),
    TypeDef("in", "In", 0, 1),
    TypeDef(
        "level",
        "Level",
        1,
        1,
        (
            t("invert", "Invert"),
            f("blacklevel", "Black Level"),
            f("brightness1", "Brightness 1", 1.0, 0, 2),
            f("gamma1", "Gamma 1", 1.0, 0, 2),
            f("contrast", "Contrast", 1.0, 0, 2),
            f("opacity", "Opacity", 1.0),
        ),
    ),
    TypeDef("lookup", "Lookup", 2, 2),
    TypeDef("math", "Math", 1, 1, (f("gain", "Multiply", 1.0, 0, 2), f("preoff", "Pre-Add"), f("postoff", "Post-Add"))),
    TypeDef(
        "moviefilein",
        "Movie File In",
        0,
        1,
        (
            s("file", "File", "", "File"),
            t("play", "Play", True),
            p("cuepulse", "Cue Pulse"),
            p("reloadpulse", "Reload Pulse"),
        ),
    ),
    TypeDef("moviefileout", "Movie File Out", 1, 1, (s("file", "File", "", "File"), t("record", "Record"))),
    TypeDef(
        "noise",
        "Noise",
        0,
        1,
        (
            m(
                "type",
                "Type",
                "sparse",
                "perlin2d=Perlin 2D",
                "simplex2d=Simplex 2D",
                "sparse=Sparse",
                "random=Random",
                "alligator=Alligator",
            ),
            f("seed", "Seed", 1, 0, 100),
            f("period", "Period", 1.0, 0, 4),
            i("harmon", "Harmonics", 2, 0, 10),
            f("amp", "Amplitude", 0.5, 0, 2),
            f("offset", "Offset", 0.5, 0, 1),
            t("mono", "Monochrome", True),
            *xyz("t", "Translate"),
        ),
    ),
    TypeDef("null", "Null", 1, 1),
    TypeDef("out", "Out", 0, 1),
    TypeDef("over", "Over", 2, 2),
    TypeDef(
        "ramp",
        "Ramp",
        0,
        1,
        (m("type", "Type", "horizontal", "horizontal", "vertical", "radial", "circular"), f("phase", "Phase")),
    ),
    TypeDef(
        "rectangle", "Rectangle", 0, 1, (*xyz("size", "Size", "xy", 0.5), *color(name="fillcolor", label="Fill Color"))
    ),
    TypeDef(
        "render",
        "Render",
        0,
        0,
        (
            s("camera", "Camera(s)", "cam1", "Object"),
            s("geometry", "Geometry", "*", "Object"),
            s("lights", "Light(s)", "*", "Object"),
        ),
    ),
    TypeDef("select", "Select", 0, 1, (s("top", "TOP", "", "TOP"),)),
    TypeDef("switch", "Switch", 0, 9999, (f("index", "Index", 0, 0, 10),)),
    TypeDef(
        "text",
        "Text",
        0,
        1,
        (
            s("text", "Text", "derivative"),
            f("fontsizex", "Font Size", 30, 0, 200),
            *color(name="fontcolor", label="Font Color"),
            *color((0.0, 0.0, 0.0), "bgcolor", "Background Color"),
        ),
    ),
    TypeDef(
        "transform",
        "Transform",
        1,
        1,
        (*xyz("t", "Translate", "xy"), f("rotate", "Rotate", 0, -360, 360), *xyz("s", "Scale", "xy", 1.0)),
    ),
    TypeDef("videodevin", "Video Device In", 0, 0, (t("active", "Active", True),)),
)

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

SOPS = (
    TypeDef("add", "Add", 0, 1),
    TypeDef("box", "Box", 0, 1, xyz("size", "Size", default=1.0)),
    TypeDef("circle", "Circle", 0, 1, (*xyz("rad", "Radius", "xy", 1.0), i("divs", "Divisions", 20, 3, 200, True))),
    TypeDef(
        "grid",
        "Grid",
        0,
        1,
        (
            i("rows", "Rows", 10, 2, 1000, True),
            i("cols", "Columns", 10, 2, 1000, True),
            *xyz("size", "Size", "xy", 1.0),
        ),
    ),
    TypeDef("line", "Line", 0, 0, (i("points", "Number of Points", 2, 2, 1000, True),)),
    TypeDef("merge", "Merge", 1, 9999),
    TypeDef("noise", "Noise", 1, 1, (f("amp", "Amplitude", 1.0), f("period", "Period", 1.0))),
    TypeDef("null", "Null", 1, 1),
    TypeDef(
        "sphere",
        "Sphere",
        0,
        1,
        (
            *xyz("rad", "Radius", default=1.0),
            i("rows", "Rows", 20, 3, 1000, True),
            i("cols", "Columns", 40, 3, 1000, True),
        ),
    ),
    TypeDef("text", "Text", 0, 1, (s("text", "Text", "derivative"),)),
    TypeDef("torus", "Torus", 0, 1, (i("rows", "Rows", 20, 3, 1000, True), i("cols", "Columns", 40, 3, 1000, True))),
    TypeDef("transform", "Transform", 1, 1, _TRANSFORM),
    TypeDef("tube", "Tube", 0, 1, (f("height", "Height", 1.0),)),
)

DATS = (
    TypeDef("chopexecute", "CHOP Execute", 0, 0, (t("active", "Active", True), s("chop", "CHOP", "", "CHOP"))),
    TypeDef(
        "execute",
        "Execute",
        0,
        0,
        tuple(
            t(n, n.capitalize())
            for n in (
                "active",
                "start",
                "create",
                "exit",
                "framestart",
                "frameend",
                "playstatechange",
                "projectpresave",
                "projectpostsave",
            )
        ),
    ),
    TypeDef("info", "Info", 0, 0, (s("op", "Operator", "", "OP"),)),
    TypeDef("null", "Null", 1, 1),
    TypeDef("opexecute", "OP Execute", 0, 0, (s("op", "Monitor OPs", "", "OP"),)),
    TypeDef(
        "parameterexecute",
        "Parameter Execute",
        0,
        0,
        (
            t("active", "Active", True),
            s("op", "OPs", "", "OP"),
            s("pars", "Parameters", "*"),
            t("custom", "Custom", True),
            t("builtin", "Built-In", True),
            t("valuechange", "Value Change", True),
            t("onpulse", "On Pulse"),
        ),
    ),
    TypeDef("select", "Select", 0, 1, (s("dat", "DAT", "", "DAT"),)),
    TypeDef("table", "Table", 0, 1, (s("file", "File", "", "File"), t("syncfile", "Sync to File"))),
    TypeDef(
        "text",
        "Text",
        0,
        1,
        (
            s("file", "File", "", "File"),
            t("syncfile", "Sync to File"),
            m("extension", "Edit/View Extension", "language", "dat", "language=From Language", "custom"),
        ),
    ),
    TypeDef("webclient", "Web Client", 0, 1, (s("url", "URL", ""), p("request", "Request"))),
    TypeDef(
        "websocket",
        "WebSocket",
        0,
        1,
        (
            t("active", "Active", True),
            s("netaddress", "Network Address", "localhost"),
            i("port", "Network Port", 80, 0, 65535),
            i("timeout", "Connection Timeout", 1000, 0, 60000),
            s("callbacks", "Callbacks DAT", "", "DAT"),
            t("clamp", "Clamp Output", True),
            i("maxlines", "Maximum Lines", 100, 0, 100000),
            p("reset", "Reset"),
        ),
    ),
)

COMPS = (
    TypeDef(
        "base",
        "Base",
        0,
        9,
        (s("externaltox", "External .tox", "", "File"), s("ext0object", "Extension Object 1", "", "Str")),
    ),
    TypeDef("camera", "Camera", 0, 1, (*_TRANSFORM, f("fov", "FOV Angle", 45, 1, 180))),
    TypeDef(
        "container",
        "Container",
        0,
        9,
        (i("w", "Width", 200, 0, 10000), i("h", "Height", 200, 0, 10000), t("display", "Display", True)),
    ),
    TypeDef("geometry", "Geometry", 0, 1, (*_TRANSFORM, s("material", "Material", "", "MAT"))),
    TypeDef("light", "Light", 0, 1, (*_TRANSFORM, f("dimmer", "Dimmer", 1.0))),
    TypeDef("null", "Null", 0, 1, _TRANSFORM),
    TypeDef(
        "window",
        "Window",
        0,
        0,
        (s("winop", "Window Operator", "", "OP"), p("winopen", "Open"), p("winclose", "Close")),
    ),
)

MATS = (
    TypeDef("constant", "Constant", 0, 0, color()),
    TypeDef("glsl", "GLSL", 0, 0),
    TypeDef(
        "pbr",
        "PBR",
        0,
        0,
        (*color(name="basecolor", label="Base Color"), f("metallic", "Metallic"), f("roughness", "Roughness", 0.5)),
    ),
    TypeDef("phong", "Phong", 0, 0, _SHADE),
)

COMMON = {"TOP": _TOP_COMMON, "CHOP": (t("timeslice", "Time Slice", True),)}
CATALOGUE = {"TOP": TOPS, "CHOP": CHOPS, "SOP": SOPS, "DAT": DATS, "COMP": COMPS, "MAT": MATS}
