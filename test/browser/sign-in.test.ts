/** A console with secrets: nobody looks or acts who does not know one, and whoever signs in stays answerable for what they do. */
import type { EmitReceipt } from "flowhub";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAGES, type PageName, pathOf } from "../../src/console/pages.ts";
import { plain } from "../../tools/local/observer.ts";
import { type ExamplePage, examplePages } from "../example-pages.ts";
import { violationsOn } from "./axe.ts";
import { startChromium } from "./chromium.ts";
import { READ_SECRET, SECRET } from "./configs.ts";
import { type ForeignSite, startForeignSite } from "./foreign-site.ts";
import { tabTo } from "./keyboard.ts";
import { type ShopHub, startShopHub } from "./shop-hub.ts";

let shop: ShopHub;
let browser: Browser;
let foreign: ForeignSite;

beforeAll(async () => {
  [shop, browser, foreign] = await Promise.all([startShopHub("closed"), startChromium(), startForeignSite()]);
});

afterAll(async () => {
  await browser?.close();
  await foreign?.[Symbol.asyncDispose]();
  await shop?.[Symbol.asyncDispose]();
});

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: shop.url });
  context.setDefaultTimeout(15_000);
  return context;
}

async function fillIn(page: Page, { name, secret }: { name: string; secret: string }): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Secret").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** A page of somebody who has signed in and looks at `path`. */
async function signedIn(context: BrowserContext, { secret, path = "/" }: { secret: string; path?: string }): Promise<Page> {
  const page = await context.newPage();
  await page.goto(path);
  await fillIn(page, { name: "Ada", secret });
  await page.getByText("Signed in as Ada").waitFor();
  return page;
}

/** An order whose letter is sent in a week, and which analytics refuses when it is told to. */
async function ordered(data: Readonly<Record<string, string>> = {}): Promise<Record<"id" | "analytics" | "email", string>> {
  const [receipt] = plain(await shop.hub.emit({ type: "order.placed", subject: "1042", data })) as EmitReceipt[];
  const idOf = (name: string) => receipt?.dispatches.find(({ destination }) => destination === name)?.id ?? "";
  const order = { id: receipt?.id ?? "", analytics: idOf("analytics"), email: idOf("email") };
  await shop.until(order.analytics, data["fails"] === undefined ? "complete" : "failed");
  return order;
}

/** Every page, with an order whose dispatches are given up and scheduled, and with a bulk operation. */
async function pagesOf({ id, analytics, email }: Awaited<ReturnType<typeof ordered>>): Promise<readonly ExamplePage[]> {
  const bulk = plain(await shop.hub.retryDispatches({ status: "lost" }));
  return examplePages({
    event: pathOf("event", id),
    dispatches: { all: PAGES.dispatches.path, ongoing: `${PAGES.dispatches.path}?status=ongoing` },
    dispatch: { failed: pathOf("dispatch", analytics), scheduled: pathOf("dispatch", email) },
    deadLetterGroup: `${PAGES.deadLetterGroup.path}?destination=analytics&status=failed`,
    bulk: pathOf("bulk", bulk.id),
  });
}

/** Pages that are a form to act with: nobody is led there who may only look. */
const FORMS: readonly PageName[] = ["emit", "newBulk"];

describe("Without credentials", () => {
  it("every page is the form to sign in, and says nothing else", async () => {
    const order = await ordered({ fails: "card number 4111" });
    await using context = await newContext();
    const page = await context.newPage();
    const addresses = (await pagesOf(order)).map(({ address }) => address);
    for (const path of [...addresses, "/nowhere"]) {
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBe(401);
      expect(answer?.headers()["cache-control"], path).toBe("no-store");
      expect(await page.getByRole("heading").allTextContents(), path).toEqual(["Sign in"]);
      expect(await page.content(), path).not.toMatch(/1042|4111|order\.placed/);
    }
    for (const path of ["/health", `/events/${order.id}/data`, `/dispatches/${order.email}/watch`, "/console.js"]) {
      const answer = await context.request.get(path);
      expect(answer.status(), path).toBe(401);
      expect(await answer.text(), path).not.toMatch(/1042|4111|order\.placed/);
    }
  });

  it("nothing is done", async () => {
    const { email } = await ordered();
    const headers = { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" };
    for (const path of [`/dispatches/${email}/cancel`, "/destinations/email/pause", "/events", "/bulks", "/audit"]) {
      expect((await fetch(`${shop.url}${path}`, { method: "POST", headers })).status, path).toBe(401);
    }
    await shop.until(email, "ongoing");
  });

  it("axe finds nothing wrong with the form, in any look, and it is filled in by keyboard", async () => {
    for (const look of [
      { colorScheme: "light" },
      { colorScheme: "dark" },
      { viewport: { width: 390, height: 844 }, isMobile: true },
    ] as const) {
      await using context = await browser.newContext({ baseURL: shop.url, ...look });
      const page = await context.newPage();
      await page.goto("/sign-in");
      expect(await violationsOn(page)).toEqual([]);
      expect(await page.evaluate(() => document.compatMode)).toBe("CSS1Compat");
      await page.goto("/events");
      await fillIn(page, { name: "Ada", secret: "not-the-secret-at-all" });
      await page.getByRole("alert").getByText("That is not the secret.").waitFor();
      expect(await violationsOn(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
    await using context = await newContext();
    const page = await context.newPage();
    await page.goto("/dispatches");
    await tabTo(page, page.getByLabel("Your name"));
    await page.keyboard.type("Ada");
    await tabTo(page, page.getByLabel("Secret"));
    await page.keyboard.type(SECRET);
    await tabTo(page, page.getByRole("button", { name: "Sign in" }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Dispatches" }).waitFor();
  });
});

describe("Signing in", () => {
  it("with a wrong secret says so, keeps the name and lets nobody in", async () => {
    await using context = await newContext();
    const page = await context.newPage();
    await page.goto("/events?type=order.placed");
    const refused = page.waitForResponse((answer) => answer.request().method() === "POST");
    await fillIn(page, { name: 'Ada "><script>', secret: "not-the-secret-at-all" });
    expect((await refused).status()).toBe(401);
    await page.getByRole("alert").getByText("That is not the secret.").waitFor();
    expect(await page.getByLabel("Your name").inputValue()).toBe('Ada "><script>');
    expect(await page.getByLabel("Secret").inputValue()).toBe("");
    expect(await context.cookies()).toEqual([]);
    await fillIn(page, { name: "Ada", secret: SECRET });
    await page.getByRole("heading", { name: "Events" }).waitFor();
    expect(page.url()).toBe(`${shop.url}/events?type=order.placed`);
  });

  it("leads to what was asked for, and never to another site", async () => {
    const { id } = await ordered();
    await using context = await newContext();
    const page = await signedIn(context, { secret: SECRET, path: `/events/${id}` });
    expect(page.url()).toBe(`${shop.url}/events/${id}`);
    expect((await context.cookies())[0]).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    for (const next of ["//example.com", "https://example.com/", "/\\example.com", "javascript:alert(1)", "/\t/example.com"]) {
      await page.goto("/sign-in");
      await page.evaluate((value) => document.querySelector("input[name=next]")?.setAttribute("value", value), next);
      await fillIn(page, { name: "Ada", secret: SECRET });
      await page.getByText("Signed in as Ada").waitFor();
      expect(new URL(page.url()).origin, next).toBe(shop.url);
    }
  });

  it("writes the name down with what is done, without a script as well", async () => {
    for (const javaScriptEnabled of [true, false]) {
      const { email } = await ordered();
      await using context = await browser.newContext({ baseURL: shop.url, javaScriptEnabled });
      const page = await signedIn(context, { secret: SECRET, path: `/dispatches/${email}` });
      await page.getByText("Cancel…").click();
      await page.getByLabel("Reason").fill("sold out");
      await page.getByRole("button", { name: "Cancel this dispatch" }).click();
      await page.getByRole("heading", { name: "cancelled" }).waitFor();
      expect(plain(await shop.hub.getDispatch(email))?.notes).toMatchObject([{ by: "Ada", reason: "sold out" }]);
    }
  });

  it("ends when somebody signs out", async () => {
    await using context = await newContext();
    const page = await signedIn(context, { secret: SECRET, path: "/events" });
    const kept = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    expect((await fetch(`${shop.url}/events`, { headers: { cookie: kept } })).status).toBe(200);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect((await fetch(`${shop.url}/events`, { headers: { cookie: kept } })).status).toBe(401);
    expect(await context.cookies()).toEqual([]);
    expect((await page.goto("/events"))?.status()).toBe(401);
    await page.goBack();
    expect(await page.getByRole("heading", { name: "Events" }).count()).toBe(0);
  });
});

describe("Who may only look", () => {
  /** What is left to press and to follow: searching, signing out, looking. */
  const ACTING =
    "main form[method=post], main a[href^='/events/new'], main a[href^='/bulks/new'], main input[type=checkbox], main summary.button";

  it("sees every page, and no button that acts", async () => {
    const order = await ordered({ fails: "no stock" });
    const pages = (await pagesOf(order)).filter(({ name }) => !(FORMS as readonly string[]).includes(name));
    await using acting = await newContext();
    const operator = await signedIn(acting, { secret: SECRET });
    await using looking = await newContext();
    const viewer = await signedIn(looking, { secret: READ_SECRET });
    await viewer.getByText("to look only").waitFor();
    let buttons = 0;
    for (const { address: path } of pages) {
      expect((await viewer.goto(path))?.status(), path).toBe(200);
      expect(await viewer.locator(ACTING).count(), path).toBe(0);
      await operator.goto(path);
      buttons += await operator.locator(ACTING).count();
    }
    expect(buttons).toBeGreaterThan(10);
    expect(await violationsOn(viewer)).toEqual([]);
  });

  it("does nothing by a forged form", async () => {
    const { id, email } = await ordered();
    await using context = await newContext();
    const page = await signedIn(context, { secret: READ_SECRET });
    const actions = [`/dispatches/${email}/cancel`, `/dispatches/${email}/run-now`, `/events/${id}/cancel`, "/destinations/email/pause"];
    for (const path of [...actions, "/destinations/email/resume", "/events", "/events/preview", "/bulks", "/bulks/none/stop", "/audit"]) {
      await page.goto("/events");
      const answer = page.waitForResponse(`${shop.url}${path}`);
      await page.evaluate(submit, { to: path, enctype: "application/x-www-form-urlencoded" });
      expect((await answer).status(), path).toBe(403);
      await page.getByRole("alert").getByText("You may look at everything here and change nothing.").waitFor();
    }
    expect(await violationsOn(page)).toEqual([]);
    await shop.until(email, "ongoing");
    expect(plain(await shop.hub.listDestinations()).map(({ state }) => state)).toEqual(["active", "active"]);
  });
});

it("Another site does nothing with the session of who is signed in, and reads nothing", async () => {
  const { email } = await ordered();
  await using context = await newContext();
  const page = await signedIn(context, { secret: SECRET });
  const to = `${shop.url}/dispatches/${email}/cancel`;
  for (const site of [foreign.crossSite, foreign.sameSite]) {
    for (const enctype of ["application/x-www-form-urlencoded", "text/plain"]) {
      await page.goto(site);
      const answer = page.waitForResponse(to);
      await page.evaluate(submit, { to, enctype });
      expect((await answer).status(), `${enctype} from ${site}`).toBe(403);
      await page.getByRole("alert").getByText("This request does not come from a page of this console.").waitFor();
    }
    await page.goto(site);
    const reading = async (url: string) => await fetch(url, { credentials: "include" }).then((read) => read.text(), String);
    expect(await page.evaluate(reading, `${shop.url}/events`)).toBe("TypeError: Failed to fetch");
  }
  await shop.until(email, "ongoing");
  await page.goto("/events");
  await page.getByText("Signed in as Ada").waitFor();
});

/** In whatever page. */
function submit({ to, enctype }: { to: string; enctype: string }): void {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: to, enctype });
  document.body.appendChild(form);
  form.submit();
}
