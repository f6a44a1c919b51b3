/** For tests: a small application with a stage, some of whose commands are as bad as a simulator can be. */
import {
  type Adapter,
  type AdapterCall,
  type AdapterHost,
  type BridgeDefinition,
  startChild,
} from "@patchbay/bridge-kit";
import { AssetRef, command, defineApp, PatchbayError, query } from "@patchbay/contracts";
import { z } from "zod";

const Layer = z.object({ color: z.string(), strokes: z.number().int() });
const State = z.object({ layers: z.record(z.string(), Layer), active: z.string().nullable() });
const named = z.object({ name: z.string() });

export const painter = defineApp({
  app: "painter",
  title: "Painter",
  version: "1.0.0",
  state: State,
  commands: {
    add_layer: command({
      summary: "Adds a layer.",
      args: z.object({ name: z.string(), color: z.string().default("white") }),
      result: named,
    }),
    paint: command({
      summary: "Paints on a layer.",
      args: z.object({ layer: z.string(), color: z.string() }),
      result: named.extend({ strokes: z.number().int() }),
      undo: { command: "unpaint" },
    }),
    unpaint: command({ summary: "Unpaints.", args: z.object({}), result: z.object({}), undo: "none" }),
    remove_layer: command({ summary: "Removes.", args: named, result: z.object({}), effect: "destructive" }),
    list_layers: query({
      summary: "Lists the layers.",
      args: z.object({}),
      result: z.object({ layers: z.array(named) }),
    }),
    save: command({ summary: "Saves.", args: z.object({}), result: z.object({ file: AssetRef }), undo: "none" }),
    size_of: query({ summary: "Weighs.", args: z.object({ file: AssetRef }), result: z.object({ size: z.number() }) }),
    import_psd: command({ summary: "Imports.", args: z.object({}), result: z.object({ layer: z.string() }) }),
    run_code: command({ summary: "Runs code.", args: z.object({}), result: z.unknown(), effect: "open" }),
    hang: command({ summary: "Never ends.", args: z.object({}), result: z.object({}), timeoutMs: 50 }),
    spin: command({ summary: "Keeps the thread.", args: z.object({}), result: z.object({}) }),
    crash: command({ summary: "Ends the thread.", args: z.object({}), result: z.object({}) }),
    hoard: command({ summary: "Keeps much.", args: z.object({}), result: z.object({}) }),
    spawn: command({
      summary: "Starts a process, then keeps the thread.",
      args: z.object({ file: z.string() }),
      result: z.object({}),
    }),
    swell: command({ summary: "Grows.", args: z.object({}), result: z.object({}) }),
  },
});

export type PainterState = z.infer<typeof State>;

/** What it never lets go of. */
const kept: unknown[] = [];

class Painter implements Adapter {
  constructor(private readonly state: PainterState, private readonly host: AdapterHost) {}

  open() {
    return Promise.resolve({ appVersion: "1.0.0" });
  }

  snapshot() {
    return Promise.resolve(structuredClone(this.state));
  }

  close() {
    return Promise.resolve();
  }

  async execute({ command, args }: AdapterCall): Promise<unknown> {
    const { layers } = this.state;
    const layer = (name: unknown) => {
      const found = layers[String(name)];
      if (found === undefined) throw new PatchbayError("NOT_FOUND", `There is no layer '${name}'`);
      return found;
    };
    switch (command) {
      case "add_layer":
        layers[String(args["name"])] = { color: String(args["color"]), strokes: 0 };
        this.state.active = String(args["name"]);
        return { name: args["name"] };
      case "paint":
        layer(args["layer"]).color = String(args["color"]);
        return { name: args["layer"], strokes: ++layer(args["layer"]).strokes };
      case "remove_layer":
        layer(args["name"]);
        delete layers[String(args["name"])];
        return {};
      case "list_layers":
        return { layers: Object.keys(layers).map((name) => ({ name })) };
      case "save":
        await Deno.writeTextFile(`${this.host.workDir}/saved`, "x");
        return { file: await this.host.putAsset({ name: "a.png", mediaType: "image/png" }, new Uint8Array(123)) };
      case "size_of": {
        const found = await this.host.getAsset(AssetRef.parse(args["file"]).id);
        if (found === undefined) throw new PatchbayError("NOT_FOUND", "There is no such file");
        return { size: (await new Response(found.content).bytes()).length };
      }
      case "import_psd":
        throw new PatchbayError("COMMAND_FAILED", "The simulator reads no PSD", { context: { beyondSimulator: true } });
      case "hang":
        return await new Promise(() => {});
      case "spin":
        for (;;);
      case "crash":
        setTimeout(() => {
          throw new Error("nobody catches this");
        }, 0);
        return await new Promise(() => {});
      case "hoard":
        kept.push(new Uint8Array(50 * 1024 * 1024));
        return {};
      case "spawn": {
        const child = startChild({ command: "/bin/sh", args: ["-c", "sleep 1000 & wait"], cwd: this.host.workDir });
        await Deno.writeTextFile(String(args["file"]), String(child.pid));
        for (;;);
      }
      case "swell":
        layers["big"] = { color: "x".repeat(5_000_000), strokes: 0 };
        return {};
    }
    return {};
  }
}

export const painterBridge: BridgeDefinition = {
  app: "painter",
  title: "Painter",
  stage({ state }) {
    const parsed = State.safeParse(state);
    const held: PainterState = parsed.success ? parsed.data : { layers: {}, active: null };
    return Promise.resolve({
      manifest: painter,
      adapter: (host) => new Painter(held, host),
      notes: parsed.success ? ["What was undone is not known."] : [],
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
  start: () => Promise.reject(new Error("nobody starts it here")),
};

/** An application that has no stage. */
export const radio = defineApp({
  app: "radio",
  title: "Radio",
  version: "1.0.0",
  state: z.unknown(),
  commands: {
    tune: command({
      summary: "Tunes.",
      args: z.object({ name: z.string() }),
      result: z.object({ name: z.string(), station: z.enum(["one", "two"]) }),
      undo: "none",
      timeoutMs: 5_000,
    }),
  },
});
