/** The environment that a child gets: what programs need to run, and nothing that they have no business with, such as keys. */

/** Names, or beginnings of names where they end with `*`. */
const ALLOWED = [
  // where Deno keeps what it has fetched: for simulators, and whatever else a bridge starts in TypeScript
  "DENO_DIR",
  // who and where
  "HOME",
  "LANG",
  "LC_*",
  "LOGNAME",
  "PATH",
  "SHELL",
  "TERM",
  "TMPDIR",
  "TZ",
  "USER",
  // the screen, sound and graphics
  "DISPLAY",
  "EGL_*",
  "LIBGL_*",
  "MESA_*",
  "OCIO",
  "PULSE_SERVER",
  "VK_*",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
  "XDG_*",
  "__EGL_*",
  "__GLX_*",
  "CUDA_VISIBLE_DEVICES",
  "LD_LIBRARY_PATH",
  "DYLD_*",
  // Windows
  "APPDATA",
  "COMSPEC",
  "LOCALAPPDATA",
  "NUMBER_OF_PROCESSORS",
  "PATHEXT",
  "PROGRAMDATA",
  "PROGRAMFILES*",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "TEMP",
  "TMP",
  "USERNAME",
  "USERPROFILE",
  "WINDIR",
];

const exact = new Set(ALLOWED.filter((name) => !name.endsWith("*")));
const prefixes = ALLOWED.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));

/** The allowed part of an environment, with what this child needs besides. */
export function childEnvironment(
  parent: Record<string, string>,
  added: Record<string, string> = {},
): Record<string, string> {
  const kept = Object.entries(parent).filter(([name]) => isAllowed(name.toUpperCase()));
  return { ...Object.fromEntries(kept), ...added };
}

const isAllowed = (name: string) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
