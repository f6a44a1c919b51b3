/** Whether a program is on the PATH and answers: for tests that need one which not every machine has. */
export async function hasProgram(command: string, args: readonly string[] = ["--version"]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" }).output();
    return success;
  } catch (error) {
    // Deno says so at once, and not through the promise
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
