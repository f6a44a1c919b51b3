/**
 * The permission table: who may do what on the bus. The configuration of nats-server, the credentials, the table in
 * `docs/security.md` and the tests that try what must be refused all come from here.
 */
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  Priority,
  type ServiceName,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { anyConsumer, ownConsumer } from "../job_consumer.ts";
import { declaredStreams } from "../streams.ts";
import {
  cleanAssets,
  DISCOVERABLE,
  keepLedger,
  manageStorage,
  publishTo,
  readAssets,
  readBucket,
  readKey,
  readLast,
  readStream,
  type Right,
  subscribeTo,
  takeJobs,
  watchKeys,
  writeAssets,
  writeBucket,
} from "./rights.ts";

/** Who has a user of its own: each service, each bridge, and the people who look after the studio. */
export type Identity =
  | { kind: "service"; service: BusService }
  | { kind: "bridge"; app: AppName; bridge: BridgeId }
  | { kind: "operator" };

/** The services that connect to the bus. */
export type BusService = ServiceName | "gateway";
export const BUS_SERVICES = [
  "gateway",
  "llm-planner",
  "conductor",
  "context-store",
  "rehearsal",
] as const satisfies BusService[];

const any: typeof WILDCARD = WILDCARD;
const serves = (service: ServiceName): Right => ({
  what: `answers \`${service}\` calls`,
  subscribe: [subjects.service(service, any)],
});
const calls = (service: ServiceName): Right => publishTo(`calls \`${service}\``, subjects.service(service, any));
const commandsBridges: Right = publishTo(
  "sends commands to every bridge, and cancels them",
  subjects.command(any, any, any),
  subjects.cancel(any),
);
const handlesJobs: Right = publishTo(
  "queues jobs, looks at them, and ends those that no bridge will",
  subjects.job(any, any, any),
  subjects.result(any, any, any),
  "$JS.API.DIRECT.GET.JOBS",
  "$JS.API.STREAM.MSG.DELETE.JOBS",
);
const ALL_STREAMS = declaredStreams({ replicas: 1, storage: "file" }).map(({ name }) => name);

const SERVICE_RIGHTS: Record<BusService, readonly Right[]> = {
  gateway: [
    publishTo("asks which services are there", "$SRV.PING.*"),
    commandsBridges,
    calls("context-store"),
    calls("llm-planner"),
    calls("conductor"),
    subscribeTo("follows progress", subjects.progress(any)),
    readStream("ALERTS"),
    readStream("EVENTS"),
    readStream("RESULTS"),
    readStream("RUNS"),
    readStream("STATE"),
    handlesJobs,
    readBucket("ledger"),
    writeBucket("ledger"),
    readBucket("manifests"),
    readBucket("presence"),
    readAssets(),
    writeAssets(),
    cleanAssets(),
  ],
  "llm-planner": [
    serves("llm-planner"),
    calls("context-store"),
    publishTo("reports progress", subjects.progress(any)),
    DISCOVERABLE,
  ],
  conductor: [
    manageStorage(ALL_STREAMS),
    serves("conductor"),
    calls("llm-planner"),
    calls("rehearsal"),
    commandsBridges,
    subscribeTo("hears what is cancelled", subjects.cancel(any)),
    publishTo("writes the logs of runs", subjects.run(any)),
    readStream("RUNS"),
    readStream("RESULTS"),
    handlesJobs,
    readBucket("ledger"),
    writeBucket("ledger"),
    readStream("ALERTS"),
    publishTo("writes alerts", subjects.alert(any)),
    readStream("EVENTS"),
    readStream("TRIGGERS"),
    publishTo("writes down each firing of a trigger", subjects.trigger(any)),
    readStream("DEAD_LETTERS"),
    publishTo("takes out dead letters that are dealt with", "$JS.API.STREAM.MSG.DELETE.DEAD_LETTERS"),
    readBucket("presence"),
    readBucket("manifests"),
    readBucket("plans"),
    writeBucket("plans"),
    readBucket("triggers"),
    writeBucket("triggers"),
    readBucket("settings"),
    writeBucket("settings"),
    readBucket("rehearsals"),
    writeBucket("rehearsals"),
    readBucket("leases"),
    writeBucket("leases"),
    DISCOVERABLE,
  ],
  "context-store": [
    manageStorage(ALL_STREAMS),
    serves("context-store"),
    publishTo("asks bridges for their whole state", subjects.snapshot(any, any)),
    subscribeTo("hears how links do", subjects.linkStatus(any, any)),
    readBucket("links"),
    writeBucket("links"),
    readBucket("presence"),
    readBucket("manifests"),
    readBucket("state"),
    writeBucket("state"),
    readStream("STATE"),
    readStream("RESULTS"),
    DISCOVERABLE,
  ],
  rehearsal: [
    serves("rehearsal"),
    calls("context-store"),
    publishTo("asks `conductor` how long commands take", subjects.service("conductor", "statistics")),
    publishTo("reports progress", subjects.progress(any)),
    subscribeTo("hears what is cancelled", subjects.cancel(any)),
    readAssets(),
    DISCOVERABLE,
  ],
};

/** A bridge reaches what carries its own address, and nothing of another's. */
const bridgeRights = (app: AppName, bridge: BridgeId): readonly Right[] => [
  subscribeTo("takes commands for it", subjects.command(app, bridge, any)),
  // only as one of the queue, so that nobody can listen along
  subscribeTo(
    "takes its share of the commands for any bridge of its application",
    `${subjects.command(app, "any", any)} any`,
  ),
  subscribeTo("hears what is cancelled", subjects.cancel(any)),
  publishTo("reports progress", subjects.progress(any)),
  publishTo(
    "publishes its results, state, events and channels",
    subjects.result(app, bridge, any),
    subjects.state(app, bridge),
    subjects.event(app, bridge, any),
    subjects.channel(app, bridge, any),
  ),
  takeJobs("takes its jobs", ownConsumer(app, bridge), subjects.job(app, bridge, any)),
  ...Priority.options.map((priority) =>
    takeJobs(
      `takes its share of the ${priority} jobs for any bridge of its application`,
      anyConsumer(app, priority),
      subjects.job(app, ANY_BRIDGE, priority),
    )
  ),
  keepLedger(`${app}.${bridge}`),
  keepLedger(`${app}.${ANY_BRIDGE}`),
  writeBucket("presence", `${app}.${bridge}`),
  readKey("presence", `${app}.${bridge}`),
  writeBucket("manifests", `${app}.${bridge}`),
  readKey("manifests", `${app}.${bridge}`),
  watchKeys("links", `${app}.${bridge}.*`),
  subscribeTo(
    "hears the channels and states that links may begin at",
    subjects.channel(any, any, any),
    subjects.state(any, any),
  ),
  publishTo("asks other bridges for the whole state that a link begins at", subjects.snapshot(any, any)),
  writeBucket("leases", `bridge.${app}.${bridge}`),
  // whether another one that has begun a command for any of them is still there
  readKey("leases", `bridge.${app}.*`),
  readLast("RESULTS", subjects.result(app, bridge, any)),
  readLast("EVENTS", subjects.event(app, bridge, any)),
  readLast("STATE", subjects.state(app, bridge)),
  publishTo("raises alerts", subjects.alert("warning"), subjects.alert("error")),
  readAssets(),
  writeAssets(),
  DISCOVERABLE,
];

/** Everything, by people: never in a process that runs unattended. */
const OPERATOR_RIGHTS: readonly Right[] = [{ what: "everything", publish: [">"], subscribe: [">"] }];

/** What an identity may do. */
export function rightsOf(identity: Identity): readonly Right[] {
  switch (identity.kind) {
    case "service":
      return SERVICE_RIGHTS[identity.service];
    case "bridge":
      return bridgeRights(identity.app, identity.bridge);
    case "operator":
      return OPERATOR_RIGHTS;
  }
}

/** The name of its user: `conductor`, `blender.ws-07`, `operator`. */
export function nameOf(identity: Identity): string {
  if (identity.kind === "bridge") return `${identity.app}.${identity.bridge}`;
  return identity.kind === "service" ? identity.service : "operator";
}

/** Where replies come to it: nobody else may listen there. */
export function inboxPrefixOf(identity: Identity): string {
  return identity.kind === "bridge" ? `_INBOX_bridge.${nameOf(identity)}` : `_INBOX_${nameOf(identity)}`;
}
