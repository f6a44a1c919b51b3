/** The text of the service definitions in `deploy/`, with this machine's paths filled in. */

export const LAUNCHD_LABEL = "studio.patchbay.workstation";
export const WINDOWS_TASK = "\\Patchbay\\Workstation";

interface Facts {
  /** The program and its arguments. */
  command: readonly string[];
  /** `PATCHBAY_HOME` */
  home: string;
}

const template = (path: string) => Deno.readTextFileSync(new URL(`../../deploy/${path}`, import.meta.url));

function fill(text: string, values: Record<string, string>): string {
  return text.replaceAll(/@([A-Z]+)@/g, (mark, name: string) => values[name] ?? mark);
}

/** systemd.service(5): arguments in double quotes; `%` and `$` stand for something unless they are doubled. */
export function systemdUnit({ command, home }: Facts): string {
  const specifiers = (text: string) => text.replaceAll("%", "%%");
  const quote = (text: string) =>
    `"${specifiers(text).replaceAll("$", "$$$$").replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
  return fill(template("systemd/patchbay-workstation.service"), {
    COMMAND: command.map(quote).join(" "),
    HOME: specifiers(home),
  });
}

/** launchd.plist(5) */
export function launchAgent({ command, home }: Facts): string {
  return fill(template(`launchd/${LAUNCHD_LABEL}.plist`), {
    COMMAND: command.map((argument) => `<string>${xml(argument)}</string>`).join("\n    "),
    HOME: xml(home),
  });
}

/** A definition for the Task Scheduler, which reads UTF-16. */
export function scheduledTask({ command: [program = "", ...args], home, user }: Facts & { user: string }): string {
  const text = fill(template("windows/patchbay-workstation.xml"), {
    PROGRAM: xml(program),
    ARGUMENTS: xml(args.map(windowsArgument).join(" ")),
    HOME: xml(home),
    USER: xml(user),
  });
  return `<?xml version="1.0" encoding="UTF-16"?>\r\n${text.replaceAll("\n", "\r\n")}`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const xml = (text: string) => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);

/** As programs on Windows take their command line apart: backslashes count only before a quote. */
function windowsArgument(text: string): string {
  if (text !== "" && !/[\s"]/.test(text)) return text;
  return `"${
    text.replaceAll(/(\\*)("|$)/g, (_, slashes: string, quote: string) => slashes + slashes + (quote && '\\"'))
  }"`;
}
