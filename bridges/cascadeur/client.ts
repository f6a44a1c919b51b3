/** Cascadeur's server as typed functions: what the adapter asks with, and what a script of one's own can use without a bus. */
import { httpTransport, type RequestOptions, type Transport } from "@patchbay/bridge-kit";
import { type ArgsOf, type Commands, type JsonObject, type ResultOf, ValidationError } from "@patchbay/contracts";
import { encodeBase64 } from "./base64.ts";
import { announcementPath, readAnnouncement } from "./announcement.ts";
import { loneHost } from "./lone_host.ts";
import { cascadeur, type CascadeurCommands } from "./manifest.ts";

/** The versions of the server's protocol that this bridge speaks. */
export const PROTOCOLS = { oldest: 1, newest: 1 };

export interface ConnectOptions {
  /** Where the server says where it is. @default {@linkcode announcementPath} */
  announcement?: string;
  /** Where Cascadeur writes files, and finds scenes by name. @default its own working folder */
  workDir?: string;
  signal?: AbortSignal;
}

export type CallOptions = Partial<Pick<RequestOptions, "signal" | "deadline" | "id">>;

/** One command as a function. @throws {PatchbayError} what Cascadeur answered; `INVALID_ARGUMENTS`, `INVALID_RESULT` */
export type Call<N extends keyof CascadeurCommands> = (
  args: ArgsOf<CascadeurCommands[N]>,
  options?: CallOptions,
) => Promise<ResultOf<CascadeurCommands[N]>>;

/**
 * @example
 * ```ts ignore
 * await using client = await CascadeurClient.connect();
 * await client.animation.setFrameRange({ end: 120 });
 * await client.animation.setKeyframe({ object: "left hand", frame: 24, position: [30, 140, 20] });
 * console.log((await client.rig.joints({ frame: 12 })).joints);
 * ```
 */
export class CascadeurClient implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #workDir: string | undefined;

  /** Over a transport that is open; disposing the client disposes it. */
  constructor(transport: Transport, { workDir }: Pick<ConnectOptions, "workDir"> = {}) {
    this.#transport = transport;
    this.#workDir = workDir;
  }

  /** To the Cascadeur of this machine. @throws {PatchbayError} `APP_NOT_CONNECTED`, `LINK_REFUSED`, `UNSUPPORTED_VERSION` */
  static async connect(options: ConnectOptions = {}): Promise<CascadeurClient> {
    const { address, token } = await readAnnouncement(options.announcement ?? announcementPath());
    const open = httpTransport({ url: address, token, protocols: PROTOCOLS });
    return new CascadeurClient(await open(loneHost(options.signal), { onNotification() {} }), options);
  }

  readonly scene = {
    list: this.#call("list_scenes"),
    get: this.#call("get_scene"),
    create: this.#call("new_scene"),
    open: this.#call("open_scene"),
    select: this.#call("select_scene"),
    close: this.#call("close_scene"),
    objects: this.#call("list_objects"),
    find: this.#call("find_objects"),
    object: this.#call("get_object"),
    rename: this.#call("rename_object"),
    selectObjects: this.#call("select_objects"),
    parent: this.#call("parent_object"),
    delete: this.#call("delete_objects"),
    callAction: this.#call("call_action"),
    undo: this.#call("undo"),
    redo: this.#call("redo"),
  };

  readonly animation = {
    keyframes: this.#call("get_keyframes"),
    pose: this.#call("get_pose"),
    setKeyframe: this.#call("set_keyframe"),
    setKeyframes: this.#call("set_keyframes"),
    addKeyframes: this.#call("add_keyframes"),
    removeKeyframes: this.#call("remove_keyframes"),
    setInterpolation: this.#call("set_interpolation"),
    setContact: this.#call("set_contact"),
    tracks: this.#call("list_tracks"),
    createTrack: this.#call("create_track"),
    updateTrack: this.#call("update_track"),
    moveToTrack: this.#call("move_to_track"),
    deleteTrack: this.#call("delete_track"),
    timeline: this.#call("get_timeline"),
    setFrameRange: this.#call("set_frame_range"),
    setPlayRange: this.#call("set_play_range"),
    setCurrentFrame: this.#call("set_current_frame"),
    interval: this.#call("get_interval"),
    selectInterval: this.#call("select_interval"),
  };

  readonly rig = {
    get: this.#call("get_rig"),
    joints: this.#call("list_joints"),
    controllers: this.#call("list_controllers"),
    setMode: this.#call("set_rig_mode"),
    generate: this.#call("generate_rig"),
    autoPose: this.#call("auto_pose"),
  };

  /** One command with arguments that are parsed already; files in them and in the answer are `{ $file }`. */
  async execute(command: string, args: JsonObject, options: CallOptions = {}): Promise<unknown> {
    const workDir = this.#workDir === undefined ? {} : { workDir: this.#workDir };
    return await this.#request("execute", { command, args, ...workDir }, options);
  }

  /** Runs Python inside Cascadeur. @throws {PatchbayError} `CODE_DISABLED` unless its `allow_code` is on */
  async executePython(code: string, options: CallOptions = {}): Promise<unknown> {
    return await this.#request("exec_b64", { code: encodeBase64(code) }, options);
  }

  /** What the scene looks like: a value of the manifest's state, unparsed. */
  snapshot(options: CallOptions = {}): Promise<unknown> {
    return this.#request("snapshot", {}, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  async #request(method: string, params: JsonObject, { signal, deadline, id }: CallOptions): Promise<unknown> {
    // the server takes a call back that it has not begun by then
    const until = deadline === undefined ? {} : { deadline };
    return await this.#transport.request(method, { ...params, ...until }, {
      signal: signal ?? new AbortController().signal,
      ...until,
      ...(id === undefined ? {} : { id }),
    });
  }

  #call<N extends keyof CascadeurCommands>(name: N): Call<N> {
    const commands: Commands = cascadeur.commands;
    const definition = commands[name];
    return async (args, options = {}) => {
      const parsed = definition?.args.safeParse(args);
      if (!parsed?.success) throw ValidationError.fromZod("INVALID_ARGUMENTS", `Cannot call ${name}`, parsed?.error);
      const result = definition?.result.safeParse(await this.execute(name, parsed.data, options));
      if (!result?.success) throw ValidationError.fromZod("INVALID_RESULT", `Cannot read ${name}`, result?.error);
      return result.data;
    };
  }
}
