/** `/live/device` and `/live/midimap`. */
import type { OscArgument } from "@patchbay/bridge-kit";
import { shownValue } from "./catalogue.ts";
import type { SimDevice, SimParameter } from "./document.ts";
import { echoedId, type HandlerContext } from "./handler.ts";
import { float, index, integer, item, PythonError } from "./python.ts";
import { type Argument, out } from "./wire.ts";

export function deviceHandlers({ set, handlers, listeners }: HandlerContext): void {
  const find = ([track, device]: readonly Argument[]): SimDevice =>
    item(item(set.document.tracks, index(track)).devices, index(device));
  const again = (id: number) => set.document.tracks.flatMap(({ devices }) => devices).find((one) => one.id === id);
  const on = (
    name: string,
    handler: (device: SimDevice, args: readonly Argument[]) => readonly OscArgument[] | undefined,
  ) =>
    void handlers.set(`/live/device/${name}`, (args) => {
      const answer = handler(find(args), args.slice(2));
      return answer === undefined ? undefined : [...args.slice(0, 2).map(echoedId), ...answer];
    });
  on("get/name", ({ name }) => [name]);
  on("get/class_name", ({ class_name }) => [class_name]);
  on("get/type", ({ type }) => [out.int(type)]);
  on("get/num_parameters", ({ parameters }) => [out.int(parameters.length)]);
  on("get/parameters/name", ({ parameters }) => parameters.map(({ name }) => name));
  on("get/parameters/value", ({ parameters }) => parameters.map(({ value }) => out.float(value)));
  on("get/parameters/min", ({ parameters }) => parameters.map(({ min }) => out.float(min)));
  on("get/parameters/max", ({ parameters }) => parameters.map(({ max }) => out.float(max)));
  on("get/parameters/is_quantized", ({ parameters }) => parameters.map(({ quantized }) => quantized));
  on("get/parameter/value", ({ parameters }, [at]) => [echoedId(at!), out.float(item(parameters, index(at)).value)]);
  on("get/parameter/name", ({ parameters }, [at]) => [echoedId(at!), item(parameters, index(at)).name]);
  on("get/parameter/value_string", ({ parameters }, [at]) => [echoedId(at!), shownValue(item(parameters, index(at)))]);
  const write = (parameter: SimParameter, value: number) => {
    if (value < parameter.min || value > parameter.max) {
      throw new PythonError("Invalid value. Check the parameters range with min/max");
    }
    set.edit(() => void (parameter.value = Math.fround(parameter.quantized ? Math.round(value) : value)));
  };
  on("set/parameter/value", ({ parameters }, [at, value]) => void write(item(parameters, index(at)), float(value)));
  on("set/parameters/value", ({ parameters }, values) => {
    values.forEach((value, i) => write(item(parameters, i), float(value)));
    return undefined;
  });
  on("start_listen/name", ({ name, id }, args) => {
    // without the ids, as the published script has it
    const read = () => again(id) === undefined ? undefined : [name];
    listeners.start("device name", args, {
      object: `device ${id}`,
      read,
      reports: [{ address: "/live/device/get/name", read }],
      strict: false,
    });
    return undefined;
  });
  handlers.set("/live/device/start_listen/parameter/value", (args) => {
    const { id, parameters } = find(args);
    const at = integer(args[2]);
    item(parameters, at);
    const parameter = () => again(id)?.parameters[at];
    const value = () => mapped(parameter(), (one) => [out.float(one.value)]);
    const shown = () => mapped(parameter(), (one) => [shownValue(one)]);
    listeners.start("device_parameter_value", args, {
      object: `device ${id}`,
      read: value,
      reports: [
        { address: "/live/device/get/parameter/value", read: value },
        { address: "/live/device/get/parameter/value_string", read: shown },
      ],
      strict: true,
    });
    return undefined;
  });
  handlers.set("/live/device/stop_listen/parameter/value", (args) => {
    listeners.stop("device_parameter_value", args, { object: `device ${find(args).id}`, strict: true });
    return undefined;
  });
  handlers.set("/live/midimap/map_cc", (args) => {
    item(find(args).parameters, integer(args[2]));
    integer(args[3]);
    integer(args[4]);
    return undefined;
  });
}

const mapped = <T, R>(value: T | undefined, map: (value: T) => R): R | undefined =>
  value === undefined ? undefined : map(value);
