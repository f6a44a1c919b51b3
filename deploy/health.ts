/** The gateway container's health check: exits with 0 when the gateway answers that it lives. */
const response = await fetch("http://127.0.0.1:7420/healthz", { signal: AbortSignal.timeout(3_000) });
await response.body?.cancel();
Deno.exit(response.ok ? 0 : 1);
