/** A real Chromium without a window, and what a page does in it. */
import { type Browser, chromium, type Page } from "playwright-core";

const EXECUTABLE = "/usr/bin/chromium";

/** Whether this machine has the browser. */
export const hasChromium: boolean = await Deno.stat(EXECUTABLE).then(({ isFile }) => isFile, () => false);

/** The switches keep it from asking anybody but the page. */
const SWITCHES = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @example `await using browser = await startBrowser();` */
export async function startBrowser(): Promise<Browser & AsyncDisposable> {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: SWITCHES });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

export interface Visit {
  page: Page;
  /** Errors that the page printed or threw, and requests that failed. */
  complaints: string[];
  /** Everything that it asked for. */
  requests: string[];
}

export interface Window {
  /** Pixels. */
  width: number;
  height: number;
  colorScheme: "light" | "dark";
}

/** Opens an address in a window of its own, and waits until nothing is loading any more. */
export async function visit(browser: Browser, url: string, { colorScheme, ...viewport }: Window): Promise<Visit> {
  const page = await browser.newPage({ viewport, colorScheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
  await page.goto(url, { waitUntil: "networkidle" });
  return { page, complaints, requests };
}
