/** Builds nats-server from its source, where Go is. */
import { findProgram } from "./find_program.ts";

export interface GoInstallOptions {
  version: string;
  env: Record<string, string>;
  /** Where the program is put: a folder of its own. */
  binDir: string;
  /** Looked in after the PATH. */
  goDirs: readonly string[];
  signal?: AbortSignal;
  onProgress: (line: string) => void;
}

/**
 * `go install`; answers with the program's path.
 * @throws {Error} saying what did not work
 */
export async function goInstall(options: GoInstallOptions): Promise<string> {
  const { env, signal, onProgress } = options;
  const [go] = await findProgram("go", env, options.goDirs);
  if (go === undefined) throw new Error("there is no go on the PATH");
  const module = `github.com/nats-io/nats-server/v2@v${options.version}`;
  onProgress(`Building ${module} with ${go}: this takes a minute or two`);
  const child = new Deno.Command(go, {
    args: ["install", "-trimpath", module],
    env: { ...env, GOBIN: options.binDir, CGO_ENABLED: "0" },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...(signal === undefined ? {} : { signal }),
  }).spawn();
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said = (said + text).slice(-4000);
    for (const line of text.split("\n")) if (line.trim() !== "") onProgress(`  ${line.trim()}`);
  }
  const status = await child.status;
  signal?.throwIfAborted();
  if (!status.success) {
    throw new Error(`${go} ended with status ${status.code}: ${said.trim().split("\n").at(-1) ?? "it said nothing"}`);
  }
  return `${options.binDir}/nats-server${Deno.build.os === "windows" ? ".exe" : ""}`;
}
