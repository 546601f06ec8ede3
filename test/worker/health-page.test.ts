import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { STATUSES } from "../../schema/contract.ts";
import { consoleApp } from "../../src/console/app.tsx";
import { health } from "../../src/hub/health.ts";
import { aroundD1 } from "./support/around-d1.ts";
import { bulkDispatches } from "./support/bulk.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { envWith, hub, store, unique } from "./support/hub.ts";
import { rows } from "./support/rows.ts";

const page = async (path = "/", init?: RequestInit) => await exports.default.fetch(new Request(`https://hub.example${path}`, init));

/** The page of a hub with other bindings. */
const pageOf = async (given: Env) => await consoleApp({ health: async () => await health(given) }).request("/");

/** What the page says of a status: `<b>3</b> failed`. */
function countOn(html: string, name: string): number {
  return Number(new RegExp(`<b>(\\d+)</b> ${name}<`).exec(html)?.[1]);
}

describe("the page at /", () => {
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
      }));
      await bulkDispatches(many.map((dispatch) => ({ ...dispatch, eventId, route: "r", destination: "d" })));
    }
    const response = await page();
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
    for (const status of STATUSES) expect([status, countOn(html, status) - countOn(before, status)]).toEqual([status, added[status]]);
    expect(countOn(html, "overdue") - countOn(before, "overdue")).toBe(added["ongoing"]);
    const { counts, overdue } = await hub.health();
    expect([...STATUSES.map((status) => counts[status]), overdue]).toEqual([...STATUSES, "overdue"].map((name) => countOn(html, name)));
  });

  it("counts events of the last day only", async () => {
    const before = countOn(await (await page()).text(), "complete");
    const hex = (Date.now() - 86_400_000 - 60_000).toString(16).padStart(12, "0");
    const eventId = `${hex.slice(0, 8)}-${hex.slice(8)}-7000`;
    await bulkDispatches([{ id: `${eventId}-0`, eventId, route: "r", destination: "d", status: "complete", checkAt: null }]);
    expect(countOn(await (await page()).text(), "complete")).toBe(before);
  });

  it("lists the latest events by type and source, the newest first, and shows no payload", async () => {
    const types = Array.from({ length: 25 }, () => unique("unrouted.shown-"));
    await store(types.map((type) => ({ type, data: { secret: "do-not-show" }, source: `of ${type}`, subject: "do-not-show-either" })));
    const html = await (await page()).text();
    const places = types.map((type) => html.indexOf(`<td>${type}</td>`));
    expect(places.slice(0, 5)).toEqual([-1, -1, -1, -1, -1]);
    expect(places.slice(5)).toEqual(places.slice(5).toSorted((a, b) => b - a));
    expect(Math.min(...places.slice(5))).toBeGreaterThan(0);
    expect(html).toContain(`of ${types[24]}`);
    expect(html).not.toContain("do-not-show");
  });

  it("shows hostile text as text", async () => {
    const hostile = `<script>alert("1")</script><img src=x onerror='alert(1)'>&amp;`;
    await store({ type: "unrouted.hostile", data: 1, source: hostile });
    await rows("UPDATE events SET type = ? WHERE type = 'unrouted.hostile'", `${hostile}type`);
    const html = await (await page()).text();
    expect(html).not.toMatch(/<script|<img|onerror='/);
    expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    expect(html).toContain("&amp;amp;type");
  });

  it("forbids everything but its own style sheet", async () => {
    const { headers } = await page();
    const policy = headers.get("content-security-policy") ?? "";
    const directives = policy.split(";").map((directive) => directive.trim());
    expect(directives).toContain("default-src 'none'");
    expect(directives).toContain("frame-ancestors 'none'");
    expect(directives).toContain("base-uri 'none'");
    expect(directives).toContain("form-action 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(directives.some((directive) => directive.startsWith("script-src"))).toBe(false);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("needs nothing that its policy forbids", async () => {
    const html = await (await page()).text();
    expect(html).not.toMatch(/<script|<style|<[^>]*\s(style|on\w+)=|(src|href|action)="(https?:)?\/\//);
    const [, href] = /<link rel="stylesheet" href="([^"]+)"/.exec(html) ?? [];
    const sheet = await page(href);
    expect(sheet.status).toBe(200);
    expect(sheet.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect((await sheet.text()).length).toBeGreaterThan(100);
  });

  it("says 503 and what is wrong when the configuration is invalid, as text", async () => {
    const broken = { destinations: { "<b>x</b>": { worker: "X" } }, routes: [{ id: "r", on: "a", to: "<i>nobody</i>" }] };
    const response = await pageOf(envWith({ HUB_CONFIG: broken }));
    const html = await response.text();
    expect(response.status).toBe(503);
    expect(html).toContain("The configuration is invalid.");
    expect(html).toContain("&lt;b&gt;x&lt;/b&gt;");
    expect(html).not.toMatch(/<b>x|<i>/);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("says 503 and which variable when one is not JSON", async () => {
    const response = await pageOf(envWith({ HUB_CONFIG: "{ nothing" }));
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("HUB_CONFIG is not JSON");
  });

  it("still shows the counts when the configuration is invalid: nothing stored is lost", async () => {
    await store({ type: "later.kept", data: 1 });
    const html = await (await pageOf(envWith({ HUB_CONFIG: {} }))).text();
    expect(countOn(html, "ongoing")).toBeGreaterThan(0);
  });

  it("says 500 and nothing of its inside when the database is away", async () => {
    const response = await pageOf(
      envWith({ DB: faultyD1(env.DB, { of: /FROM/, faultOf: () => "lost", message: "D1_ERROR: secret detail" }) }),
    );
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret detail");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});

/** The hub with a database that says it is so large. */
function sized(bytes: number): Env {
  const d1 = aroundD1(env.DB, async ({ go }) => (await go()).map((result) => ({ ...result, meta: { ...result.meta, size_after: bytes } })));
  return envWith({ DB: d1 });
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
      const given = sized(bytes);
      expect((await health(given)).storage).toEqual({ bytes, limitBytes, warning });
      const html = await (await pageOf(given)).text();
      const [room] = /<p class="room.*?<\/p>/s.exec(html) ?? [];
      expect(room?.includes('role="alert"')).toBe(warning);
      expect(room?.includes("purge what is old")).toBe(warning);
    });
  }

  it("is shown in figures and as a meter that turns at 70 %", async () => {
    const html = await (await pageOf(sized(1_234_567_890))).text();
    const [meter] = /<meter[^>]*>/.exec(html) ?? [];
    const value = (name: string) => Number(new RegExp(`\\b${name}="([^"]*)"`).exec(meter ?? "")?.[1]);
    expect([value("min"), value("value"), value("max")]).toEqual([0, 1_234_567_890, limitBytes]);
    expect(value("high")).toBeCloseTo(7_000_000_000, 0);
    expect(html).toContain("1,234.6 MB, 12.3 % of 10 GB.");
  });

  it("is shown without anything of what is stored in it, also when it warns", async () => {
    await store({ type: unique("unrouted.room-"), data: { secret: "do-not-show" }, subject: "do-not-show-either" });
    const response = await pageOf(sized(9_000_000_000));
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain("purge what is old");
    expect(html).not.toContain("do-not-show");
  });
});

describe("everything else", () => {
  it("is not found, with the same policy", async () => {
    for (const path of ["/nowhere", "/index.html", "//", "/style.css/x"]) {
      const response = await page(path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    }
  });

  it("cannot be written to", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) expect((await page("/", { method })).status).toBe(404);
  });
});
