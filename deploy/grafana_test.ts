import assert from "node:assert/strict";

const folder = new URL("grafana/dashboards/", import.meta.url);
/** What grafana/otel-lgtm brings. */
const DATASOURCES = ["prometheus", "loki", "tempo"];

interface Panel {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { datasource: { uid: string }; expr?: string; query?: string }[];
}

Deno.test("every panel of every dashboard asks a data source that is there, and has a place of its own", async () => {
  for await (const { name } of Deno.readDir(folder)) {
    const { uid, panels }: { uid: string; panels: Panel[] } = JSON.parse(
      await Deno.readTextFile(new URL(name, folder)),
    );
    assert.ok(uid.startsWith("patchbay-"), name);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, `${name}: ids repeat`);
    const taken = new Set<string>();
    for (const { title, gridPos: { x, y, w, h }, targets = [] } of panels) {
      assert.ok(x + w <= 24, `${name}: '${title}' is too wide`);
      for (let row = y; row < y + h; row++) {
        for (let column = x; column < x + w; column++) {
          assert.ok(!taken.has(`${row},${column}`), `${name}: '${title}' covers another panel`);
          taken.add(`${row},${column}`);
        }
      }
      for (const { datasource, expr, query } of targets) {
        assert.ok(DATASOURCES.includes(datasource.uid), `${name}: '${title}' asks ${datasource.uid}`);
        assert.ok((expr ?? query ?? "").length > 0, `${name}: '${title}' asks nothing`);
      }
    }
  }
});
