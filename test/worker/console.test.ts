import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { STATUSES } from "../../schema/contract/statuses.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { type ConsolePage, PAGES } from "../../src/console/pages.ts";
import { health } from "../../src/hub/read/health.ts";
import { examplePages } from "../example-pages.ts";
import { aroundD1 } from "./support/around-d1.ts";
import { bulkDispatches } from "./support/bulk.ts";
import { consoleOf, storedExamples } from "./support/console.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { envWith, hub, store, storedDispatch, unique } from "./support/hub.ts";
import { idAt } from "./support/old-chains.ts";
import { BEFORE, OLD, storeBulk, YOUNG } from "./support/purging.ts";
import { rows } from "./support/rows.ts";

const page = async (path = "/") => await consoleOf().get(path);

/** What the overview says of a status: `<b>3</b> failed`. */
function countOn(html: string, name: string): number {
  return Number(new RegExp(`<b>([\\d,]+)</b> ${name}<`).exec(html)?.[1]?.replace(",", ""));
}

/** Addresses that answer GET and show no page: files, figures for machines, a search, raw data, a stream. */
const NO_PAGES = ["/style.css", "/console.js", "/icon.svg", "/health", "/search", "/events/:id/data", "/dispatches/:id/watch"];

describe("every page", () => {
  let pages: readonly string[];

  beforeAll(async () => {
    pages = examplePages(await storedExamples()).map(({ address }) => address);
  });

  it("is declared, or no test looks at it", () => {
    const declared = Object.values<ConsolePage>(PAGES).map(({ path }) => path);
    const answered = consoleOf().routes.flatMap(({ method, path }) => (method === "GET" ? [path] : []));
    expect(new Set(answered)).toEqual(new Set([...declared, ...NO_PAGES]));
  });

  it("forbids everything but what the hub itself serves, and any frame around it", async () => {
    for (const path of [...pages, "/nowhere", "/style.css", "/health"]) {
      const { headers } = await page(path);
      const policy = headers.get("content-security-policy") ?? "";
      const directives = new Map(policy.split(";").map((directive) => directive.trim().split(/ (.*)/s) as [string, string]));
      expect([path, directives.get("default-src")]).toEqual([path, "'none'"]);
      expect(directives.get("script-src")).toBe("'self'");
      expect(directives.get("style-src")).toMatch(/^'self' 'nonce-[\w+/=]+'$/);
      for (const name of ["frame-ancestors", "base-uri"]) expect(directives.get(name)).toBe("'none'");
      for (const name of ["form-action", "connect-src", "img-src"]) expect(directives.get(name)).toBe("'self'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("same-origin");
    }
  });

  it("is never stored, and needs nothing that its policy forbids", async () => {
    for (const path of pages) {
      const response = await page(path);
      const html = await response.text();
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(html).toMatch(/^<!doctype html>/i);
      expect(html).not.toMatch(/<style|<[^>]*\s(style|on\w+)=|(src|href|action)="(https?:)?\/\/|<script(?! src="\/console\.js")/);
    }
  });

  it("loads its style, its script and its icon from the hub", async () => {
    const html = await (await page()).text();
    const loaded = [...html.matchAll(/<(?:link|script)[^>]*(?:href|src)="([^"]+)"/g)].map(([, address]) => address ?? "");
    expect(loaded.toSorted()).toEqual(["/console.js", "/icon.svg", "/style.css"]);
    for (const address of loaded) {
      const response = await page(address);
      expect([address, response.status]).toEqual([address, 200]);
      expect((await response.text()).length).toBeGreaterThan(100);
    }
  });
});

describe("the overview", () => {
  it("shows how many dispatches stand how, and how many are overdue", async () => {
    const before = await (await page()).text();
    const added = Object.fromEntries(STATUSES.map((status, index) => [status, index + 1]));
    const hex = Date.now().toString(16).padStart(12, "0");
    const eventId = `${hex.slice(0, 8)}-${hex.slice(8)}-7000`;
    let ordinal = 0;
    for (const status of STATUSES) {
      const many = Array.from({ length: added[status] ?? 0 }, () => ({
        id: `${eventId}-${ordinal++}`,
        status,
        checkAt: status === "ongoing" ? 1 : null,
        settledAt: Date.now(),
      }));
      await bulkDispatches(many.map((dispatch) => ({ ...dispatch, eventId, route: "r", destination: "d" })));
    }
    const html = await (await page()).text();
    for (const status of STATUSES) expect([status, countOn(html, status) - countOn(before, status)]).toEqual([status, added[status]]);
    expect(countOn(html, "overdue") - countOn(before, "overdue")).toBe(added["ongoing"]);
    const { counts, overdue } = await hub.health();
    expect([...STATUSES.map((status) => counts[status]), overdue]).toEqual([...STATUSES, "overdue"].map((name) => countOn(html, name)));
  });

  it("lists the latest events by type and source, the newest first, without what they say", async () => {
    const types = Array.from({ length: 10 }, () => unique("unrouted.shown-"));
    await store(types.map((type) => ({ type, data: { secret: "do-not-show" }, source: `of ${type}`, subject: "do-not-show-either" })));
    const html = await (await page()).text();
    const places = types.map((type) => html.indexOf(`>${type}</bdi>`));
    expect(places.slice(0, 2)).toEqual([-1, -1]);
    expect(places.slice(2)).toEqual(places.slice(2).toSorted((a, b) => b - a));
    expect(Math.min(...places.slice(2))).toBeGreaterThan(0);
    expect(html).not.toContain("do-not-show");
  });

  it("shows hostile text as text", async () => {
    const hostile = `<script>alert("1")</script><img src=x onerror='alert(1)'>&amp;`;
    await store({ type: "unrouted.hostile", data: 1, source: hostile });
    await rows("UPDATE events SET type = ? WHERE type = 'unrouted.hostile'", `${hostile}type`);
    const html = await (await page()).text();
    expect(html).not.toMatch(/<script>|<img|onerror='/);
    expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    expect(html).toContain("&amp;amp;type");
  });

  const broken = { destinations: { "<b>x</b>": { worker: "X" } }, routes: [{ id: "r", on: "a", to: "<i>nobody</i>" }] };

  it("says 503 and what is wrong when the configuration is invalid, as text, and still shows what is stored", async () => {
    await store({ type: "later.kept", data: 1 });
    const response = await consoleOf({ HUB_CONFIG: broken }).get("/");
    const html = await response.text();
    expect(response.status).toBe(503);
    expect(html).toContain("The configuration is invalid.");
    expect(html).toContain("&lt;b&gt;x&lt;/b&gt;");
    expect(html).not.toMatch(/<b>x|<i>/);
    expect(countOn(html, "ongoing")).toBeGreaterThan(0);
  });

  it("says 503 and which variable when one is not JSON", async () => {
    const response = await consoleOf({ HUB_CONFIG: "{ nothing" }).get("/");
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("HUB_CONFIG is not JSON");
  });

  it("says the same to machines at /health", async () => {
    const well = await page("/health");
    expect([well.status, Object.keys(await well.json<object>())]).toEqual([200, Object.keys(await hub.health())]);
    const wrong = await consoleOf({ HUB_CONFIG: broken }).get("/health");
    expect(wrong.status).toBe(503);
    expect(await wrong.json()).toMatchObject({
      config: { issues: expect.arrayContaining([expect.objectContaining({ message: expect.any(String) })]) },
    });
  });
});

describe("what cannot be answered", () => {
  it("says 503 and what to do when the database is away, and nothing of its inside", async () => {
    const away = consoleOf({ DB: faultyD1(env.DB, { of: /FROM/, faultOf: () => "lost", message: "D1_ERROR: overloaded" }) });
    for (const path of ["/dispatches", "/events"]) {
      const response = await away.get(path);
      const html = await response.text();
      expect([path, response.status]).toEqual([path, 503]);
      expect(html).toContain("What to do:");
    }
  });

  it("says 500 and nothing of its inside when nobody foresaw it, and tells the log", async () => {
    const strange = consoleOf({ DB: faultyD1(env.DB, { of: /FROM/, faultOf: () => "lost", message: "D1_ERROR: secret detail" }) });
    const response = await strange.get("/dispatches");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret detail");
    expect(String(strange.logged[0])).toContain("secret detail");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("is 404 for what is not there, 400 for what cannot be asked, each in words", async () => {
    const id = "01a1fe1b-cfaa-70b7-bd5b-de34b9ef6550";
    const answers: readonly [path: string, status: number, text: string][] = [
      ["/nowhere", 404, "There is no such page."],
      [`/events/${id}`, 404, "There is no event of this id"],
      [`/events/${id}/data`, 404, "There is no event of this id"],
      [`/dispatches/${id}-0`, 404, "There is no dispatch of this id"],
      [`/dispatches/${id}-0/watch`, 404, "There is no dispatch of this id"],
      [`/bulks/${id}`, 404, "There is no bulk operation of this id"],
      ["/dispatches?status=broken", 400, "status"],
      ["/events?from=yesterday", 400, "from"],
      ["/events?cursor=nonsense", 400, "The cursor is not one of this query"],
    ];
    for (const [path, status, text] of answers) {
      const response = await page(path);
      expect([path, response.status]).toEqual([path, status]);
      expect(await response.text()).toContain(text);
    }
  });

  it("is 409 for an operation that came too late, and nothing is changed", async () => {
    const id = await storedDispatch({ type: "later.cancelled", data: 1 });
    await rows("UPDATE dispatches SET status = 'complete', check_at = NULL, settled_at = 1 WHERE id = ?", id);
    const late = await consoleOf().post(`/dispatches/${id}/cancel`);
    expect(late.status).toBe(409);
    expect(await late.text()).toContain("complete");
    expect((await hub.getDispatch(id))?.notes).toEqual([]);
  });

  it("is 413 for more than an event can hold", async () => {
    const response = await consoleOf().post("/events", { type: "a", data: JSON.stringify("x".repeat(4_000_000)) });
    expect(response.status).toBe(413);
  });
});

/** The hub with a database that says it is so large. */
function sized(bytes: number) {
  return aroundD1(env.DB, async ({ go }) => (await go()).map((result) => ({ ...result, meta: { ...result.meta, size_after: bytes } })));
}

describe("the room that is left", () => {
  const limitBytes = 10_000_000_000;

  it("is known from what the database says of itself", async () => {
    await store({ type: "unrouted.room", data: "x".repeat(500_000) });
    const { meta } = await env.DB.prepare("SELECT 1").run();
    expect(meta.size_after).toBeGreaterThan(500_000);
    expect((await hub.health()).storage).toEqual({ bytes: meta.size_after, limitBytes, warning: false });
  });

  const sizes: readonly [number, boolean][] = [
    [0, false],
    [6_999_999_999, false],
    [7_000_000_000, true],
    [10_000_000_000, true],
    [11_000_000_000, true],
  ];
  for (const [bytes, warning] of sizes) {
    it(`${bytes} bytes of 10 GB ${warning ? "are" : "are not yet"} a reason to warn, on the page as well`, async () => {
      const DB = sized(bytes);
      expect((await health(createHub(envWith({ DB })))).storage).toEqual({ bytes, limitBytes, warning });
      const html = await (await consoleOf({ DB }).get("/")).text();
      expect(html.includes("purge what is old")).toBe(warning);
    });
  }

  it("is shown in figures and as a meter that turns at 70 %", async () => {
    const html = await (await consoleOf({ DB: sized(1_234_567_890) }).get("/")).text();
    const [meter] = /<meter[^>]*>/.exec(html) ?? [];
    const value = (name: string) => Number(new RegExp(`\\b${name}="([^"]*)"`).exec(meter ?? "")?.[1]);
    expect([value("min"), value("value"), value("max")]).toEqual([0, 1_234_567_890, limitBytes]);
    expect(value("high")).toBeCloseTo(7_000_000_000, 0);
    expect(html).toContain("1,234.6 MB, 12.3 % of 10 GB");
  });
});

describe("a bulk operation that was purged", () => {
  it("is no longer there, and a dispatch that it retried is shown as ever, with its id", async () => {
    const bulk = await storeBulk({ startedAt: OLD, endedAt: OLD });
    const id = await storedDispatch({ type: "later.purged", data: 1 });
    const detail = JSON.stringify({ redrive: `${id}-r1`, bulk });
    await rows(
      `INSERT INTO notes (subject_id, id, at, kind, "by", detail) VALUES (?, ?, ?, 'retry', 'ada', ?)`,
      id,
      idAt(YOUNG),
      YOUNG,
      detail,
    );
    expect(await hub.purge(new Date(BEFORE))).toMatchObject({ events: 0, notes: 1, bulks: 1 });
    const shown = await page(`/dispatches/${id}`);
    const html = await shown.text();
    expect([shown.status, html.includes(bulk), html.includes(`href="/bulks/${bulk}`)]).toEqual([200, true, false]);
    const gone = await page(`/bulks/${bulk}`);
    expect([gone.status, (await gone.text()).includes("it may have been purged")]).toEqual([404, true]);
    expect(await (await page("/bulks")).text()).not.toContain(bulk);
  });
});
