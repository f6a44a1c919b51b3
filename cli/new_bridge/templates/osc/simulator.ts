/**
 * A lamp that is none, as a process of its own: `deno run -A simulator.ts --port 9000`. It hears `/lamp/ping`,
 * `/lamp/get/<what>` and `/lamp/set/<what>`, and answers whoever asked last.
 */
import { decodeOsc, encodeOscMessage, type OscMessage } from "@patchbay/bridge-kit";
import { createSocket } from "node:dgram";
import { parseArgs } from "node:util";
import { LampDevice } from "../common/device.ts";

const { values } = parseArgs({ options: { port: { type: "string", default: "9000" } } });
const socket = createSocket("udp4");
let answerTo = 0;
const say = (address: string, ...args: OscMessage["args"]) =>
  socket.send(encodeOscMessage({ address, args }), answerTo, "127.0.0.1");
const device = new LampDevice({
  event: () => say("/lamp/switched", device.state.on ? 1 : 0),
  channel: (_name, value) => say("/lamp/level", { type: "f", value: Number(value) }),
});

function heard(address: string, value: unknown): void {
  const { on, brightness, color } = device.state;
  switch (address) {
    case "/lamp/ping":
      return void say(address, "lamp");
    case "/lamp/get/on":
      return void say(address, on ? 1 : 0);
    case "/lamp/get/brightness":
      return void say(address, { type: "f", value: brightness });
    case "/lamp/get/color":
      return void say(address, color);
    case "/lamp/set/on":
      return void device.execute("switch", { on: value === 1 });
    case "/lamp/set/brightness":
      return void device.execute("set_brightness", { brightness: value });
    case "/lamp/set/color":
      return void device.execute("set_color", { color: value });
    default:
      say("/lamp/error", `there is no ${address}`);
  }
}

socket.on("message", (datagram, { port }) => {
  answerTo = port;
  for (const { address, args } of decodeOsc(datagram)) heard(address, args[0]);
});
socket.bind(Number(values.port), "127.0.0.1");
