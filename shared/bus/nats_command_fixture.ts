/** The official `nats` command, for tests that look at us from outside. */
import assert from "node:assert/strict";

/** The `nats` command: on the PATH, or where Go puts what it builds. */
async function findNatsCommand(): Promise<string | undefined> {
  const home = Deno.env.get("HOME");
  const places = [Deno.env.get("GOBIN"), home && `${home}/go/bin`].filter((place) => place).map((place) =>
    `${place}/nats`
  );
  for (const command of ["nats", ...places]) {
    try {
      if ((await new Deno.Command(command, { args: ["--version"], stdin: "null" }).output()).success) return command;
    } catch {
      // not there
    }
  }
  return undefined;
}

const found = await findNatsCommand();

/** Why tests with it are left out, for their names; empty where it is there. */
export const WITHOUT_NATS_COMMAND = found === undefined
  ? " (there is no `nats` command: build github.com/nats-io/natscli/nats, or put it on the PATH)"
  : "";

/** Runs the command, and returns what it prints. */
export async function natsCommand(url: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(found ?? "nats", {
    args: ["--no-context", "--server", url, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(success, `nats ${args.join(" ")}: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}
