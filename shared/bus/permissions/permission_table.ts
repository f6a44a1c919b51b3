/** The table as people read it, for `docs/security.md`. */
import { BUS_SERVICES, type Identity, nameOf, rightsOf } from "./table.ts";

const EXAMPLES: readonly Identity[] = [
  ...BUS_SERVICES.map((service): Identity => ({ kind: "service", service })),
  { kind: "bridge", app: "blender", bridge: "ws-07" },
  { kind: "operator" },
];

/** One section a user, one row a right, in Markdown. A bridge is shown by the example `blender.ws-07`. */
export function formatPermissionTable(): string {
  return EXAMPLES.map((identity) => {
    const rows = rightsOf(identity).map(({ what, publish = [], subscribe = [] }) =>
      `| ${what} | ${cell(publish)} | ${cell(subscribe)} |`
    );
    const title = identity.kind === "bridge" ? `a bridge, \`${nameOf(identity)}\`` : `\`${nameOf(identity)}\``;
    return [`### ${title}`, "", "| | publishes to | subscribes to |", "|---|---|---|", ...rows].join("\n");
  }).join("\n\n") + "\n";
}

const cell = (subjects: readonly string[]) => subjects.map((subject) => `\`${subject}\``).join("<br>");
