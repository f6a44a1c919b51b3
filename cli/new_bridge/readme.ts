/** The README of a new bridge: what is in it, how to try it, what to do next. */
import { type Naming, rename } from "./naming.ts";
import type { Place } from "./place.ts";
import { type TransportName, TRANSPORTS, type TransportTemplate } from "./transports.ts";

export function readmeOf(naming: Naming, transport: TransportName, { member }: Place): string {
  const { title, words, app } = naming;
  const { summary, inside, simulator }: TransportTemplate = TRANSPORTS[transport];
  const folder = member ?? ".";
  const standIn = simulator === undefined ? "`simulator.ts`, `device.ts`" : `\`${simulator}\``;
  return `# ${title}

A bridge between Patchbay and the ${words}. How it talks: ${summary}.

| file                         | what is in it                                                                   |
| ---------------------------- | ------------------------------------------------------------------------------- |
| \`manifest.ts\`                | what it offers: commands, state, events, channels. Begin here                   |
| \`adapter.ts\`                 | how the real one is reached                                                     |
| ${standIn} | one that is none, on the same wire: for tests, rehearsals and other machines    |
| \`bridge.ts\`, \`mod.ts\`        | what \`patchbay\` starts                                                          |
| \`main.ts\`                    | the bridge as a process of its own                                              |
| \`*_test.ts\`                  | the manifest, and the bridge with its simulator on a real nats-server           |

\`\`\`sh
deno test --no-prompt -A ${folder}${member === undefined ? "" : "/"}
patchbay studio ${folder} --simulate   # a whole studio on this machine, with this bridge in it
patchbay do "turn on the ${words}"   # in another terminal
\`\`\`

## From here to the real one

1. Say in \`manifest.ts\` what it can do. Everything else is made of it: the HTTP API, what a model may call, the ways
   to ask for it in words.
2. Let \`${simulator ?? "device.ts"}\` do the same, and the tests say so.
3. The real one ${rename(inside, naming)}.
   \`${simulator ?? "simulator.ts"}\` is that in a page${simulator === undefined ? " of TypeScript: translate it" : ""}.
4. Start it: \`patchbay bridge ${folder} --credentials ${app}.creds\`.
`;
}
