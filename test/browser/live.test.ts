/** Pages that follow by themselves what happens in the hub, and leave alone what somebody is at. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { cellsOf, consoleTest, dispatchTo, eventually, textOf } from "./console-test.ts";

const { hub, shop, openTab, emit, stored } = consoleTest();

const STALE = "The hub does not answer: what is shown may be old.";

describe("A dispatch", () => {
  it("is followed from scheduled to complete, and its run to its end, without loading the page again", async () => {
    const { dispatches } = await emit({ type: "report.made", data: {}, delay: "3 seconds" });
    const page = await openTab();
    await page.goto(`/dispatches/${dispatches[0]?.id}`);
    const heading = page.getByRole("heading", { level: 1 });
    expect(await textOf(heading)).toMatch(/scheduled$/);
    expect(await page.title()).toBe("analytics, report.made · flowhub");
    await mark(page);
    await heading.getByText("complete").waitFor();
    expect(await cellsOf(page.getByLabel("Attempts", { exact: true }).getByRole("table"))).toHaveLength(1);
    await page.getByText("Run now").waitFor({ state: "detached" });
    await page.locator("main p", { hasText: /^complete$/ }).waitFor();
    expect(await isMarked(page)).toBe(true);
  });

  it("shows what its run does as it does it", async () => {
    const id = await waiting();
    const page = await openTab();
    await page.goto(`/dispatches/${id}`);
    await mark(page);
    const log = page.getByRole("list", { name: "Events of the run" }).getByRole("listitem");
    await log.first().waitFor();
    const before = await log.count();
    const attempts = page.getByLabel("Attempts", { exact: true }).locator("tbody tr");
    expect(await attempts.count()).toBe(1);
    await hub().runNow(id);
    await attempts.nth(1).waitFor();
    await expect.poll(() => log.count(), PATIENT).toBeGreaterThan(before);
    await page.getByRole("heading", { level: 1, name: /waiting to retry$/ }).waitFor();
    expect(await isMarked(page)).toBe(true);
  });
});

it("A renewal leaves alone the focus, what is unfolded, what is half filled in and where the page is scrolled to", async () => {
  const id = await waiting();
  const page = await openTab();
  await page.setViewportSize({ width: 1_000, height: 420 });
  await page.goto(`/dispatches/${id}`);
  const attempts = page.getByLabel("Attempts", { exact: true }).locator("tbody tr");
  await page.getByText("Cancel…").click();
  const reason = page.getByLabel("Reason");
  await reason.fill("half a rea");
  await reason.press("ArrowLeft");
  await page.evaluate(() => scrollTo(0, 150));
  const scrolled = await page.evaluate(() => scrollY);
  expect(scrolled).toBeGreaterThan(100);
  await hub().runNow(id);
  await attempts.nth(1).waitFor();
  await reason.pressSequentially("x");
  expect(await reason.inputValue()).toBe("half a rexa");
  expect(Math.abs((await page.evaluate(() => scrollY)) - scrolled)).toBeLessThan(60);
  await page.getByRole("button", { name: "Cancel this dispatch" }).click();
  await eventually(
    () => stored(id),
    ({ notes }) => notes.some(({ reason: why }) => why === "half a rexa"),
  );
});

it("A renewal leaves alone what is unfolded", async () => {
  const { id, dispatches } = await emit({
    type: "order.placed",
    data: { total: 1, card: "declined", customer: { deep: { down: "here" } } },
  });
  const billing = dispatchTo({ id, dispatches, duplicate: false, durability: "stored" }, "billing");
  await shop().until(billing, "failed");
  const page = await openTab({ clock: true });
  await page.goto(`/events/${id}`);
  await page.getByText("deep: { 1 }").click();
  await page.getByText('down: "here"').waitFor();
  const row = page.locator(`[id^="${billing}-r1_"]`);
  await hub().retryDispatch(billing, { delay: "1 day" });
  await page.clock.runFor(3_000);
  await row.waitFor();
  await page.getByText('down: "here"').waitFor({ state: "visible" });
});

it("An event is followed until what it caused has settled as well", async () => {
  const child = { type: "invoice.sent", data: {}, delay: "3 seconds" };
  const { id, dispatches } = await emit({ type: "report.made", data: { emits: child } });
  await shop().until(dispatches[0]?.id ?? "", "complete");
  const page = await openTab();
  await page.goto(`/events/${id}`);
  await mark(page);
  const caused = page.locator("ul.chain li li");
  expect(await textOf(caused)).toContain("2 ongoing");
  await caused.getByText("2 complete").waitFor();
  expect(await isMarked(page)).toBe(true);
});

describe("The overview", () => {
  it("counts by itself", async () => {
    const page = await openTab({ clock: true });
    await page.goto("/");
    await mark(page);
    const failed = page.locator(".counts li", { hasText: "failed" }).locator("b");
    const before = Number(await textOf(failed));
    const { dispatches } = await emit({ type: "report.made", data: { fails: "for the count" } });
    await shop().until(dispatches[0]?.id ?? "", "failed");
    await page.clock.runFor(10_000);
    await expect.poll(() => textOf(failed), PATIENT).toBe(String(before + 1));
    await page.getByRole("alert", { name: "To be looked at" }).getByText("dead letter").waitFor();
    expect(await isMarked(page)).toBe(true);
  });

  it("says when the hub does not answer, keeps what it shows, and recovers", async () => {
    const page = await openTab({ clock: true, expects: [/ERR_INTERNET_DISCONNECTED/] });
    await page.goto("/");
    expect(await footnoteOf(page)).not.toContain(STALE);
    await page.context().setOffline(true);
    await page.clock.runFor(10_000);
    await expect.poll(() => footnoteOf(page), PATIENT).toContain(STALE);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.context().setOffline(false);
    await page.clock.runFor(10_000);
    await expect.poll(() => footnoteOf(page), PATIENT).not.toContain(STALE);
  });

  it("keeps what it shows and recovers when something breaks down between it and the hub", async () => {
    const page = await openTab({ clock: true, expects: [/responded with a status of 502/] });
    await page.goto("/");
    await page.route("/", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }));
    await page.clock.runFor(10_000);
    await expect.poll(() => footnoteOf(page), PATIENT).toContain(STALE);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.unroute("/");
    await page.clock.runFor(10_000);
    await expect.poll(() => footnoteOf(page), PATIENT).not.toContain(STALE);
  });

  it("is not replaced by an error that passes", async () => {
    const page = await openTab({ clock: true, expects: [/responded with a status of 500/] });
    await page.goto("/");
    const passing = `<!doctype html><title>Something went wrong</title><main id="main"><h1>Something went wrong</h1></main>`;
    await page.route("/", (route) => route.fulfill({ status: 500, contentType: "text/html", body: passing }));
    await page.clock.runFor(10_000);
    await expect.poll(() => footnoteOf(page), PATIENT).toContain(STALE);
    await page.unroute("/");
    await page.clock.runFor(10_000);
    await expect.poll(() => footnoteOf(page), PATIENT).not.toContain(STALE);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
});

describe("Nothing is asked of the hub", () => {
  it("by the page of a dispatch that has settled", async () => {
    const { dispatches } = await emit({ type: "report.made", data: {} });
    const { id } = await shop().until(dispatches[0]?.id ?? "", "complete");
    await eventually(
      () => stored(id),
      ({ run }) => run.status === "complete",
    );
    const page = await openTab({ clock: true });
    await page.goto(`/dispatches/${id}`);
    const asked = requestsOf(page);
    await page.clock.runFor(60_000);
    expect(asked).toEqual([]);
  });

  it("by a tab that nobody sees; one that is seen again is up to date at once", async () => {
    const id = await waiting();
    const page = await openTab({ clock: true });
    const ended: string[] = [];
    page.on("requestfailed", (request) => ended.push(request.url()));
    await page.goto(`/dispatches/${id}`);
    await page.getByRole("listitem").filter({ hasText: "attempt" }).first().waitFor();
    const asked = requestsOf(page);
    await show(page, "hidden");
    await expect.poll(() => ended, PATIENT).toContainEqual(expect.stringMatching(/\/watch$/));
    asked.splice(0);
    await page.clock.runFor(60_000);
    expect(asked).toEqual([]);
    await hub().cancelDispatch(id);
    await show(page, "visible");
    await page.getByRole("heading", { level: 1, name: /cancelled$/ }).waitFor();
  });
});

const PATIENT = { timeout: 10_000, interval: 50 };

/** A dispatch that was refused once and waits for an hour. */
async function waiting(): Promise<string> {
  const id = dispatchTo(await emit({ type: "stock.moved", data: {} }), "warehouse");
  await eventually(
    () => stored(id),
    ({ stage }) => stage === "waiting to retry",
  );
  return id;
}

/** What would not survive if the page were loaded again. */
async function mark(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute("data-marked", ""));
}

async function isMarked(page: Page): Promise<boolean> {
  return await page.evaluate(() => document.documentElement.hasAttribute("data-marked"));
}

async function footnoteOf(page: Page): Promise<string> {
  return await page.locator("footer").evaluate((footer) => getComputedStyle(footer, "::after").content);
}

/** Addresses of what the page asks for from now on. */
function requestsOf(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  return asked;
}

/** A headless browser shows all its tabs: this one is told that it is in the background, as its events would tell it. */
async function show(page: Page, state: "visible" | "hidden"): Promise<void> {
  await page.evaluate((now) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => now });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
}
