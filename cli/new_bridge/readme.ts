/** The README of a new bridge: what is in it, how to try it, what to do next. */
import type { Naming } from "./naming.ts";
import type { Place } from "./place.ts";
import { type TransportName, TRANSPORTS } from "./transports.ts";

export function readmeOf({ title, words, app }: Naming, transport: TransportName, { member }: Place): string {
  const { summary, inside } = TRANSPORTS[transport];
  const folder = member ?? ".";
  return `# ${title}

A bridge between Patchbay and the ${words}. How it talks: ${summary}.

| file                         | what is in it                                                                   |
| ---------------------------- | ------------------------------------------------------------------------------- |
| \`manifest.ts\`                | what it offers: commands, state, events, channels. Begin here                   |
| \`adapter.ts\`                 | how the real one is reached                                                     |
| \`simulator.ts\`, \`device.ts\`  | one that is none, on the same wire: for tests, rehearsals and other machines    |
| \`bridge.ts\`, \`mod.ts\`        | what \`patchbay\` starts                                                          |
| \`main.ts\`                    | the bridge as a process of its own                                              |
| \`*_test.ts\`                  | the manifest, and the bridge with its simulator on a real nats-server           |

\`\`\`sh
deno test --no-prompt -A ${folder}${member === undefined ? "" : "/"}
patchbay studio ${folder} --simulate          # a whole studio on this machine, with this bridge in it
patchbay do "turn on the ${words}"            # in another terminal
\`\`\`

## From here to the real one

1. Say in \`manifest.ts\` what it can do. Everything else is made of it: the HTTP API, what a model may call, the ways
   to ask for it in words.
2. Let \`device.ts\` do the same, and the tests say so.
3. The real one ${inside}.
   \`simulator.ts\` is that in a page of TypeScript: translate it.
4. Start it: \`patchbay bridge ${folder} --credentials ${app}.creds\`.
`;
}
