/** Nothing that comes in as data, in an address or from another site does anything in the console but stand there as text. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../schema/json.ts";
import { PAGE_NAMES, pathOf } from "../../src/console/pages.ts";
import { plain } from "../../tools/local/observer.ts";
import { takesId } from "../example-pages.ts";
import { unfoldAll } from "./axe.ts";
import { startChromium } from "./chromium.ts";
import { type ForeignSite, startForeignSite } from "./foreign-site.ts";
import { watchForHarm } from "./harm.ts";
import { HOSTILE_TEXTS, HUGE_DATA, ODD_DATA } from "./hostile-texts.ts";
import { type ShopHub, startShopHub } from "./shop-hub.ts";

const DESKTOP = { width: 1_280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** For the largest event on a busy machine. */
const MOST_MS = 10_000;

let shop: ShopHub;
let browser: Browser;
let foreign: ForeignSite;

beforeAll(async () => {
  [shop, browser, foreign] = await Promise.all([startShopHub(), startChromium(), startForeignSite()]);
});

afterAll(async () => {
  await browser?.close();
  await foreign?.[Symbol.asyncDispose]();
  await shop?.[Symbol.asyncDispose]();
});

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: shop.url, viewport: DESKTOP });
  context.setDefaultTimeout(15_000);
  return context;
}

/** As a browser at this machine, on a page of the console. */
async function get(path: string): Promise<Response> {
  return await fetch(`${shop.url}${path}`, { headers: { "sec-fetch-site": "same-origin", accept: "text/html" }, redirect: "manual" });
}

/** As the console's own forms do it. */
async function post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  const headers = { "sec-fetch-site": "same-origin", accept: "text/html" };
  return await fetch(`${shop.url}${path}`, { method: "POST", headers, body: new URLSearchParams(fields), redirect: "manual" });
}

async function emitByForm(fields: Readonly<Record<string, string>>): Promise<string> {
  const answer = await post("/events", { type: "test.hostile", ...fields });
  const id = /^\/events\/([^?]+)/.exec(answer.headers.get("location") ?? "")?.[1];
  if (id === undefined) throw new Error(`${answer.status}: ${await answer.text()}`);
  return id;
}

/** Emits what is given up for each of the reasons. */
async function refusedFor(reasons: readonly string[]): Promise<void> {
  const inputs = reasons.map((fails) => ({
    type: "test.refused",
    subject: attributeOf(fails),
    source: attributeOf(fails),
    data: { fails },
  }));
  for (const { dispatches } of plain(await shop.hub.emit(inputs))) await shop.until(dispatches[0]?.id ?? "", "failed");
}

/** On a wide screen as the page comes, and on a narrow one with all unfolded. */
async function harmOn(page: Page, harm: () => Promise<string[]>): Promise<string[]> {
  const wide = await harm();
  await page.setViewportSize(PHONE);
  await unfoldAll(page);
  const narrow = await harm();
  await page.setViewportSize(DESKTOP);
  return [...wide, ...narrow];
}

async function textsOf(page: Page, selector: string): Promise<string[]> {
  return await page.locator(selector).allTextContents();
}

/** The most telling, where pages are many. */
const SOME_TEXTS = ["a script", "an attribute's end", "an element's end", "direction that is overridden", "one long word", "blank"].map(
  (name) => HOSTILE_TEXTS[name] ?? name,
);

/** As much of a text as an attribute may hold. */
const attributeOf = (text: string) => text.replaceAll(/\p{Cc}/gu, " ");

describe("Text is shown as text", () => {
  const dataWith = (text: string): Json =>
    JSON.parse(`{${JSON.stringify(text)}:[${JSON.stringify(text)}],"throws":${JSON.stringify(text)}}`);
  const ids = new Map<string, string>();
  let page: Page;
  let harm: () => Promise<string[]>;

  beforeAll(async () => {
    page = await (await newContext()).newPage();
    harm = watchForHarm(page);
    for (const text of Object.values(HOSTILE_TEXTS))
      ids.set(
        text,
        await emitByForm({ subject: attributeOf(text), source: attributeOf(text), key: text, data: JSON.stringify(dataWith(text)) }),
      );
  });

  afterAll(() => page?.context().close());

  for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
    it(`that holds ${name}: in attributes, data, errors and reasons`, async () => {
      const id = ids.get(text) ?? "";
      const dispatch = `${id}-0`;

      await page.goto(`/events/${id}`);
      expect((await textsOf(page, "dl.facts dd > bdi")).slice(0, 3)).toEqual([attributeOf(text), attributeOf(text), text]);
      await unfoldAll(page);
      expect(await textsOf(page, ".json .key")).toContain(text === attributeOf(text) ? text : JSON.stringify(text));
      expect(await textsOf(page, ".json .string bdi")).toContain(JSON.stringify(text));
      expect.soft(await harmOn(page, harm), "event").toEqual([]);

      await page.goto(`/events/new?like=${id}`);
      expect(JSON.parse(await page.getByLabel("Data, as JSON").inputValue())).toEqual(dataWith(text));
      expect.soft(await harm(), "emit").toEqual([]);

      await shop.until(dispatch, "failed");
      const redrive = plain(await shop.hub.retryDispatch(dispatch, { by: text.slice(0, 200), reason: text, delay: "1 hour" }));
      plain(await shop.hub.cancelDispatch(redrive.id, { by: text.slice(0, 200), reason: text }));
      await page.goto(`/dispatches/${dispatch}`);
      expect(await textsOf(page, ".notice bdi")).toEqual([text]);
      expect((await textsOf(page, ".reason")).join("")).toContain(text);
      expect.soft(await harmOn(page, harm), "dispatch").toEqual([]);
      await page.goto(`/dispatches/${redrive.id}`);
      expect(await textsOf(page, ".lines bdi")).toEqual([text.slice(0, 200), text]);
      expect.soft(await harmOn(page, harm), "redrive").toEqual([]);
    });
  }

  it("in lists and searches", async () => {
    await refusedFor(Object.values(HOSTILE_TEXTS));
    const searches = SOME_TEXTS.map((text) => `/events?${new URLSearchParams({ subject: text, q: text })}`);
    for (const path of ["/", "/events", "/dispatches", "/dispatches?status=failed", "/dead-letters", ...searches]) {
      expect((await page.goto(path))?.status(), path).toBe(200);
      expect.soft(await harmOn(page, harm), path).toEqual([]);
    }
  });

  it("in groups of dead letters and in bulk operations", async () => {
    await refusedFor(SOME_TEXTS);
    for (const reason of SOME_TEXTS) {
      const query = new URLSearchParams({ destination: "analytics", status: "failed", reason });
      const { id } = plain(await shop.hub.retryDispatches({ reason, status: "failed" }, { by: reason.slice(0, 200), reason }));
      for (const path of [`/dead-letters/group?${query}`, `/bulks/new?kind=retry&${query}`, `/bulks/${id}`]) {
        expect((await page.goto(path))?.status(), path).toBe(200);
        expect(await page.locator("main").textContent()).toContain(reason);
        expect.soft(await harmOn(page, harm), path).toEqual([]);
      }
    }
    await page.goto("/bulks");
    expect.soft(await harmOn(page, harm), "bulks").toEqual([]);
  });

  it("in what destinations emit, and in who paused one and why", async () => {
    const inputs = SOME_TEXTS.map((text) => ({
      type: "test.chained",
      subject: text,
      data: { emits: { type: "test.follows", subject: text, data: [text] } },
    }));
    const receipts = plain(await shop.hub.emit(inputs));
    for (const [index, text] of SOME_TEXTS.entries()) {
      const { id = "", dispatches = [] } = receipts[index] ?? {};
      await shop.until(dispatches[0]?.id ?? "", "complete");
      await page.goto(`/events/${id}`);
      expect(await textsOf(page, ".chain bdi")).toEqual(["test.chained", text, "test.follows", text]);
      expect.soft(await harmOn(page, harm), `chain of ${text}`).toEqual([]);
      await shop.hub.pauseDestination("loyalty", { by: text.slice(0, 200), reason: text });
      await page.goto("/destinations");
      expect(await textsOf(page, "#loyalty .notice bdi")).toEqual([text.slice(0, 200), text]);
      expect.soft(await harmOn(page, harm), `paused by ${text}`).toEqual([]);
      await page.goto("/");
      expect(await page.getByRole("alert").textContent()).toContain(text);
      expect.soft(await harmOn(page, harm), `overview of ${text}`).toEqual([]);
      await shop.hub.resumeDestination("loyalty");
    }
  });

  it("in the names of everything that somebody else chose, as long as they may be", async () => {
    const type = `${"long-".repeat(25)}end`;
    const { dispatches = [], id = "" } = plain(await shop.hub.emit({ type, data: { fails: "W".repeat(1_000) } }))[0] ?? {};
    await shop.until(dispatches[0]?.id ?? "", "failed");
    for (const path of ["/", "/events", `/events/${id}`, `/dispatches/${dispatches[0]?.id}`, "/dead-letters"]) {
      await page.goto(path);
      expect.soft(await harmOn(page, harm), path).toEqual([]);
      // Where a title leaves no room beside it, what unfolds under a button still has to be within reach.
      await page.setViewportSize({ width: 820, height: 900 });
      expect.soft(await harm(), path).toEqual([]);
      await page.setViewportSize(DESKTOP);
    }
  });
});

describe("Data comes back as it was emitted, and is never taken for a page", () => {
  it.each(ODD_DATA)("%s", async (data) => {
    const id = await emitByForm({ data });
    const answer = await get(`/events/${id}/data`);
    expect(JSON.stringify(JSON.parse(await answer.text()))).toBe(JSON.stringify(JSON.parse(data)));
    expect((await get(`/events/${id}`)).status).toBe(200);
  });

  it("as text, whatever it holds", async () => {
    const text = HOSTILE_TEXTS["a script"] ?? "";
    const id = await emitByForm({ data: JSON.stringify(text) });
    await using context = await newContext();
    const page = await context.newPage();
    const harm = watchForHarm(page);
    const answer = await page.goto(`/events/${id}/data`);
    expect(answer?.headers()).toMatchObject({ "content-type": "text/plain;charset=UTF-8", "x-content-type-options": "nosniff" });
    expect(await page.locator("body").textContent()).toBe(JSON.stringify(text));
    expect(await harm()).toEqual([]);
  });

  for (const [name, dataOf] of Object.entries(HUGE_DATA)) {
    it(`${name}, on pages that answer within ${MOST_MS / 1_000} s`, async () => {
      const text = JSON.stringify(dataOf());
      const id = await emitByForm({ data: text });
      expect(JSON.stringify(JSON.parse(await (await get(`/events/${id}/data`)).text()))).toBe(text);
      await using context = await newContext();
      const page = await context.newPage();
      const harm = watchForHarm(page);
      for (const path of [`/events/${id}`, `/events/new?like=${id}`]) {
        const before = performance.now();
        await page.goto(path);
        expect.soft(performance.now() - before, path).toBeLessThan(MOST_MS);
        expect.soft(await harmOn(page, harm), path).toEqual([]);
      }
    });
  }
});

describe("An address cannot make the console say or do anything", () => {
  const ADDRESSES = [
    ...["type", "subject", "source", "key", "correlationId", "text", "from", "to", "cursor", "q", "flash"].map(
      (name) => `/events?${name}=`,
    ),
    ...["status", "destination", "route", "reason", "from", "to", "cursor"].map((name) => `/dispatches?${name}=`),
    ...["destination", "status", "reason", "cursor"].map((name) => `/dead-letters/group?${name}=`),
    ...["kind", "status", "destination", "route", "from", "to", "reason", "ids"].map((name) => `/bulks/new?kind=retry&${name}=`),
    ...["/?flash=", "/search?q=", "/dead-letters?destination=", "/events/new?like=", "/sign-in?next="],
    ...PAGE_NAMES.filter(takesId).map((name) => pathOf(name, "")),
    ...["/destinations/", "/"],
  ];
  /** As they stand in an address. */
  const VALUES = [
    ...SOME_TEXTS.map(encodeURIComponent),
    encodeURIComponent("<".repeat(10_000)),
    ..."%00 %E0%A4%A %ff%fe % ..%2f..%2f %2f%2fexample.com %5c%5cexample.com a&x[__proto__][y]=1 %25%5F%27".split(" "),
    ...[JSON.stringify({ id: "<b>" }), JSON.stringify(["x", 1e99])].map((text) => encodeURIComponent(btoa(text))),
  ];

  it.each(ADDRESSES)("%s…", async (address) => {
    const judge = async (value: string) => {
      const answer = await get(`${address}${value}`);
      await expectHarmless(answer, `${address}${value.slice(0, 100)}`, [200, 302, 400, 404]);
    };
    await Promise.all(VALUES.map(judge));
  });

  const TEXTS = [
    ...["a script", "an element's end"].map((name) => HOSTILE_TEXTS[name] ?? name),
    "\0",
    "<".repeat(10_000),
    "-1",
    "1e999",
    "\ufffd",
  ];
  const FORMS: readonly (readonly [string, readonly string[]])[] = [
    ["/events", ["type", "subject", "source", "key", "delay", "at", "extensions", "data"]],
    ["/events/preview", ["type", "data", "at"]],
    ["/dispatches/none/retry", ["delay", "timeout", "limit", "reason"]],
    ["/dispatches/none/cancel", ["reason"]],
    ["/dispatches/none/run-now", ["reason"]],
    ["/events/none/cancel", ["reason"]],
    ["/destinations/loyalty/resume", ["rate", "reason"]],
    ["/destinations/none/pause", ["reason"]],
    ["/bulks", ["status", "destination", "route", "from", "ids", "filter.reason", "delay", "limit"]],
    ["/bulks/none/stop", ["reason"]],
    ["/audit", ["from", "to", "cursor", "events"]],
  ];

  it("what an action did is said for the console's own words only", async () => {
    expect(await (await get("/bulks?flash=started")).text()).toContain('role="status"');
    for (const said of [...SOME_TEXTS, "toString", "__proto__", "Started"]) {
      expect(await (await get(`/bulks?flash=${encodeURIComponent(said)}`)).text()).not.toContain('role="status"');
    }
  });

  it.each(FORMS)("nor can what is posted to %s", async (path, names) => {
    for (const name of names) {
      const judge = async (text: string) => {
        const answer = await post(path, { type: "test.form", data: "null", kind: "retry", destination: "nowhere", [name]: text });
        await expectHarmless(answer, `${path} ${name}=${text.slice(0, 80)}`, [200, 303, 400, 404, 409]);
      };
      await Promise.all(TEXTS.map(judge));
    }
  });
});

async function expectHarmless(answer: Response, what: string, statuses: readonly number[]): Promise<void> {
  const body = await answer.text();
  expect.soft(answer.status, `${what}: ${body.slice(-600)}`).toBeOneOf([...statuses]);
  expect.soft(body, what).not.toMatch(/<script>|<img|<svg onload|<plaintext|<<<</);
  expect.soft(new URL(answer.headers.get("location") ?? "/", shop.url).origin, what).toBe(shop.url);
}

describe("Another site", () => {
  const sites = () => [foreign.crossSite, foreign.sameSite];

  it("cannot frame the console", async () => {
    await using context = await newContext();
    const page = await context.newPage();
    for (const site of sites()) {
      await page.goto(site);
      await frame(page, `${site}/other`);
      expect(await page.frameLocator("iframe").locator("h1").textContent()).toBe("Elsewhere");
      for (const path of ["/", "/destinations", "/nowhere", "/style.css"]) {
        const failed = page.waitForEvent("requestfailed", (request) => request.url() === `${shop.url}${path}`);
        await frame(page, `${shop.url}${path}`);
        expect((await failed).failure()?.errorText, `${path} in ${site}`).toBe("net::ERR_BLOCKED_BY_RESPONSE");
      }
    }
  });

  it("cannot read a page", async () => {
    await using context = await newContext();
    const page = await context.newPage();
    for (const site of sites()) {
      await page.goto(site);
      for (const path of ["/", "/health", "/events", "/style.css"]) {
        const url = `${shop.url}${path}`;
        expect(await page.evaluate(async (to) => await fetch(to).catch(String), url)).toBe("TypeError: Failed to fetch");
        const silently = async (to: string) =>
          await fetch(to, { mode: "no-cors", credentials: "include" }).then((answer) => answer.text(), String);
        expect(await page.evaluate(silently, url)).toBe("TypeError: Failed to fetch");
      }
    }
  });

  it("cannot act: by a form, from a frame without an origin, by a script", async () => {
    await using context = await newContext();
    const page = await context.newPage();
    const pause = `${shop.url}/destinations/email/pause`;
    for (const site of sites()) {
      for (const enctype of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]) {
        await page.goto(site);
        const answer = page.waitForResponse(pause);
        await page.evaluate(submit, { to: pause, enctype });
        expect((await answer).status(), `${enctype} from ${site}`).toBe(403);
        await page.getByText("This request does not come from a page of this console.").waitFor();
      }
      await page.goto(site);
      const sandboxed = page.waitForResponse(pause);
      await page.evaluate((to) => {
        const frame = document.createElement("iframe");
        frame.setAttribute("sandbox", "allow-scripts allow-forms");
        frame.srcdoc = `<form method="post" action="${to}"></form><script>document.forms[0].submit()</script>`;
        document.body.appendChild(frame);
      }, pause);
      expect((await sandboxed).status()).toBe(403);
      await page.goto(site);
      const scripted = async (to: string) =>
        await fetch(to, { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams() }).catch(String);
      expect(await page.evaluate(scripted, pause)).toBe("TypeError: Failed to fetch");
    }
    expect(plain(await shop.hub.listDestinations()).find(({ destination }) => destination === "email")).toMatchObject({ state: "active" });
  });

  it("gets nothing run, loaded or sent by the console, even if something of it came into a page", async () => {
    await using context = await newContext();
    const page = await context.newPage();
    await page.goto("/");
    const blocked = await page.evaluate(async (site) => {
      const seen = new Set<string>();
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => seen.add(effectiveDirective));
      const add = (name: string, attributes: Record<string, string>, text = "") => {
        const element = document.createElement(name);
        for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
        element.textContent = text;
        document.body.appendChild(element);
        return element;
      };
      add("script", {}, "window.pwned = 1");
      add("script", { src: `${site}/script.js` });
      add("b", { onclick: "window.pwned = 1" }).click();
      add("img", { src: `${site}/image.png` });
      add("iframe", { src: site });
      add("object", { data: site });
      add("style", {}, "body { display: none }");
      add("base", { href: site });
      add("form", { action: site, method: "post" });
      document.forms[document.forms.length - 1]?.submit();
      await fetch(site, { mode: "no-cors" }).catch(() => undefined);
      const deadline = Date.now() + 5_000;
      while (seen.size < 9 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
      return [...seen].sort();
    }, foreign.crossSite);
    const expected = [
      "base-uri",
      "connect-src",
      "form-action",
      "frame-src",
      "img-src",
      "object-src",
      "script-src-attr",
      "script-src-elem",
      "style-src-elem",
    ];
    expect(blocked).toEqual(expected);
    expect(await page.evaluate(() => (globalThis as { pwned?: unknown }).pwned)).toBeUndefined();
    expect(new URL(page.url()).origin).toBe(shop.url);
  });
});

/** Resolves when something is shown in the page's only frame, be it an error. */
async function frame(page: Page, url: string): Promise<void> {
  await page.evaluate(async (src) => {
    document.querySelector("iframe")?.remove();
    const element = document.createElement("iframe");
    element.src = src;
    const loaded = new Promise((resolve) => element.addEventListener("load", resolve));
    document.body.appendChild(element);
    await loaded;
  }, url);
}

/** In a page of another site. */
function submit({ to, enctype }: { to: string; enctype: string }): void {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: to, enctype });
  form.appendChild(Object.assign(document.createElement("input"), { name: "reason", value: "forged" }));
  document.body.appendChild(form);
  form.submit();
}
