"""Operator types by family: a useful part of what TouchDesigner has, true in its names."""

from __future__ import annotations

from .catalogue_chops import CHOPS
from .catalogue_tops import TOPS
from .definitions import TypeDef, color, f, i, m, p, s, t, xyz

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
_SHADE = (
    *color((0.8, 0.8, 0.8), "diff", "Diffuse"),
    *color((0.5, 0.5, 0.5), "spec", "Specular"),
    f("shininess", "Shininess", 50, 0, 500),
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
