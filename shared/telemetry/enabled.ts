/** Whether Deno's own OpenTelemetry is on. */

/** `OTEL_DENO=true` is all that a user sets; where the variable may not be read, it is off. */
export function telemetryIsOn(): boolean {
  const name = "OTEL_DENO";
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return false;
  return /^(1|true)$/.test(Deno.env.get(name) ?? "");
}
