/** Lists that are filtered, shared and read to their end, and the search box that stands on every page. */
import type { DispatchView, EmitInput, EmitReceipt, EventSummary } from "flowhub";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { plain } from "../../tools/local/observer.ts";
import { consoleTest, dispatchTo, eventually, textOf } from "./console-test.ts";

const { hub, shop, openTab, startQuietHub, emit } = consoleTest();

const SUBJECT_LIKE_AN_ID = "0b8f4f6e-6f0a-4d52-9a55-0d6a3d3f2c11";
const MANY = 120;

let rare: EmitReceipt;
let order: EmitReceipt;
let report: EmitReceipt;
let refused: EmitReceipt;
/** Between what was emitted before and what was emitted after, to the second. */
let between: string;
let events: readonly EventSummary[];
let dispatches: readonly DispatchView[];

beforeAll(async () => {
  rare = await emit({ type: "tea.blended", subject: "blend", data: { note: "bergamot & Cornflower" } });
  order = await emit({ type: "order.placed", source: "shop", subject: "1042", key: "order-1042", data: { total: 5, item: "kettle" } });
  await Promise.all(["billing", "analytics"].map((name) => shop().until(dispatchTo(order, name), "complete")));
  const boundary = Math.ceil((Date.now() + 1) / 1_000) * 1_000;
  await eventually(
    async () => Date.now(),
    (now) => now > boundary,
  );
  between = new Date(boundary).toISOString().slice(0, 19).replace("T", " ");
  report = await emit({ type: "report.made", source: "office", subject: SUBJECT_LIKE_AN_ID, data: { pages: 3, item: "teapot" } });
  refused = await emit({ type: "report.made", source: "office", subject: "1042", data: { fails: "quota exceeded" } });
  await shop().until(dispatchTo(refused, "analytics"), "failed");
  await eventually(
    async () => plain(await hub().health()).counts.ongoing,
    (ongoing) => ongoing === 0,
  );
  events = plain(await hub().searchEvents({ limit: 200 })).items;
  dispatches = plain(await hub().listDispatches({ limit: 200 })).items;
});

describe("Events are found", () => {
  const holds =
    (text: string) =>
    ({ excerpt }: EventSummary) =>
      excerpt.toLowerCase().includes(text);
  const FILTERS: readonly [what: string, fill: () => Record<string, string>, matches: (event: EventSummary) => boolean][] = [
    ["by type", () => ({ Type: "report.made" }), ({ type }) => type === "report.made"],
    ["by subject", () => ({ Subject: "1042" }), ({ subject }) => subject === "1042"],
    ["by source", () => ({ Source: "office" }), ({ source }) => source === "office"],
    ["by key", () => ({ Key: "order-1042" }), ({ id }) => id === order.id],
    ["by text in the data, whatever the case of its letters", () => ({ "Text in the data": "cornFLOWER" }), holds("cornflower")],
    ["by text with signs that mean something elsewhere", () => ({ "Text in the data": "bergamot & c" }), holds("bergamot & c")],
    ["from a moment on", () => ({ "From (UTC)": between }), ({ emittedAt }) => emittedAt >= moment()],
    ["up to a moment", () => ({ "To (UTC)": between }), ({ emittedAt }) => emittedAt < moment()],
    ["by several of these together", () => ({ Subject: "1042", Type: "report.made" }), ({ id }) => id === refused.id],
  ];

  it.each(FILTERS)("%s", async (_, fill, matches) => {
    const page = await openTab();
    await page.goto("/events");
    await search(page, fill());
    await expectRows(page, events.filter(matches));
    for (const [label, value] of Object.entries(fill())) expect(await page.getByLabel(label, { exact: true }).inputValue()).toBe(value);
  });

  it("at an address that can be kept and shared", async () => {
    const page = await openTab();
    await page.goto("/events");
    await search(page, { Type: "report.made", Source: "office", "Text in the data": "teapot", "From (UTC)": between });
    await expectShared(page);
  });

  it("by the chain they belong to", async () => {
    const page = await openTab();
    await page.goto(`/events?correlationId=${order.id}`);
    const chain = events.filter(({ correlationId }) => correlationId === order.id);
    expect(chain.length).toBeGreaterThan(1);
    await expectRows(page, chain);
    expect(await page.getByLabel("Chain").inputValue()).toBe(order.id);
    await search(page, { Type: "invoice.sent" });
    await expectRows(
      page,
      chain.filter(({ id }) => id !== order.id),
    );
  });

  it("or said to be none", async () => {
    const page = await openTab();
    await page.goto("/events");
    await search(page, { Subject: "nobody" });
    await page.getByText("No event is like that.").waitFor();
  });
});

describe("Dispatches are found", () => {
  const FILTERS: readonly [what: string, fill: () => Record<string, string>, matches: (dispatch: DispatchView) => boolean][] = [
    ["by status", () => ({ Status: "failed" }), ({ status }) => status === "failed"],
    ["by destination", () => ({ Destination: "billing" }), ({ destination }) => destination === "billing"],
    ["by route", () => ({ Route: "receipts" }), ({ route }) => route === "receipts"],
    ["by reason", () => ({ "Reason, exactly": "quota exceeded" }), ({ reason }) => reason === "quota exceeded"],
    ["from a moment on", () => ({ "Emitted from (UTC)": between }), ({ eventId }) => [report.id, refused.id].includes(eventId)],
    ["up to a moment", () => ({ "to (UTC)": between }), ({ eventId }) => ![report.id, refused.id].includes(eventId)],
    [
      "by several of these together",
      () => ({ Status: "complete", Destination: "analytics", "Emitted from (UTC)": between }),
      ({ eventId }) => eventId === report.id,
    ],
  ];

  it.each(FILTERS)("%s", async (_, fill, matches) => {
    const page = await openTab();
    await page.goto("/dispatches");
    await search(page, fill());
    await expectRows(page, dispatches.filter(matches));
  });

  it("at an address that can be kept and shared", async () => {
    const page = await openTab();
    await page.goto("/dispatches");
    await search(page, { Status: "failed", Destination: "analytics", Route: "everything", "Emitted from (UTC)": between });
    await expectShared(page);
  });

  it("or said to be none", async () => {
    const page = await openTab();
    await page.goto("/dispatches");
    await search(page, { Status: "lost" });
    await page.getByText("No dispatch is like that.").waitFor();
  });
});

describe("The search box", () => {
  const SOUGHT: readonly [what: string, sought: () => string, leadsTo: () => string][] = [
    ["the id of an event leads to it, however it is written", () => ` ${order.id.toUpperCase()} `, () => `/events/${order.id}`],
    ["the id of a dispatch leads to it", () => dispatchTo(order, "billing"), () => `/dispatches/${dispatchTo(order, "billing")}`],
    ["a subject of one event leads to it", () => "blend", () => `/events/${rare.id}`],
    ["a subject that looks like an id leads to its event", () => SUBJECT_LIKE_AN_ID, () => `/events/${report.id}`],
    ["a subject of several leads to their list", () => "1042", () => "/events?subject=1042"],
    ["a key leads to its event", () => "order-1042", () => `/events/${order.id}`],
    ["a type leads to its events", () => "report.made", () => "/events?type=report.made"],
    ["a star, which no type holds, is looked for in the data", () => "report.*", () => "/events?text=report.*"],
    ["anything else is looked for in the data", () => "kettle", () => "/events?text=kettle"],
  ];

  it.each(SOUGHT)("%s", async (_, sought, leadsTo) => {
    const page = await openTab();
    await page.goto("/destinations");
    await seek(page, sought());
    const [path, query = ""] = leadsTo().split("?");
    await page.waitForURL(({ pathname, searchParams }) => {
      const [name = "", value = ""] = query.split("=");
      return pathname === path && (query === "" || searchParams.get(name) === value);
    });
    if (query !== "") expect(await page.getByRole("searchbox").inputValue()).toBe(sought());
  });

  it("says when nothing is found, also for an id that nobody has", async () => {
    const page = await openTab();
    await page.goto("/");
    for (const sought of [
      "nowhere to be found",
      "50% off_",
      "00000000-0000-7000-8000-000000000000",
      "00000000-0000-7000-8000-000000000000-0",
    ]) {
      await seek(page, sought);
      await page.getByText("No event is like that.").waitFor();
      expect(await page.getByRole("searchbox").inputValue()).toBe(sought);
    }
    await seek(page, "");
    await page.waitForURL("**/events");
  });

  it('is where "/" leads, but not from within a field', async () => {
    const page = await openTab();
    await page.goto("/events");
    await page.keyboard.press("/");
    await page.keyboard.type("a/b");
    expect(await page.getByRole("searchbox").inputValue()).toBe("a/b");
    await page.getByLabel("Type", { exact: true }).focus();
    await page.keyboard.type("c/d");
    expect(await page.getByLabel("Type", { exact: true }).inputValue()).toBe("c/d");
  });
});

describe("Of more than a page", () => {
  let many: readonly string[];

  beforeAll(async () => {
    many = await emitMany(MANY, "row.added");
  });

  it("every event is listed once, from the newest to the end", async () => {
    const page = await openTab();
    await page.goto("/events?type=row.added");
    expect(await rowsToTheEnd(page)).toEqual(many.toReversed());
    await page.getByRole("link", { name: "Newest" }).click();
    await page.waitForURL(({ searchParams }) => !searchParams.has("cursor"));
    expect(await rowsOf(page)).toEqual(many.toReversed().slice(0, 50));
  });

  it("every dispatch is listed once, also while others are emitted", async () => {
    const page = await openTab();
    await page.goto("/dispatches?status=ongoing&destination=analytics");
    const first = await rowsOf(page);
    await emit({ type: "row.added", data: null, delay: "2 days" });
    const rows = [...first, ...(await rowsToTheEnd(page)).slice(first.length)];
    expect(new Set(rows).size).toBe(rows.length);
    expect(
      rows
        .map((id) => id.replace(/-0$/, ""))
        .toSorted()
        .slice(0, MANY),
    ).toEqual(many.toSorted());
  });

  it("a page of an older time lies still", async () => {
    const page = await openTab();
    await page.goto("/events");
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForURL(/cursor=/);
    expect(await page.locator("main").getAttribute("data-renew")).toBeNull();
  });

  it("a text is looked for in so many events at a time, and further back when asked", async () => {
    const quiet = await startQuietHub();
    const [blended] = plain(await quiet.hub.emit({ type: "tea.blended", data: "bergamot" }));
    await quiet.hub.emit(Array.from({ length: 1_000 }, (_, index) => ({ type: "row.added", data: index })));
    const page = await openTab({ at: quiet.url });
    await page.goto("/events?text=bergamot");
    await page.getByText("Nothing like it among those that were looked at. There are older ones.").waitFor();
    await page.getByRole("link", { name: "Search further back" }).click();
    await page.getByRole("link", { name: "tea.blended" }).waitFor();
    expect(await rowsOf(page)).toEqual([blended?.id]);
    await page.getByText("This is the end of the list.").waitFor();
    expect(new URL(page.url()).searchParams.get("text")).toBe("bergamot");
  });
});

function moment(): string {
  return `${between.replace(" ", "T")}.000Z`;
}

/** Emits so many that are due in a day, and returns their ids in the order of emission. */
async function emitMany(count: number, type: string): Promise<string[]> {
  const inputs = Array.from({ length: count }, (_, index): EmitInput => ({ type, data: index, delay: "1 day" }));
  return plain(await hub().emit(inputs)).map(({ id }) => id);
}

/** Fills in the form of a list and submits it. */
async function search(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  const form = page.locator("main form.filters");
  for (const [label, value] of Object.entries(fields)) {
    if (label === "Status") await form.getByRole("combobox", { name: label }).selectOption(value);
    else await form.getByLabel(label, { exact: true }).fill(value);
  }
  await form.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(({ searchParams }) => Object.values(fields).every((value) => [...searchParams.values()].includes(value)));
}

/** Uses the search box. */
async function seek(page: Page, sought: string): Promise<void> {
  await page.getByRole("searchbox").fill(sought);
  await page.getByRole("searchbox").press("Enter");
}

async function expectRows(page: Page, items: readonly { readonly id: string }[]): Promise<void> {
  expect(items).not.toEqual([]);
  expect(await rowsOf(page)).toEqual(items.map(({ id }) => id));
}

/** The same rows, and the same in the form, when the page is loaded again and for somebody else with the same address. */
async function expectShared(page: Page): Promise<void> {
  const filled = (one: Page) => one.locator("form.filters").evaluate((form: HTMLFormElement) => [...new FormData(form)]);
  const [rows, form] = [await rowsOf(page), await filled(page)];
  expect(rows).not.toEqual([]);
  await page.reload();
  expect([await rowsOf(page), await filled(page)]).toEqual([rows, form]);
  const another = await openTab();
  await another.goto(page.url());
  expect([await rowsOf(another), await filled(another)]).toEqual([rows, form]);
}

async function rowsOf(page: Page): Promise<string[]> {
  await page.locator("main table").waitFor();
  await page.waitForLoadState();
  return await page.locator("main tbody tr").evaluateAll((rows) => rows.map(({ id }) => id));
}

/** The rows of this page and of all that follow. */
async function rowsToTheEnd(page: Page): Promise<string[]> {
  const rows = await rowsOf(page);
  const next = page.getByRole("link", { name: /^(Older|Search further back)$/ });
  while ((await next.count()) > 0) {
    const address = page.url();
    await next.click();
    await page.waitForURL((url) => url.href !== address);
    rows.push(...(await rowsOf(page)));
  }
  expect(await textOf(page.locator(".pager"))).toContain("This is the end of the list.");
  return rows;
}
