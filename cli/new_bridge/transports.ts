/** The ways in which a new bridge can talk to its application, and the templates of each. Another one is an entry here. */

export interface TransportTemplate {
  /** For `--help` and the README: how the application is reached. */
  summary: string;
  /** For the README: what the real application has to do. */
  inside: string;
  /** The files of `templates/` that only this transport has, by the name that they get. */
  files: Record<string, string>;
  /** What stands in for the application, where that is not `simulator.ts` with its `device.ts`. */
  simulator?: string;
}

const own = (folder: string) => ({ "adapter.ts": `${folder}/adapter.ts`, "simulator.ts": `${folder}/simulator.ts` });

const APP_LINK =
  "JSON-RPC 2.0 with `Content-Length` frames: it says `hello`, and answers `execute`, `snapshot` and `ping`";

export const TRANSPORTS = {
  stdio: {
    summary: "App link over the standard input and output of a program that the bridge starts",
    inside: `speaks the App link on its standard input and output (${APP_LINK}); it prints nothing else there`,
    files: own("stdio"),
  },
  socket: {
    summary: "App link over a private socket that the application dials",
    inside:
      `reads where its bridge listens from a file in \`$PATCHBAY_LINKS\`, dials it, and speaks the App link (${APP_LINK})`,
    files: own("socket"),
  },
  tcp: {
    summary: "App link over TCP on this machine, for an application that has no sockets of files",
    inside:
      `reads where its bridge listens from a file in \`$PATCHBAY_LINKS\`, dials it, and speaks the App link (${APP_LINK})`,
    files: { ...own("socket"), "adapter.ts": "tcp/adapter.ts" },
  },
  websocket: {
    summary: "App link over a WebSocket on this machine, which either side may dial",
    inside:
      "dials the WebSocket whose address it reads from a file in `$PATCHBAY_LINKS`, or listens on one itself; in each " +
      "text frame is one message of JSON-RPC 2.0: it says `hello`, and answers `execute`, `snapshot` and `ping`",
    files: { ...own("socket"), "adapter.ts": "websocket/adapter.ts" },
  },
  http: {
    summary: "JSON-RPC 2.0 over HTTP, for an application that has a server inside",
    inside: "answers JSON-RPC 2.0 over HTTP on 127.0.0.1, to whoever shows its token: `health`, `execute`, `snapshot`",
    files: own("http"),
  },
  osc: {
    summary: "Open Sound Control over UDP, read back after each change",
    inside: "hears `/lamp/ping`, `/lamp/get/…` and `/lamp/set/…`, and answers whoever asked, in OSC 1.0 over UDP",
    files: own("osc"),
  },
  mcp: {
    summary: "a server of the Model Context Protocol, whose tools are the commands",
    inside: "is an MCP server, over its standard streams or HTTP, with a tool for each command",
    files: own("mcp"),
  },
  script: {
    summary: "a script in Python that the bridge starts and looks after",
    inside: "is reached from `script.py`, where the simulated one changes its own state",
    files: {
      "adapter.ts": "script/adapter.ts",
      "script.py": "script/script.py",
      // it goes with the bridge, wherever that goes
      "patchbay_script.py": "../../../bridges/script/python/patchbay_script.py",
    },
    simulator: "script.py",
  },
} as const satisfies Record<string, TransportTemplate>;

export type TransportName = keyof typeof TRANSPORTS;
export const TRANSPORT_NAMES = Object.keys(TRANSPORTS).filter((name): name is TransportName => name in TRANSPORTS);
