/** `npm run screenshots -- --out DIR`: a picture of every page of the console in light, in dark and on a phone. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { startChromium } from "./chromium.ts";
import { PAGES } from "./pages.ts";
import { type Scene, setScene } from "./scene.ts";
import { startShopHub } from "./shop-hub.ts";

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light", viewport: { width: 1_280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1_280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const { values } = parseArgs({ options: { out: { type: "string" } } });
if (values.out === undefined) {
  process.stderr.write("Say where the pictures go: npm run screenshots -- --out DIR\n");
  process.exit(2);
}
await mkdir(values.out, { recursive: true });

await using shop = await startShopHub();
const scene = await setScene(shop);
const browser = await startChromium();
try {
  for (const [look, options] of Object.entries(LOOKS)) await photograph(browser, { look, options, scene, out: values.out });
} finally {
  await browser.close();
}

interface Shot {
  readonly look: string;
  readonly options: BrowserContextOptions;
  readonly scene: Scene;
  readonly out: string;
}

async function photograph(from: Browser, { look, options, scene: seen, out }: Shot): Promise<void> {
  const context = await from.newContext({ ...options, baseURL: shop.url });
  const tab = await context.newPage();
  for (const { name, path } of PAGES) {
    await tab.goto(path(seen));
    const file = join(out, `${name}-${look}.png`);
    await tab.screenshot({ path: file, fullPage: true });
    process.stderr.write(`${file}\n`);
  }
  await context.close();
}
