import assert from "node:assert/strict";
import { contentDisposition } from "./content_disposition.ts";

Deno.test("a picture is shown, what may hold a script is only downloaded", () => {
  assert.equal(contentDisposition("hero.png", "image/png"), 'inline; filename="hero.png"');
  assert.equal(contentDisposition("x.svg", "image/svg+xml"), 'attachment; filename="x.svg"');
  assert.equal(contentDisposition("x.html", "text/html"), 'attachment; filename="x.html"');
});

Deno.test("a name cannot end the header or begin another parameter", () => {
  const header = contentDisposition('a"; filename=evil.exe\r\nSet-Cookie: x=1', "image/png");
  assert.ok(!/[\r\n]/.test(header));
  assert.match(header, /^inline; filename="a_; filename=evil\.exe__Set-Cookie: x=1"; filename\*=UTF-8''a%22%3B/);
});

Deno.test("a name beyond ASCII travels percent-encoded beside a plain one", () => {
  assert.equal(
    contentDisposition("Würfel (1)'.png", "image/png"),
    `inline; filename="W_rfel (1)'.png"; filename*=UTF-8''W%C3%BCrfel%20%281%29%27.png`,
  );
  assert.ok(contentDisposition("\ud800.png", "image/png").includes("%EF%BF%BD.png"));
});
