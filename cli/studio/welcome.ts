/** What a studio prints once it runs: where to go and what to try. */

export const EXAMPLE_INSTRUCTION =
  "add a red cube named Hero at 1 2 0.5, put a sun light above it, point a camera at it and render it";

export function welcome({ url, key }: { url: string; key: string }): string {
  return `
Patchbay is running.   ${url}
API key                ${key}

Try, in another terminal:
  npx -y deno task patchbay do "${EXAMPLE_INSTRUCTION}" --out hero.png
  curl -s ${url}/v1/instructions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\
       -d '{"mode": "run", "instruction": "${EXAMPLE_INSTRUCTION}"}'

Ctrl-C takes everything down.`;
}
