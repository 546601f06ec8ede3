/** `npm run screenshots -- --out DIR`: a picture of every page of the console in light, in dark and on a phone. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { readCommandLine } from "../../tools/local/command-line.ts";
import { startChromium } from "./chromium.ts";
import { pagesOf } from "./pages.ts";
import { type SeededHub, startSeededHub } from "./seeded-hub.ts";

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light", viewport: { width: 1_280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1_280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const out = directory(process.argv.slice(2));
await mkdir(out, { recursive: true });
await using hub = await startSeededHub();
const browser = await startChromium();
try {
  for (const [look, options] of Object.entries(LOOKS)) await photograph(browser, { look, options, hub });
} finally {
  await browser.close();
}

function directory(args: readonly string[]): string {
  const read = readCommandLine(args, { out: { type: "string" } } as const, ({ out: given }) => given);
  if ("options" in read && read.options !== undefined) return read.options;
  process.stderr.write(`${"problem" in read ? `${read.problem}\n` : ""}Say where the pictures go: npm run screenshots -- --out DIR\n`);
  process.exit(2);
}

interface Shot {
  readonly look: string;
  readonly options: BrowserContextOptions;
  readonly hub: SeededHub;
}

async function photograph(from: Browser, { look, options, hub: { url, seen } }: Shot): Promise<void> {
  const context = await from.newContext({ ...options, baseURL: url });
  const tab = await context.newPage();
  for (const { name, address } of pagesOf(seen)) {
    await tab.goto(address);
    const file = join(out, `${name}-${look}.png`);
    await tab.screenshot({ path: file, fullPage: true });
    process.stderr.write(`${file}\n`);
  }
  await context.close();
}
