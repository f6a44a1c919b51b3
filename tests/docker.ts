/** What the machine has of Docker, and the command line of one compose project. */

/** Whether a Docker engine with the Compose plugin answers. */
export async function hasDocker(): Promise<boolean> {
  const answers = await Promise.all([["info"], ["compose", "version"]].map((args) => output("docker", args)));
  return answers.every(({ success }) => success);
}

/** `docker compose <args>` of one project, with its environment. @throws with what it printed when it fails */
export async function compose(
  project: { name: string; directory: string; environment: Record<string, string> },
  ...args: string[]
): Promise<string> {
  const { success, stdout, stderr } = await output(
    "docker",
    ["compose", "--project-name", project.name, "--project-directory", project.directory, ...args],
    project.environment,
  );
  if (!success) throw new Error(`docker compose ${args.join(" ")} failed:\n${stderr}`);
  return stdout;
}

/**
 * The certificates of a proxy that inspects TLS, where this machine trusts one besides the public ones: an image that is built here
 * has to trust it too.
 */
export async function extraCertificates(): Promise<string> {
  const folder = "/usr/local/share/ca-certificates";
  const texts: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.endsWith(".crt")) texts.push(await Deno.readTextFile(`${folder}/${name}`));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return texts.join("\n");
}

async function output(command: string, args: string[], env: Record<string, string> = {}) {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args, env, stdin: "null" }).output();
    const decoder = new TextDecoder();
    return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, stdout: "", stderr: `there is no ${command}` };
  }
}
