/** What each page shows, beside what the hub has stored. */
import type { DispatchDetail, EmitReceipt, Health, Stats } from "flowhub";
import type { Locator, Page } from "playwright-core";
import prettyMs from "pretty-ms";
import { beforeAll, describe, expect, it } from "vitest";
import { PAGE_NAMES, PAGES, type PageName, type PageWithId, pathOf } from "../../src/console/pages.ts";
import { plain } from "../../tools/local/observer.ts";
import { takesId } from "../example-pages.ts";
import { answered, cellsOf, consoleTest, dispatchTo, eventually, rowsOf, textOf } from "./console-test.ts";

const { hub, shop, openTab, emit, stored } = consoleTest();

const ORDER = {
  order: "1042",
  total: 1_249.5,
  customer: { name: "Ada Lovelace", country: "GB" },
  items: [{ sku: "kettle", quantity: 1 }, { sku: "sencha 250 g" }],
  gift: false,
  note: null,
};
const DECLINED = "card declined: insufficient funds";
const DESTINATIONS = ["analytics", "billing", "email", "loyalty", "warehouse"];

describe("An empty hub", () => {
  it("is well, and says of everything that there is none yet", async () => {
    const page = await openTab();
    await page.goto("/");
    expect(await textOf(page.locator(".notice"))).toBe("All is well: everything that was accepted has arrived or is on its way.");
    expect(await countsOf(page)).toEqual({ ...STATUSES_AT_0, "dead letters": 0, overdue: 0 });
    const rows = await rowsOf(page.getByRole("table"));
    expect(rows.map(({ Destination }) => Destination)).toEqual(DESTINATIONS);
    for (const row of rows) {
      expect(row).toMatchObject({
        State: "✓ active",
        "Throughput, 24 hours": "nothing",
        "Given up": "0",
        Backlog: "0",
        "Oldest ongoing": "none",
      });
    }
    for (const words of ["No event has been emitted yet.", "Never audited."]) await page.getByText(words).waitFor();
    const empty: Readonly<Partial<Record<PageName, string>>> = {
      events: "No event has been emitted yet.",
      dispatches: "No dispatch is like that.",
      deadLetters: "Nothing that was given up is owed still.",
      deadLetterGroup: "None on this page.",
      bulks: "None so far. Dead letters can be redriven or dismissed together, and what is ongoing cancelled.",
      newBulk: "All that match have been retried or dismissed, or there are none.",
    };
    for (const name of PAGE_NAMES.filter((one) => !takesId(one))) {
      expect((await page.goto(PAGES[name].path))?.status(), name).toBe(200);
      const words = empty[name];
      if (words !== undefined) expect(await textOf(page.locator(".notice")), name).toBe(words);
    }
  });
});

describe("After a morning in the shop", () => {
  let order: EmitReceipt;
  let failed: DispatchDetail;
  let waiting: DispatchDetail;
  let stats: Stats;

  beforeAll(async () => {
    order = await emit({ type: "order.placed", source: "shop", subject: "1042", key: "order-1042", data: ORDER });
    const declined = await emit({ type: "order.placed", source: "shop", subject: "1043", data: { total: 64, card: "declined" } });
    const stock = await emit({ type: "stock.moved", source: "warehouse", subject: "kettle", data: { from: "A3" } });
    const reports = await Promise.all(
      ["1", "2"].map((subject) => emit({ type: "report.made", subject, data: { fails: "quota exceeded" } })),
    );
    for (const report of reports) await shop().until(dispatchTo(report, "analytics"), "failed");
    for (const name of ["billing", "warehouse", "analytics"]) await shop().until(dispatchTo(order, name), "complete");
    await shop().until(dispatchTo(order, "loyalty"), "misconfigured");
    failed = await shop().until(dispatchTo(declined, "billing"), "failed");
    waiting = await eventually(
      () => stored(dispatchTo(stock, "warehouse")),
      ({ attempts }) => attempts === 1,
    );
    await eventually(
      async () => plain(await hub().health()).counts,
      ({ ongoing }) => ongoing === 2,
    );
    // Figures are kept for some seconds.
    stats = await eventually(
      async () => plain(await hub().stats()),
      (now) => now.destinations.length === DESTINATIONS.length && backlogOf(now) === 2,
    );
  });

  it("the overview counts what stands how, as /health does for machines", async () => {
    const page = await openTab();
    await page.goto("/");
    const shown = await countsOf(page);
    const answer = await page.goto("/health");
    expect(answer?.status()).toBe(200);
    expect(answer?.headers()["content-type"]).toContain("application/json");
    const health = (await answer?.json()) as Health;
    expect(health.counts).toEqual(plain(await hub().health()).counts);
    expect(health.counts).toMatchObject({ ongoing: 2, failed: 3, misconfigured: 1, lost: 0 });
    expect(shown).toEqual({ ...health.counts, "dead letters": health.deadLetters.count, overdue: health.overdue });
    expect(health.deadLetters).toEqual({ count: 4, more: false });
    await page.goBack();
    await page.getByRole("link", { name: "failed" }).click();
    expect(await cellsOf(page.getByRole("table"))).toHaveLength(3);
  });

  it("the overview names what was given up and leads there", async () => {
    const page = await openTab();
    await page.goto("/");
    const alert = page.getByRole("alert", { name: "To be looked at" });
    expect(await textOf(alert)).toBe("4 dead letters: given up, and owed still.");
    await page.getByRole("row", { name: "billing" }).getByRole("link", { name: "1", exact: true }).click();
    expect(await textOf(page.locator("h1"))).toBe("Dead letters of billing");
    await page.goBack();
    await alert.getByRole("link").click();
    expect(await textOf(page.locator("h1"))).toBe("Dead letters");
  });

  it("the overview draws the throughput of each destination, with what was given up, and its backlog since when", async () => {
    const page = await openTab();
    await page.goto("/");
    for (const { destination, dispatches, counts, deadLetters, backlog, oldestOngoing } of stats.destinations) {
      const row = page.getByRole("row", { name: destination });
      const bad = counts.failed + counts.misconfigured + counts.lost;
      const name = `${dispatches} ${dispatches === 1 ? "dispatch" : "dispatches"}, ${bad} given up`;
      const chart = row.getByRole("img", { name, exact: true });
      await chart.waitFor();
      expect(await shareOf(chart, ".bad", ".some"), destination).toBeCloseTo(bad / dispatches, 1);
      const shown = (await rowsOf(page.getByRole("table"))).find(({ Destination }) => Destination === destination);
      expect(shown).toMatchObject({ "Given up": String(deadLetters), Backlog: String(backlog) });
      const oldest = await row.locator("a[href^='/dispatches/']").all();
      expect(await Promise.all(oldest.map((link) => link.getAttribute("href")))).toEqual(
        oldestOngoing === undefined ? [] : [`/dispatches/${oldestOngoing.id}`],
      );
    }
  });

  it("the overview tells the last audit and how much room there is", async () => {
    const { events } = plain(await hub().audit());
    const { storage } = plain(await hub().health());
    const page = await openTab();
    await page.goto("/");
    const upkeep = page.locator("section", { has: page.getByRole("heading", { name: "Upkeep" }) });
    expect(await textOf(upkeep)).toMatch(new RegExp(`Audited (now|\\d+ sec. ago): ${events} events, \\d+ dispatches, 0 unexplained\\.`));
    const meter = upkeep.locator("meter");
    expect(await meter.evaluate((element: HTMLMeterElement) => element.max)).toBe(storage.limitBytes);
    expect(await meter.evaluate((element: HTMLMeterElement) => element.value)).toBeGreaterThanOrEqual(storage.bytes);
    expect(await textOf(upkeep)).toContain(`${(storage.bytes / 1_000_000).toFixed(1)} MB, 0.0 % of 10 GB`);
  });

  it("the list of events shows the newest first, with what each says and how its dispatches stand", async () => {
    const page = await openTab();
    await page.goto("/events");
    const rows = await cellsOf(page.getByRole("table"));
    const { items } = plain(await hub().searchEvents());
    expect(rows.map(([type, subject]) => [type, subject])).toEqual(items.map(({ type, subject = "" }) => [type, subject]));
    const row = page.locator(`[id="${order.id}"]`);
    expect(await textOf(row)).toContain(`order.placed 1042 shop ● 1 ongoing ✓ 3 complete ⚠ 1 misconfigured ${EXCERPT}`);
    await row.getByRole("link").click();
    await page.waitForURL(`**/events/${order.id}`);
  });

  it("an event shows its attributes, and its data folded from the third level on", async () => {
    const page = await openTab();
    await page.goto(`/events/${order.id}`);
    const facts = await textOf(page.locator(".facts"));
    for (const fact of [`Id ${order.id}`, "Subject 1042", "Source shop", "Key order-1042"]) expect(facts).toContain(fact);
    const data = page.locator(".json");
    expect(await textOf(data)).toBe(
      '{ 6 } order: "1042" total: 1249.5 customer: { 2 } name: "Ada Lovelace" country: "GB" items: [ 2 ] 0: { 2 } 1: { 1 } gift: false note: null',
    );
    await data.getByText("0: { 2 }").click();
    await data.getByText('sku: "kettle"').waitFor();
    await data.getByText("items: [ 2 ]").click();
    await data.getByText('sku: "kettle"').waitFor({ state: "hidden" });
    await page.getByRole("link", { name: "Raw" }).click();
    expect(JSON.parse(await textOf(page.locator("body")))).toEqual(ORDER);
  });

  it("an event shows why each route took it or did not", async () => {
    const page = await openTab();
    await page.goto(`/events/${failed.eventId}`);
    expect(await cellsOf(page.getByLabel("Routes", { exact: true }).getByRole("table"))).toEqual([
      ["orders", "✓ yes", "type order.placed matches order.placed"],
      ["everything", "✓ yes", "type order.placed matches *"],
      ["thanks", "– no", "type order.placed matches order.*; $.data.customer exists true [no: nothing]"],
      [
        "big-orders",
        "– no",
        "type order.placed matches order.placed; $.data.total gte 1000 [no: 64] and not ($.data.test exact true [no: nothing])",
      ],
      ["receipts", "– no", "type order.placed does not match invoice.*"],
      ["stock", "– no", "type order.placed does not match stock.*"],
    ]);
  });

  it("an event lists its dispatches, each a link", async () => {
    const page = await openTab();
    await page.goto(`/events/${order.id}`);
    const table = page.getByRole("table").first();
    expect((await cellsOf(table)).map((cells) => cells.slice(1, 5))).toEqual([
      ["billing", "orders", "✓ complete", "1"],
      ["warehouse", "orders", "✓ complete", "1"],
      ["email", "thanks", "◷ scheduled", "0"],
      ["loyalty", "big-orders", "⚠ misconfigured", "1"],
      ["analytics", "everything", "✓ complete", "1"],
    ]);
    await table.getByRole("row", { name: "email" }).getByRole("link").click();
    await page.waitForURL(`**/dispatches/${dispatchTo(order, "email")}`);
    expect(await textOf(page.locator("h1"))).toBe("order.placed to email ◷ scheduled");
  });

  it("the chain of an event leads to what it caused, and from there back to the delivery", async () => {
    const page = await openTab();
    await page.goto(`/events/${order.id}`);
    const chain = page.locator("ul.chain");
    expect(await textOf(chain.locator("[aria-current]"))).toBe("order.placed");
    await chain.locator("li li").getByRole("link", { name: "invoice.sent" }).click();
    await page.getByRole("heading", { level: 1, name: "invoice.sent" }).waitFor();
    expect(await textOf(chain.locator("[aria-current]"))).toBe("invoice.sent");
    expect(await textOf(page.locator(".facts"))).toContain("Caused by an event, in this delivery, 1 deep");
    await page.getByRole("link", { name: "this delivery" }).click();
    await page.waitForURL(`**/dispatches/${dispatchTo(order, "billing")}`);
    await page.goBack();
    await page.getByRole("link", { name: "an event", exact: true }).click();
    await page.waitForURL(`**/events/${order.id}`);
  });

  it("a dispatch is drawn to scale: each attempt and each wait where and as long as it was", async () => {
    const { emittedAt } = plain(await hub().getEvent(failed.eventId)) ?? { emittedAt: "" };
    const attempts = failed.executions.map(({ startedAt, finishedAt }) => [Date.parse(startedAt), Date.parse(finishedAt)] as const);
    const from = Date.parse(emittedAt);
    const to = Math.max(...attempts.map(([, end]) => end), Date.parse(failed.settledAt ?? ""));
    const share = (time: number) => ((time - from) / (to - from)) * 100;
    const page = await openTab();
    await page.goto(`/dispatches/${failed.id}`);
    const drawn = page.locator(".timeline svg");

    const blocks = await extentsIn(drawn, "rect");
    expect(blocks).toHaveLength(3);
    for (const [index, [start, end]] of attempts.entries()) {
      expect(blocks[index]?.start).toBeCloseTo(Math.min(share(start), 99.5), 0);
      expect(blocks[index]?.length).toBeCloseTo(Math.max(share(end) - share(start), 0.5), 0);
    }
    const waits = await extentsIn(drawn, ".wait line");
    const ends = [from, ...attempts.map(([, end]) => end)];
    for (const [index, [start]] of attempts.entries()) {
      expect(waits[index]?.start).toBeCloseTo(share(ends[index] ?? 0), 0);
      expect(waits[index]?.length).toBeCloseTo(share(start) - share(ends[index] ?? 0), 0);
    }
    expect(await textOf(page.locator("figcaption"))).toBe([second(from), lasting(to - from), second(to)].join(" "));
  });

  it("of a dispatch that waits, the drawing ends when it is due, and says where now is", async () => {
    const page = await openTab();
    const before = Date.now();
    await page.goto(`/dispatches/${waiting.id}`);
    const start = Date.parse(plain(await hub().getEvent(waiting.eventId))?.emittedAt ?? "");
    const due = Date.parse(waiting.dueAt);
    const drawn = page.locator(".timeline svg");
    const [now] = await extentsIn(drawn, ".now line");
    expect(now?.start).toBeGreaterThan(((before - start) / (due - start)) * 100 - 0.5);
    expect(now?.start).toBeLessThan(((Date.now() - start) / (due - start)) * 100 + 0.5);
    const last = (await extentsIn(drawn, ".wait line")).at(-1);
    expect((last?.start ?? 0) + (last?.length ?? 0)).toBeCloseTo(100, 1);
    expect(await drawn.locator(".wait text").last().textContent()).toMatch(/^due in (59m|1h)/);
    expect(await textOf(page.locator("h1"))).toBe("stock.moved to warehouse ↻ waiting to retry");
    expect(await textOf(page.locator("main"))).toContain("the warehouse answered 503");
  });

  it("a dispatch tells each attempt with its outcome, how long it took and its error, the stack unfolding", async () => {
    const page = await openTab();
    await page.goto(`/dispatches/${failed.id}`);
    const table = page.getByLabel("Attempts", { exact: true }).getByRole("table");
    const rows = await cellsOf(table);
    expect(rows.map(([attempt, outcome, , took, error]) => [attempt, outcome, took, error])).toEqual(
      failed.executions.map(({ attempt, startedAt, finishedAt }) => [
        String(attempt),
        "✕ failed",
        lasting(Date.parse(finishedAt) - Date.parse(startedAt)),
        `Error: ${DECLINED}`,
      ]),
    );
    const stack = table.getByText(/at Billing\.handle|at .*handle/).first();
    await stack.waitFor({ state: "hidden" });
    await table.getByText(`Error: ${DECLINED}`).first().click();
    await stack.waitFor({ state: "visible" });
  });

  it("a dispatch tells its policy, its run, and the other dispatches of its event", async () => {
    const page = await openTab();
    await page.goto(`/dispatches/${dispatchTo(order, "loyalty")}`);
    const text = await textOf(page.locator("main"));
    expect(text).toContain("Policy 10s an attempt, 2 retries, linear from 400ms to 1h");
    expect(text).toContain('Worker "browser-never-deployed" not found');
    expect(text).toContain(`Workflow run ${(await stored(dispatchTo(order, "loyalty"))).run.status}`);
    const others = await cellsOf(page.getByRole("table").last());
    expect(others.map(([, destination]) => destination)).toEqual(["billing", "warehouse", "email", "analytics"]);
    await page.goto(`/dispatches/${dispatchTo(order, "email")}`);
    expect(await textOf(page.locator("main"))).toContain(`Workflow run ${(await stored(dispatchTo(order, "email"))).run.status}`);
  });

  it("times are told from now on, and exactly on hover", async () => {
    const page = await openTab({ clock: true });
    await page.goto(`/dispatches/${failed.id}`);
    const times = await page
      .locator("main time")
      .evaluateAll((all) => all.map((time) => ({ title: time.getAttribute("title"), text: time.textContent })));
    for (const { startedAt } of failed.executions) expect(times.map(({ title }) => title)).toContain(startedAt);
    expect(times.map(({ title }) => title)).toContain(failed.settledAt);
    for (const { text } of times) expect(text).toMatch(/^(now|\d+ (sec|min)\. ago|in 7 days)$/);
    await page.clock.fastForward("03:00:00");
    await expect.poll(() => textOf(page.getByLabel("Attempts", { exact: true }).locator("time"))).toBe("3 hr. ago");
  });

  it("dead letters are grouped by destination and error, each group with its number and its dispatches", async () => {
    const page = await openTab();
    await page.goto("/dead-letters");
    const rows = await cellsOf(page.getByRole("table"));
    expect(rows.map((cells) => cells.slice(0, 4))).toEqual(
      plain(await hub().deadLetters()).groups.map(({ destination, status, reason = "", count }) => [
        destination,
        `${status === "failed" ? "✕" : "⚠"} ${status}`,
        reason,
        String(count),
      ]),
    );
    expect(rows[0]?.slice(0, 4)).toEqual(["analytics", "✕ failed", "quota exceeded", "2"]);
    await page.getByRole("row", { name: "quota exceeded" }).getByRole("link", { name: "2", exact: true }).click();
    expect(await textOf(page.locator("h1"))).toBe("failed to analytics");
    expect((await cellsOf(page.getByRole("table"))).map(([, , destination, , status]) => [destination, status])).toEqual([
      ["analytics", "✕ failed"],
      ["analytics", "✕ failed"],
    ]);
  });

  it("each destination shows its binding, its routes with conditions and policies, and how long it takes", async () => {
    const page = await openTab();
    await page.goto("/destinations");
    expect((await page.locator("h2").allInnerTexts()).map((text) => text.trim())).toEqual(DESTINATIONS.map((name) => `${name} ✓ active`));
    const warehouse = page.getByRole("region", { name: "warehouse" });
    expect(await textOf(warehouse)).toContain(
      "Service binding DEST_WAREHOUSE, held back after 500 failures in a row and tried each 1 minute",
    );
    expect(await cellsOf(warehouse.getByRole("table"))).toEqual([
      ["orders", "order.placed", "none", "10s", "2 retries, linear from 400ms to 1h"],
      ["stock", "stock.*", "none", "10s", "3 retries, constant 1h"],
    ]);
    expect(await cellsOf(page.getByRole("region", { name: "email" }).getByRole("table"))).toEqual([
      ["thanks", "order.* where $.data.customer exists true", "7d", "10s", "2 retries, linear from 400ms to 1h"],
      ["receipts", "invoice.*", "none", "10s", "2 retries, linear from 400ms to 1h"],
    ]);
    for (const { destination, attempts, backlog, handleMs, settledMs } of stats.destinations) {
      const text = await textOf(page.getByRole("region", { name: destination }).locator(".figures"));
      expect(text).toContain(`${backlog} in the backlog`);
      expect(text).toContain(`${attempts} attempt`);
      for (const [label, times] of [
        ["handle()", handleMs],
        ["emitted to settled", settledMs],
      ] as const) {
        if (times === undefined) continue;
        expect(text).toContain(`${label} p50 ${lasting(times.p50)} p95 ${lasting(times.p95)} p99 ${lasting(times.p99)}`);
      }
    }
    expect(stats.destinations.filter(({ handleMs }) => handleMs !== undefined)).not.toEqual([]);
  });

  it("a bulk operation shows whose it is, why, of what, and how far it came", async () => {
    const { id } = plain(await hub().retryDispatches({ destination: "analytics" }, { by: "ada", reason: "quota raised" }));
    await eventually(
      async () => plain(await hub().getBulk(id)),
      (bulk) => bulk?.state === "finished",
    );
    const page = await openTab();
    await page.goto("/bulks");
    const line = page.locator("main li");
    expect(await textOf(line)).toMatch(/^Redrive ✓ finished 2 done, by ada/);
    await line.getByRole("link").click();
    await page.waitForURL(`**/bulks/${id}`);
    expect(await textOf(page.locator("h1"))).toBe("Redrive ✓ finished");
    const text = await textOf(page.locator("main"));
    expect(text).toContain("destination analytics");
    expect(text).toContain("2 redriven");
    expect(text).toMatch(/By ada: quota raised\. Started .*, ended .*\./);
    expect(await page.locator("progress").evaluate(({ value, max }: HTMLProgressElement) => value / max)).toBe(1);
  });
});

describe("What is not there", () => {
  const ABSENT: Readonly<Record<PageWithId, string>> = {
    event: "There is no event of this id: it may have been purged.",
    dispatch: "There is no dispatch of this id: it may have been purged.",
    bulk: "There is no bulk operation of this id: it may have been purged.",
  };
  const UNKNOWN = [
    ...PAGE_NAMES.filter(takesId).map((name) => [pathOf(name, "none"), ABSENT[name]] as const),
    ["/events/none/data", ABSENT.event],
    ["/dispatches/none/watch", ABSENT.dispatch],
    ["/nowhere", "There is no such page."],
  ] as const;

  it.each(UNKNOWN)("%s is answered with 404 and words", async (path, words) => {
    const page = await openTab({ expects: [answered(404)] });
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(404);
    expect(await textOf(page.locator("h1"))).toBe("There is nothing here");
    expect(await textOf(page.getByRole("alert"))).toBe(words);
    await page.getByRole("link", { name: "Overview" }).first().click();
    await page.waitForURL(/\/$/);
  });

  const WRONG = {
    "/dispatches?status=never": /^status: /,
    "/dispatches?from=yesterday": /^from: /,
    "/events?to=2026-13-01": /^to: /,
    "/events?cursor=none": /cursor/i,
    "/dead-letters/group?status=never": /^status: /,
    "/bulks/new?kind=retry&status=ongoing": /^status: /,
  };

  it.each(Object.entries(WRONG))("%s is answered with 400, and says what is wrong", async (path, words) => {
    const page = await openTab({ expects: [answered(400)] });
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(400);
    expect(await textOf(page.getByRole("alert"))).toMatch(words);
    await page.getByText(/^What to do: /).waitFor();
  });
});

const STATUSES_AT_0 = { ongoing: 0, complete: 0, ignored: 0, failed: 0, misconfigured: 0, lost: 0, cancelled: 0 };
const EXCERPT = JSON.stringify(ORDER).slice(0, 200);

function backlogOf({ destinations }: Stats): number {
  return destinations.reduce((sum, { backlog }) => sum + backlog, 0);
}

/** `{ ongoing: 2, complete: 9, … }` as the overview says. */
async function countsOf(page: Page): Promise<Record<string, number>> {
  const texts = await page.locator(".counts li").allInnerTexts();
  return Object.fromEntries(texts.map((text) => text.trim().split(/\s+/)).map(([number, ...name]) => [name.join(" "), Number(number)]));
}

/** How high some bars of a chart are, all together, compared with others. */
async function shareOf(chart: Locator, some: string, others: string): Promise<number> {
  const heightOf = async (selector: string) => (await extentsIn(chart, selector, "height")).reduce((sum, { length }) => sum + length, 0);
  return (await heightOf(some)) / (await heightOf(others));
}

interface Extent {
  readonly start: number;
  readonly length: number;
}

/** Where shapes of a drawing are seen, in percent of its width or height. */
async function extentsIn(drawing: Locator, selector: string, side: "width" | "height" = "width"): Promise<Extent[]> {
  return await drawing.evaluate(
    (svg, { selector, side }) => {
      const whole = svg.getBoundingClientRect();
      return [...svg.querySelectorAll(selector)]
        .map((shape) => shape.getBoundingClientRect())
        .map((box) => ({
          start: ((side === "width" ? box.left - whole.left : box.top - whole.top) / whole[side]) * 100,
          length: (box[side] / whole[side]) * 100,
        }));
    },
    { selector, side },
  );
}

function lasting(ms: number): string {
  return prettyMs(Math.round(ms), { unitCount: 2, secondsDecimalDigits: ms < 60_000 ? 1 : 0 });
}

function second(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
