/** A simulated MCP server as a process of its own: `deno run --allow-read=FILE simulator_main.ts FILE`, one message a line. */
import process from "node:process";
import { createInterface } from "node:readline";
import { readRecording } from "./recording.ts";
import { SimulatedServer } from "./simulator/server.ts";

const server = new SimulatedServer(await readRecording(Deno.args[0] ?? ""));
for await (const line of createInterface({ input: process.stdin })) {
  const answer = server.answer(JSON.parse(line));
  if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
}
