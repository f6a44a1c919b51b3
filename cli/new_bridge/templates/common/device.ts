/** The lamp that the simulator is: a real one has a program or a device here instead. */
import { type JsonObject, PatchbayError } from "@patchbay/contracts";
import { lampManifest, type LampState } from "./manifest.ts";

const { commands } = lampManifest;

export interface LampSignals {
  /** What `events` of the manifest says. */
  event(name: string, data: unknown): void;
  /** What `channels` of the manifest says. */
  channel(name: string, value: unknown): void;
}

export class LampDevice {
  readonly #signals: LampSignals;
  #state: LampState = { on: false, brightness: 1, color: "#ffffff" };

  constructor(signals: LampSignals) {
    this.#signals = signals;
  }

  get state(): LampState {
    return { ...this.#state };
  }

  /** @throws {PatchbayError} `UNKNOWN_COMMAND` */
  execute(command: string, args: JsonObject): unknown {
    switch (command) {
      case "get_state":
        return this.state;
      case "switch":
        return this.#change("on", commands.switch.args.parse(args).on);
      case "set_brightness":
        return this.#change("brightness", commands.set_brightness.args.parse(args).brightness);
      case "set_color":
        return this.#change("color", commands.set_color.args.parse(args).color);
      default:
        throw PatchbayError.of("UNKNOWN_COMMAND", `This lamp cannot ${command}`);
    }
  }

  #change<K extends keyof LampState>(key: K, now: LampState[K]) {
    const before = this.#state[key];
    this.#state = { ...this.#state, [key]: now };
    const { on, brightness } = this.#state;
    if (key === "on" && now !== before) this.#signals.event("switched", { on });
    this.#signals.channel("level", on ? brightness : 0);
    return { now, before };
  }
}
