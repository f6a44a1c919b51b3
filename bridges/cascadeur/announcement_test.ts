import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { announcementChange, announcementPath, readAnnouncement } from "./announcement.ts";

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;
const CONTENT = { v: 1, app: "cascadeur", transport: "http", address: "http://127.0.0.1:9/", token: "t", pid: 1 };

async function folder() {
  const path = await Deno.makeTempDir({ prefix: "patchbay-announcement-" });
  return { path: join(path, "cascadeur.json"), [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("an announcement is read where its person alone may read it", async () => {
  await using place = await folder();
  await assert.rejects(readAnnouncement(place.path), code("APP_NOT_CONNECTED"));
  await Deno.writeTextFile(place.path, JSON.stringify(CONTENT), { mode: 0o600 });
  assert.equal((await readAnnouncement(place.path)).address, CONTENT.address);
  await Deno.chmod(place.path, 0o644);
  await assert.rejects(readAnnouncement(place.path), code("LINK_REFUSED"));
});

Deno.test("what is no announcement of this version is refused", async () => {
  await using place = await folder();
  for (const text of ["", "{", JSON.stringify({ ...CONTENT, v: 2 }), JSON.stringify({ ...CONTENT, token: "" })]) {
    await Deno.writeTextFile(place.path, text, { mode: 0o600 });
    await assert.rejects(readAnnouncement(place.path), code("LINK_REFUSED"), text);
  }
});

Deno.test("a server that announces itself later is noticed, and giving up is possible", async () => {
  await using place = await folder();
  const change = announcementChange(place.path, new AbortController().signal);
  // written anew until it was noticed: watching begins after the folder is made
  const writing = setInterval(() => Deno.writeTextFileSync(place.path, JSON.stringify(CONTENT)), 5);
  await change;
  clearInterval(writing);
  const stop = new AbortController();
  const waiting = announcementChange(place.path, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
});

Deno.test("the file is where the environment says, else below the person's own folder", () => {
  const env = (variables: Record<string, string>) => ({ get: (name: string) => variables[name] });
  assert.equal(announcementPath(env({ PATCHBAY_CASCADEUR_SERVER: "/x.json" })), "/x.json");
  assert.equal(announcementPath(env({ PATCHBAY_HOME: "/home/a" })), join("/home/a", "servers", "cascadeur.json"));
});
