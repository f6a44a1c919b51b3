/** Waits until a condition holds; a test that waits in vain runs into its own end. */
export async function until(
  condition: () => boolean,
  { withinMs = 10_000 }: { withinMs?: number } = {},
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error("Cannot go on: what was waited for did not happen");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
