/** Who uses the console without a mouse, without a script, without good eyes or on a phone. */
import type { EmitInput, EmitReceipt, EventHubApi } from "flowhub";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NAVIGATION } from "../../src/console/pages.ts";
import { plain } from "../../tools/local/observer.ts";
import { unfoldAll, violationsOn } from "./axe.ts";
import { startChromium } from "./chromium.ts";
import { tabTo } from "./keyboard.ts";
import { pagesOf } from "./pages.ts";
import { type Scene, setScene } from "./scene.ts";
import { type ShopHub, startShopHub } from "./shop-hub.ts";

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let shop: ShopHub;
let browser: Browser;
let scene: Scene;

beforeAll(async () => {
  [shop, browser] = await Promise.all([startShopHub(), startChromium()]);
  scene = await setScene(shop);
});

afterAll(async () => {
  await browser?.close();
  await shop?.[Symbol.asyncDispose]();
});

async function contextWith(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: shop.url, ...options });
  context.setDefaultTimeout(15_000);
  return context;
}

async function emitted(input: EmitInput): Promise<EmitReceipt> {
  const [receipt] = plain(await shop.hub.emit(input));
  if (receipt === undefined) throw new Error("no receipt");
  return receipt;
}

/** Ids of dispatches that were given up for this reason. */
async function givenUp(reason: string, count: number): Promise<string[]> {
  const receipts = plain(await shop.hub.emit(Array.from({ length: count }, () => ({ type: "test.refused", data: { fails: reason } }))));
  const ids = receipts.flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
  for (const id of ids) await shop.until(id, "failed");
  return ids;
}

/** Of an order that is to be thanked for in a week. */
async function scheduled(): Promise<string> {
  const { dispatches } = await emitted({ type: "order.thanked", data: { customer: "Ada" } });
  return dispatches.find(({ destination }) => destination === "email")?.id ?? "";
}

const notesOn = async (id: string) => plain(await (shop.hub as EventHubApi).getDispatch(id))?.notes ?? [];

describe("axe finds nothing wrong", () => {
  const LOOKS: Readonly<Record<string, { options: BrowserContextOptions; unfolded: boolean; only?: "color-contrast" }>> = {
    "in light": { options: { colorScheme: "light" }, unfolded: false },
    "in the colours of the dark, with everything unfolded": { options: { colorScheme: "dark" }, unfolded: true, only: "color-contrast" },
    "on a phone, with everything unfolded": { options: PHONE, unfolded: true },
  };
  /** What else a visitor may be shown: refusals of what was asked for, and of what was to be done. */
  const REFUSALS = ["/nowhere", "/events?cursor=none", "/dispatches/none"];

  for (const [look, { options, unfolded, only }] of Object.entries(LOOKS)) {
    it(look, async () => {
      await using context = await contextWith(options);
      const page = await context.newPage();
      for (const path of [...pagesOf(scene).map(({ address }) => address), ...REFUSALS]) {
        await page.goto(path);
        if (unfolded) await unfoldAll(page);
        expect.soft(await violationsOn(page, only), path).toEqual([]);
      }
    });
  }

  it("with the answers to a form", async () => {
    await using context = await contextWith();
    const page = await context.newPage();
    await page.goto("/events/new");
    await page.getByLabel("Type").fill("order.placed");
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await page.getByRole("heading", { name: /^It would make/ }).waitFor();
    expect.soft(await violationsOn(page), "preview").toEqual([]);
    await page.getByLabel("Type").fill("order.*");
    await page.getByRole("button", { name: "Emit it" }).click();
    await page.getByRole("alert").waitFor();
    expect.soft(await violationsOn(page), "a form that is wrong").toEqual([]);
    await page.goto("/");
    await page.getByRole("button", { name: "Audit" }).click();
    await page.getByRole("heading", { name: "Audited" }).waitFor();
    expect.soft(await violationsOn(page), "audit").toEqual([]);
    await page.goto(`/dispatches/${scene.failed}`);
    await page.evaluate(() => document.querySelector("form[method=post]")?.setAttribute("action", "/dispatches/none/retry"));
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
    expect.soft(await violationsOn(page), "an action that is refused").toEqual([]);
  });
});

it("Every page says by its title and its one first heading which it is", async () => {
  await using context = await contextWith();
  const page = await context.newPage();
  const titles: string[] = [];
  for (const { address } of pagesOf(scene)) {
    await page.goto(address);
    titles.push(await page.title());
    expect(await page.locator("h1").count(), address).toBe(1);
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.evaluate(() => document.compatMode)).toBe("CSS1Compat");
  }
  expect(new Set(titles).size, titles.join(", ")).toBe(titles.length);
});

describe("On a phone", () => {
  it("no page scrolls sideways, folded or not", async () => {
    await using context = await contextWith(PHONE);
    const page = await context.newPage();
    for (const { address } of pagesOf(scene)) {
      await page.goto(address);
      expect.soft(await widthOf(page), address).toBe(390);
      await unfoldAll(page);
      expect.soft(await widthOf(page), `${address}, unfolded`).toBe(390);
    }
  });

  it("every button, field and place to go is at least 24 px high", async () => {
    await using context = await contextWith(PHONE);
    const page = await context.newPage();
    for (const { address } of pagesOf(scene)) {
      await page.goto(address);
      await unfoldAll(page);
      expect.soft(await lowTargetsOn(page), address).toEqual([]);
    }
  });

  it("what a dispatch is and how it stands is seen without scrolling sideways", async () => {
    await using context = await contextWith(PHONE);
    const page = await context.newPage();
    for (const path of ["/dispatches", `/events/${scene.order.id}`, "/dead-letters/group?destination=billing&status=failed"]) {
      await page.goto(path);
      const rows = page.locator("main table").first().locator("tbody tr");
      for (const what of [rows.getByRole("link"), rows.locator(".badge")]) {
        const ends = await what.evaluateAll((all) => all.map((element) => element.getBoundingClientRect().right));
        expect(Math.max(...ends), path).toBeLessThanOrEqual(390);
      }
    }
  });
});

async function widthOf(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth);
}

/** Links within text are excepted by WCAG 2.5.8, and so is what keeps its distance: axe judges those. */
async function lowTargetsOn(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const targets = document.querySelectorAll<HTMLElement>(
      "button, summary, input:not([type=hidden]), select, textarea, nav a, a.button, .counts a",
    );
    return [...targets].filter((target) => target.checkVisibility() && target.offsetHeight < 24).map(({ outerHTML }) => outerHTML);
  });
}

describe("By keyboard alone", () => {
  it("the first stop leads past the navigation", async () => {
    await using context = await contextWith();
    const page = await context.newPage();
    await page.goto("/events");
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to content" });
    expect((await skip.boundingBox())?.x).toBeGreaterThan(0);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("main") !== null)).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Emit an event");
  });

  it("somebody comes from the overview to a failed dispatch and retries it", async () => {
    const [failed = ""] = await givenUp("by keyboard", 1);
    await using context = await contextWith();
    const page = await context.newPage();
    await page.goto("/");
    await tabTo(page, page.locator('.counts a[href="/dispatches?status=failed"]'));
    await page.keyboard.press("Enter");
    await tabTo(page, page.locator(`main a[href="/dispatches/${failed}"]`));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("button", { name: "Retry", exact: true }));
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Retried").waitFor();
    expect(new URL(page.url()).pathname).toBe(`/dispatches/${await shop.redrive(failed, 1)}`);
  });

  it("a dispatch is cancelled with a reason", async () => {
    const id = await scheduled();
    await using context = await contextWith();
    const page = await context.newPage();
    await page.goto(`/dispatches/${id}`);
    await tabTo(page, page.locator("summary", { hasText: "Cancel…" }));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByLabel("Reason"));
    await page.keyboard.type("the customer is away");
    await tabTo(page, page.getByRole("button", { name: "Cancel this dispatch" }));
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Cancelled").waitFor();
    expect(await notesOn(id)).toMatchObject([{ by: "local", reason: "the customer is away" }]);
  });

  it("dead letters are chosen with the space bar and redriven", async () => {
    const [first = "", , third = ""] = await givenUp("chosen by keyboard", 3);
    await using context = await contextWith();
    const page = await context.newPage();
    await page.goto("/dead-letters");
    await tabTo(page, page.locator("tr", { hasText: "chosen by keyboard" }).locator("td.number a"));
    await page.keyboard.press("Enter");
    for (const id of [third, first]) {
      await tabTo(page, page.getByRole("checkbox", { name: id }));
      await page.keyboard.press("Space");
    }
    await tabTo(page, page.getByRole("button", { name: "Redrive those selected…" }));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("button", { name: "Redrive 2 dispatches" }));
    await page.keyboard.press("Enter");
    await page.getByText("finished").waitFor();
    for (const id of [first, third]) await shop.until(await shop.redrive(id, 1), "failed");
  });

  it("the focus stays on what it was on when a list is renewed", async () => {
    for (let number = 0; number < 3; number++) await emitted({ type: "test.listed", subject: `listed ${number}`, data: null });
    await using context = await contextWith();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto("/events");
    const second = page.locator("tbody tr").nth(1).getByRole("link");
    const href = await second.getAttribute("href");
    await tabTo(page, second);
    await emitted({ type: "test.listed", subject: "listed later", data: null });
    await page.clock.runFor(10_500);
    await page.locator("tbody tr").first().getByText("listed later").waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe(href);
  });

  it("the focus and what is typed stay in a form when the page is renewed", async () => {
    const id = await scheduled();
    await using context = await contextWith();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`/dispatches/${id}`);
    await page.locator("summary", { hasText: "Cancel…" }).press("Enter");
    await page.getByLabel("Reason").pressSequentially("half a ");
    for (let renewal = 0; renewal < 2; renewal++) {
      const answer = page.waitForResponse(page.url());
      await page.clock.runFor(2_500);
      await (await answer).finished();
    }
    await page.keyboard.type("sentence");
    expect(await page.getByLabel("Reason").inputValue()).toBe("half a sentence");
  });

  it("a button never becomes another under the focus, and when it goes, the focus is not lost", async () => {
    const id = await scheduled();
    await using context = await contextWith();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`/dispatches/${id}`);
    await tabTo(page, page.getByRole("button", { name: "Run now" }));
    await shop.hub.cancelDispatch(id);
    await page.clock.runFor(2_500);
    await page.getByRole("button", { name: "Retry", exact: true }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  });
});

describe("Without a script", () => {
  const whole = () => contextWith({ javaScriptEnabled: false });

  it("every page is whole, and those that would renew themselves are loaded again, not too soon for who fills in a form", async () => {
    await using context = await whole();
    const page = await context.newPage();
    for (const { name, address } of pagesOf(scene)) {
      const answer = await page.goto(address);
      expect(answer?.status(), name).toBe(name === "notFound" ? 404 : 200);
      expect(await page.locator("h1").isVisible(), name).toBe(true);
      expect(await page.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link").count(), name).toBe(NAVIGATION.length);
      expect(
        (await page.locator("time").allTextContents()).every((text) => text !== ""),
        name,
      ).toBe(true);
      const isLive = (await page.locator("main[data-renew]").count()) > 0;
      const again = await page
        .locator("head meta[http-equiv=refresh]")
        .evaluateAll((all) => all.map((meta) => Number(meta.getAttribute("content"))));
      expect(again.length, name).toBe(isLive ? 1 : 0);
      expect(
        again.every((seconds) => seconds >= 20 && seconds <= 60),
        `${name}: ${again}`,
      ).toBe(true);
    }
  });

  it("a dispatch is retried, alike and otherwise", async () => {
    const [failed = ""] = await givenUp("without a script", 1);
    await using context = await whole();
    const page = await context.newPage();
    await page.goto(`/dispatches/${failed}`);
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.getByText("Retried: this is the new dispatch.").waitFor();
    await shop.until(await shop.redrive(failed, 1), "failed");
    await page.reload();
    await page.getByText("Retry otherwise…").click();
    await page.getByLabel("Not before").fill("2 hours");
    await page.getByLabel("Reason").first().fill("later");
    await page.getByRole("button", { name: "Retry it so" }).click();
    await page.locator("h1", { hasText: "scheduled" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/dispatches/${await shop.redrive(failed, 2)}`);
  });

  it("a dispatch and an event are cancelled, and what is scheduled is run now", async () => {
    const [first, second, third] = [await scheduled(), await scheduled(), await scheduled()];
    await using context = await whole();
    const page = await context.newPage();
    await page.goto(`/dispatches/${first}`);
    await page.getByText("Cancel…").click();
    await page.getByLabel("Reason").fill("no script, no mail");
    await page.getByRole("button", { name: "Cancel this dispatch" }).click();
    await page.locator("h1", { hasText: "cancelled" }).waitFor();
    await page.locator("li", { hasText: "no script, no mail" }).waitFor();
    await page.goto(`/events/${second?.replace(/-\d+$/, "")}`);
    await page.getByText("Cancel what is ongoing…").click();
    await page.getByRole("button", { name: "Cancel its ongoing dispatches" }).click();
    await page.locator("main table").first().getByText("cancelled").waitFor();
    await page.goto(`/dispatches/${third}`);
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByText("Due now.").waitFor();
    await shop.until(third ?? "", "complete");
  });

  it("a destination is paused and let go", async () => {
    await using context = await whole();
    const page = await context.newPage();
    await page.goto("/destinations");
    const card = page.getByRole("region", { name: "loyalty" });
    await card.getByText("Pause with a reason…").click();
    await card.getByLabel("Reason").fill("maintenance");
    await card.getByRole("button", { name: "Pause loyalty" }).click();
    await card.getByText("‖ paused").waitFor();
    await card.getByText("maintenance").waitFor();
    await card.getByText("Resume at a rate…").click();
    await card.getByLabel("Dispatches a second").fill("5");
    await card.getByRole("button", { name: "Resume loyalty" }).click();
    await card.getByText("✓ active").waitFor();
  });

  it("an event is previewed, mended and emitted", async () => {
    await using context = await whole();
    const page = await context.newPage();
    await page.goto("/events/new");
    await page.getByLabel("Type").fill("order.placed");
    await page.getByLabel("Subject").fill("no script");
    await page.getByLabel("Data, as JSON").fill("{ total: 1 }");
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await page.getByRole("alert").getByText("expected JSON").waitFor();
    await page.getByLabel("Data, as JSON").fill('{ "total": 1 }');
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await page.getByRole("heading", { name: "It would make 3 dispatches" }).waitFor();
    expect(await page.getByLabel("Subject").inputValue()).toBe("no script");
    await page.getByRole("button", { name: "Emit it" }).click();
    await page.getByText("Emitted and stored.").waitFor();
    expect(await page.locator("dl").first().textContent()).toContain("no script");
  });

  it("dead letters are redriven, chosen or all that match", async () => {
    const ids = await givenUp("in bulk without a script", 3);
    await using context = await whole();
    const page = await context.newPage();
    await page.goto("/dead-letters");
    await page.locator("tr", { hasText: "in bulk without a script" }).locator("td.number a").click();
    await page.getByRole("checkbox", { name: ids[1] ?? "" }).check();
    await page.getByRole("button", { name: "Redrive those selected…" }).click();
    await page.getByRole("button", { name: "Redrive 1 dispatch", exact: true }).click();
    await page.getByText("Started. It goes on by itself").waitFor();
    await shop.until(await shop.redrive(ids[1] ?? "", 1), "failed");
    await page.goto("/dead-letters");
    await page.locator("tr", { hasText: "in bulk without a script" }).getByRole("link", { name: "Redrive…" }).click();
    await page.getByRole("button", { name: "Redrive 3 dispatches" }).click();
    await page.getByText("Started. It goes on by itself").waitFor();
    for (const [index, nth] of [1, 2, 1].entries()) await shop.until(await shop.redrive(ids[index] ?? "", nth), "failed");
  });

  it("the last 24 hours are audited", async () => {
    await using context = await whole();
    const page = await context.newPage();
    await page.goto("/");
    await page.getByRole("button", { name: "Audit the last 24 hours" }).click();
    await page.getByText("everything is explained").waitFor();
  });

  it("the search box finds, and lists are paged to their end and back", async () => {
    await emitted({ type: "test.sought", subject: "sought without a script", data: null });
    await shop.hub.emit(Array.from({ length: 60 }, (_, index) => ({ type: "test.paged", subject: `paged ${index}`, data: null })));
    await using context = await whole();
    const page = await context.newPage();
    await page.goto("/");
    await page.getByRole("searchbox").fill("sought without a script");
    await page.keyboard.press("Enter");
    await page.locator("h1", { hasText: "test.sought" }).waitFor();
    await page.goto("/events?type=test.paged");
    const subjects = await page.locator("tbody tr td:nth-child(2)").allTextContents();
    await page.getByRole("link", { name: "Older" }).click();
    await page.getByText("This is the end of the list.").waitFor();
    subjects.push(...(await page.locator("tbody tr td:nth-child(2)").allTextContents()));
    expect(subjects).toEqual(Array.from({ length: 60 }, (_, index) => `paged ${59 - index}`));
    await page.getByRole("link", { name: "Newest" }).click();
    await page.getByText("paged 59").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(50);
  });
});
