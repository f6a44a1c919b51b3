import assert from "node:assert/strict";
import { openBucket } from "@patchbay/bus";
import { Link } from "@patchbay/contracts";
import { shippedPath, startOscBridge, startOscSimulator } from "./mod.ts";
import { until } from "./testing/desk.ts";
import { BRIDGE, loadedWith, startOscStudio } from "./testing/osc_studio.ts";

Deno.test("a fader of the surface bends a tone, and a meter lights a button of it", async () => {
  await using sound = await startOscSimulator({ loaded: await loadedWith(shippedPath("supercollider")) });
  const loaded = await loadedWith(shippedPath("supercollider"), { port: sound.port });
  await using studio = await startOscStudio({ loaded });
  const still = await loadedWith(shippedPath("touchosc"), { simulate: { plays: [] } });
  await using surface = await startOscSimulator({ loaded: still });
  const workDir = await Deno.makeTempDir({ prefix: "patchbay-osc-" });
  try {
    await using bridge = await startOscBridge({
      loaded: { ...still, file: { ...still.file, port: surface.port, localPort: undefined } },
      bus: studio.bus,
      bridge: BRIDGE,
      mode: "interface",
      allowCode: false,
      workDir,
    });
    await bridge.ready(AbortSignal.timeout(10_000));
    const { node } = await studio.call("play_tone");
    const links = await openBucket(studio.bus, "links", Link);
    const put = (link: Link) => links.put(`${link.target.app}.${link.target.bridge}.${link.id}`, link);
    await put(Link.parse({
      id: "bend",
      source: { app: "touchosc", bridge: BRIDGE, channel: "fader_1" },
      target: {
        app: "supercollider",
        bridge: BRIDGE,
        command: "set_frequency",
        args: { node },
        argument: "/frequency",
      },
      mapping: { scale: { from: [0, 1], to: [200, 400] } },
    }));
    await put(Link.parse({
      id: "light",
      source: { app: "supercollider", bridge: BRIDGE, channel: "meter" },
      target: { app: "touchosc", bridge: BRIDGE, command: "light_button", args: { button: 1 }, argument: "/value" },
    }));
    // the surface answers to whoever it was told about: its bridge, once that has sent something
    await until(() => {
      sound.say("/tr", Number(node), 0, { type: "f", value: 0.5 });
      return surface.heard.some(({ address, args }) => address === "/button/1" && args[0] === 0.5);
    });
    const bent = () => sound.heard.filter(({ address, args }) => address === "/n_set" && args[1] === "frequency");
    await until(() => {
      surface.say("/fader1", { type: "f", value: 0.75 });
      return bent().length > 0;
    });
    assert.deepEqual(bent()[0]?.args, [node, "frequency", 350]);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
