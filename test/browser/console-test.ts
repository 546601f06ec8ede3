import { setTimeout as sleep } from "node:timers/promises";
import type { DispatchDetail, EmitInput, EmitReceipt, EventHubApi } from "flowhub";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { plain } from "../../tools/local/observer.ts";
import { startChromium } from "./chromium.ts";
import { type ShopHub, startShopHub } from "./shop-hub.ts";

/** A hub with a shop, and tabs to look at its console with. */
export interface ConsoleTest {
  readonly hub: () => EventHubApi;
  readonly shop: () => ShopHub;
  /** A tab. Its test fails when the page has a problem nobody expects, or has none that is expected. */
  readonly openTab: (options?: TabOptions) => Promise<Page>;
  /** Another hub, closed with the first: the engine forgets what leads to one of them when the other is closed. */
  readonly startQuietHub: () => Promise<ShopHub>;
  /** Emits one event. */
  readonly emit: (input: EmitInput) => Promise<EmitReceipt>;
  /** A dispatch as it is stored now. */
  readonly stored: (id: string) => Promise<DispatchDetail>;
}

interface TabOptions {
  /** Problems that belong to what is tested, such as a page that is not there. */
  readonly expects?: readonly RegExp[];
  /** Without a script a page stays as it was when it was opened, whatever happens. */
  readonly script?: boolean | undefined;
  /** Of another hub. */
  readonly at?: string | undefined;
  /** In a browser of its own, whose clock can be put forward and whose network can be cut. */
  readonly clock?: boolean;
}

/** Chromium says so of each page, script or picture that is answered with such a status. */
export const answered = (status: number) => new RegExp(`responded with a status of ${status}`);

const ACTION_MS = 10_000;

/** Starts both for all tests of the file that calls this. */
export function consoleTest(): ConsoleTest {
  let shop: ShopHub;
  let browser: Browser;
  const others: ShopHub[] = [];
  const tabs: { readonly page: Page; readonly problems: string[]; readonly expects: readonly RegExp[] }[] = [];
  const shared = new Map<string, BrowserContext>();

  const newContext = async ({ script = true, at = shop.url }: TabOptions) => {
    const context = await browser.newContext({ baseURL: at, viewport: { width: 1_280, height: 900 }, javaScriptEnabled: script });
    context.setDefaultTimeout(ACTION_MS);
    return context;
  };
  const contextFor = async ({ clock = false, script, at }: TabOptions) => {
    const key = JSON.stringify([script, at]);
    const context = (clock ? undefined : shared.get(key)) ?? (await newContext({ script, at }));
    if (clock) await context.clock.install();
    else shared.set(key, context);
    return context;
  };

  beforeAll(async () => {
    [shop, browser] = await Promise.all([startShopHub(), startChromium()]);
  });
  afterEach(async () => {
    for (const { page, problems, expects } of tabs.splice(0)) {
      await page.close();
      const isExpected = (problem: string) => expects.some((expected) => expected.test(problem));
      expect(problems.filter((problem) => !isExpected(problem))).toEqual([]);
      for (const expected of expects) expect(problems).toContainEqual(expect.stringMatching(expected));
    }
  });
  afterAll(async () => {
    await browser?.close();
    for (const hub of [...others, shop]) await hub?.[Symbol.asyncDispose]();
  });

  return {
    hub: () => shop.hub,
    shop: () => shop,
    openTab: async ({ expects = [], ...options } = {}) => {
      const page = await (await contextFor(options)).newPage();
      tabs.push({ page, problems: problemsOf(page), expects });
      return page;
    },
    startQuietHub: async () => {
      const hub = await startShopHub("quiet");
      others.push(hub);
      return hub;
    },
    emit: async (input) => {
      const [receipt] = plain(await shop.hub.emit(input));
      if (receipt === undefined) throw new Error("no receipt");
      return receipt;
    },
    stored: async (id) => {
      const dispatch = plain(await shop.hub.getDispatch(id));
      if (dispatch === null) throw new Error(`dispatch ${id} is not stored`);
      return dispatch;
    },
  };
}

/** Everything a page complains of from now on. What the Content-Security-Policy refuses comes as an error on the console. */
function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // What a page still asks for when somebody leaves it.
    if (why !== "net::ERR_ABORTED") problems.push(`request: ${why} ${request.url()}`);
  });
  return problems;
}

/** The dispatch of an event to a destination. */
export function dispatchTo({ dispatches }: EmitReceipt, destination: string): string {
  const dispatch = dispatches.find((one) => one.destination === destination);
  if (dispatch === undefined) throw new Error(`nothing is owed to ${destination}`);
  return dispatch.id;
}

/** The cells of a table as text, row by row, without its head. */
export async function cellsOf(table: Locator): Promise<string[][]> {
  await table.waitFor();
  await table.page().waitForLoadState();
  const rows = await table.locator("tbody tr").evaluateAll((all) =>
    // biome-ignore lint/performance/useDomNodeTextContent: what cannot be seen does not count.
    all.map((row) => [...(row as HTMLTableRowElement).cells].map((cell) => cell.innerText)),
  );
  return rows.map((cells) => cells.map(onOneLine));
}

/** The same, each cell under the head of its column. */
export async function rowsOf(table: Locator): Promise<Record<string, string>[]> {
  const cells = await cellsOf(table);
  const heads = (await table.locator("thead th").allTextContents()).map(onOneLine);
  return cells.map((row) => Object.fromEntries(row.map((cell, index) => [heads[index] ?? "", cell])));
}

/** What the first element says, on one line. */
export async function textOf(locator: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what cannot be seen does not count.
  return onOneLine(await locator.first().innerText());
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

const PATIENCE_MS = 20_000;

/** Reads until what is read is as it should be, and returns it. */
export async function eventually<Value>(read: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)}`);
    await sleep(50);
  }
}
