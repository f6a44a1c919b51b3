/** For the tests of this folder: an MCP server of 2025 on its standard streams, as bad as its argument wants it. */
const [manner = "good"] = Deno.args;
const encoder = new TextEncoder();

const print = (text: string): void => void Deno.stdout.writeSync(encoder.encode(text));
const say = (message: Record<string, unknown>) => print(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const tool = (name: string) => ({ name, description: name, inputSchema: { type: "object" } });

if (manner === "greets") print("Welcome to the server!\n\n  have fun\n");
if (manner === "floods stderr") {
  for (let i = 0; i < 20_000; i++) Deno.stderr.writeSync(encoder.encode(`line ${i} ${"x".repeat(100)}\n`));
}
if (manner === "slow") await new Promise((resolve) => setTimeout(resolve, 300));

function call(id: unknown, name: string, token: unknown): void {
  const text = (said: string, more = {}) => say({ id, result: { content: [{ type: "text", text: said }], ...more } });
  switch (name) {
    case "env":
      return text(JSON.stringify(Deno.env.toObject()));
    case "fail":
      return text("no such layer", { isError: true });
    case "refuse":
      return say({ id, error: { code: -32602, message: "layer is missing" } });
    case "crash":
      Deno.stderr.writeSync(encoder.encode("out of memory\n"));
      return Deno.exit(3);
    case "garbage":
      for (let i = 0; i < 200; i++) print("this is no message\n");
      return;
    case "huge": {
      const block = encoder.encode("x".repeat(1024 * 1024));
      print('{"jsonrpc":"2.0","result":"');
      try {
        for (let i = 0; i < 80; i++) Deno.stdout.writeSync(block);
      } catch {
        // nobody listens any more
      }
      return;
    }
    case "change":
      say({ method: "notifications/tools/list_changed" });
      say({ method: "notifications/message", params: { level: "info", data: "changed" } });
      return text("changed");
    case "progress":
      for (const progress of [1, 2]) {
        say({ method: "notifications/progress", params: { progressToken: token, progress, total: 4 } });
      }
      return text("done");
    case "hang":
      return;
    case "twice":
      text("once");
      return text("twice");
    case "nonsense":
      return say({ id, result: { content: "not a list" } });
    default:
      return text(name);
  }
}

const cancelled: unknown[] = [];

function answer({ id, method, params }: { id?: unknown; method: string; params?: Record<string, unknown> }): void {
  switch (method) {
    case "initialize":
      return say({
        id,
        result: {
          protocolVersion: "2025-06-18",
          capabilities: { tools: { listChanged: true } },
          serverInfo: { name: "test", version: "1.2.3" },
        },
      });
    case "tools/list": {
      const page = Number(params?.["cursor"] ?? 0);
      const more = manner === "endless list" || page < 2;
      return say({ id, result: { tools: [tool(`tool_${page}`)], ...(more ? { nextCursor: String(page + 1) } : {}) } });
    }
    case "tools/call": {
      const name = String(params?.["name"]);
      const meta = params?.["_meta"] as Record<string, unknown> | undefined;
      if (name === "cancelled") {
        return say({ id, result: { content: [{ type: "text", text: JSON.stringify(cancelled) }] } });
      }
      return call(id, name, meta?.["progressToken"]);
    }
    case "notifications/cancelled":
      return void cancelled.push(params?.["reason"]);
    case "ping":
      return say({ id, result: {} });
    default:
      if (id === undefined || manner === "silent about questions") return;
      if (manner === "dies of questions") Deno.exit(1);
      say({ id, error: { code: -32601, message: "Method not found" } });
  }
}

let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) answer(JSON.parse(line));
}
