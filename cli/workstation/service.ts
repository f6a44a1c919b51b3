/** `patchbay workstation` as a service of the operating system: its definition, and what puts it in its place. */
import { homedir, userInfo } from "node:os";
import { dirname, posix, win32 } from "node:path";
import { fileURLToPath } from "node:url";
import { PatchbayError } from "@patchbay/contracts";
import { dataFolder } from "../workstation.ts";
import { launchAgent, LAUNCHD_LABEL, scheduledTask, systemdUnit, WINDOWS_TASK } from "./service_text.ts";

/** What a definition is made from. */
export interface Machine {
  os: typeof Deno.build.os;
  /** The user's own folder. */
  userFolder: string;
  /** `PATCHBAY_HOME` */
  home: string;
  /** `STUDIO\ana`; as launchd has it, the number. */
  user: string;
  /** Deno, and what makes it run `patchbay`. */
  program: readonly string[];
}

export interface Service {
  /** For a person: `systemd user unit patchbay-workstation.service`. */
  what: string;
  /** Where the definition lies. */
  path: string;
  text: string;
  /** What registers and starts it, each a program with its arguments. */
  enable: readonly (readonly string[])[];
  disable: readonly (readonly string[])[];
  encoding: "utf-8" | "utf-16le";
  home: string;
}

export function thisMachine(): Machine {
  const { os } = Deno.build;
  const { username, uid } = userInfo();
  const domain = Deno.env.get("USERDOMAIN");
  return {
    os,
    userFolder: homedir(),
    home: dataFolder(),
    user: os === "darwin" ? String(uid) : domain === undefined ? username : `${domain}\\${username}`,
    program: [Deno.execPath(), "run", "--no-prompt", "-A", fileURLToPath(import.meta.resolve("../main.ts"))],
  };
}

/** @param args what the service passes to `patchbay workstation` */
export function serviceOf({ os, args, ...machine }: Machine & { args: readonly string[] }): Service {
  const { userFolder, home, user, program } = machine;
  const command = [...program, "workstation", "--home", home, ...args];
  switch (os) {
    case "windows": {
      const path = win32.join(home, "patchbay-workstation.xml");
      return {
        what: `task ${WINDOWS_TASK}`,
        path,
        text: scheduledTask({ command, home, user }),
        enable: [
          ["schtasks", "/Create", "/F", "/TN", WINDOWS_TASK, "/XML", path],
          ["schtasks", "/Run", "/TN", WINDOWS_TASK],
        ],
        disable: [
          ["schtasks", "/End", "/TN", WINDOWS_TASK],
          ["schtasks", "/Delete", "/F", "/TN", WINDOWS_TASK],
        ],
        encoding: "utf-16le",
        home,
      };
    }
    case "darwin": {
      const path = posix.join(userFolder, "Library", "LaunchAgents", `${LAUNCHD_LABEL}.plist`);
      return {
        what: `launch agent ${LAUNCHD_LABEL}`,
        path,
        text: launchAgent({ command, home }),
        enable: [["launchctl", "bootstrap", `gui/${user}`, path]],
        disable: [["launchctl", "bootout", `gui/${user}/${LAUNCHD_LABEL}`]],
        encoding: "utf-8",
        home,
      };
    }
    default: {
      const unit = "patchbay-workstation.service";
      return {
        what: `systemd user unit ${unit}`,
        path: posix.join(userFolder, ".config", "systemd", "user", unit),
        text: systemdUnit({ command, home }),
        enable: [
          ["systemctl", "--user", "daemon-reload"],
          ["systemctl", "--user", "enable", unit],
          ["systemctl", "--user", "restart", unit],
        ],
        disable: [["systemctl", "--user", "disable", "--now", unit]],
        encoding: "utf-8",
        home,
      };
    }
  }
}

/** Whether its definition is in its place. */
export async function isInstalled({ path }: Pick<Service, "path">): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

/** Runs one program to its end. @returns what it printed to say why it failed, `undefined` where it did not */
export type RunProgram = (command: readonly string[]) => Promise<string | undefined>;

/**
 * Writes the definition, and registers and starts the service; an older one is replaced.
 * @throws {PatchbayError} `SERVICE_UNAVAILABLE` where the system's service manager refuses or is not there
 */
export async function installService(
  service: Service,
  say: (line: string) => void,
  run: RunProgram = runProgram,
): Promise<void> {
  // what runs of an older one ends; mostly there is none
  if (await isInstalled(service)) { for (const command of service.disable) await run(command); }
  await Deno.mkdir(service.home, { recursive: true, mode: 0o700 });
  await Deno.mkdir(dirname(service.path), { recursive: true });
  await Deno.writeFile(service.path, encode(service));
  say(`Wrote ${service.path}`);
  for (const command of service.enable) {
    const failure = await run(command);
    if (failure === undefined) continue;
    throw PatchbayError.of("SERVICE_UNAVAILABLE", `Cannot start ${service.what}: '${command.join(" ")}': ${failure}`, {
      remedy: "The definition is in its place: correct what is said, and run `patchbay workstation install` again.",
    });
  }
  say(`Started ${service.what}; it starts at each login.`);
}

/** Stops the service and removes its definition; one that is not there is no fault. */
export async function uninstallService(
  service: Service,
  say: (line: string) => void,
  { dryRun = false, run = runProgram }: { dryRun?: boolean; run?: RunProgram } = {},
): Promise<void> {
  if (dryRun) {
    for (const command of service.disable) say(command.join(" "));
    return say(`remove ${service.path}`);
  }
  if (!await isInstalled(service)) return say(`There is no ${service.what}.`);
  for (const command of service.disable) {
    const failure = await run(command);
    if (failure !== undefined) say(`'${command.join(" ")}': ${failure}`);
  }
  await Deno.remove(service.path);
  say(`Removed ${service.what}.`);
}

/** `schtasks` takes UTF-16 with its byte order mark. */
function encode({ text, encoding }: Service): Uint8Array {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  const units = Uint16Array.from(`\ufeff${text}`, (character) => character.charCodeAt(0));
  const bytes = new DataView(new ArrayBuffer(units.length * 2));
  units.forEach((unit, index) => bytes.setUint16(index * 2, unit, true));
  return new Uint8Array(bytes.buffer);
}

async function runProgram([program = "", ...args]: readonly string[]): Promise<string | undefined> {
  try {
    const { success, code, stderr, stdout } = await new Deno.Command(program, { args, stdin: "null" }).output();
    if (success) return undefined;
    const said = new TextDecoder().decode(stderr.length > 0 ? stderr : stdout).trim().replaceAll(/\s+/g, " ");
    return said === "" ? `it ended with ${code}` : said;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${program} on this machine`;
    throw error;
  }
}
