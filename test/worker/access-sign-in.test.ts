import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { consoleOf } from "./support/console.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { guardedApp, ORIGIN, OWN_FORM, READ_SECRET, SECRET, SESSION_COOKIE, signIn } from "./support/guarded-app.ts";
import { only } from "./support/hub.ts";
import { rows } from "./support/rows.ts";

const SECRETS = { HUB_CONSOLE_SECRET: SECRET, HUB_CONSOLE_READ_SECRET: READ_SECRET };
const HTML = { accept: "text/html" };
const HOUR_MS = 3_600_000;

/** The attributes of a `Set-Cookie` header, but for its name and value. */
const attributes = (setCookie: string) => setCookie.split("; ").slice(1).toSorted();

afterEach(() => void vi.useRealTimers());

describe("signing in", () => {
  it("with a secret lets a browser in under the name that was typed, to act or to look as the secret says", async () => {
    const app = guardedApp(SECRETS);
    const operator = await signIn(app, { name: "  Ada Lovelace <ada> 🦆 " });
    expect([operator.response.status, operator.response.headers.get("location")]).toEqual([303, "/"]);
    const seen = async (cookie: string) => await (await app.ask("/", { headers: { cookie: `theme=dark; ${cookie}` } })).json();
    expect(await seen(operator.cookie)).toEqual({ name: "Ada Lovelace <ada> 🦆", role: "operator", by: "session" });
    const viewer = await signIn(app, { secret: READ_SECRET, name: "Grace" });
    expect(await seen(viewer.cookie)).toEqual({ name: "Grace", role: "viewer", by: "session" });
  });

  it("sets a cookie that no script reads, no other site sends and no plain HTTP carries", async () => {
    const { setCookie } = await signIn(guardedApp(SECRETS));
    expect(setCookie).toMatch(/^__Host-flowhub_session=eyJ/);
    expect(attributes(setCookie)).toEqual(["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict", "Secure"]);
  });

  it("sets a cookie for plain HTTP at localhost only", async () => {
    for (const [origin, secure] of [
      ["http://localhost:8787", false],
      ["http://127.0.0.1:8787", false],
      ["https://localhost:8787", true],
      ["http://hub.example", true],
      ["http://192.168.1.5:8787", true],
    ] as const) {
      const { setCookie } = await signIn(guardedApp(SECRETS), { origin });
      expect([origin, attributes(setCookie).includes("Secure")]).toEqual([origin, secure]);
      expect([origin, setCookie.split("=", 1)[0]]).toEqual([origin, secure ? SESSION_COOKIE : "flowhub_session_at_localhost"]);
      expect(setCookie).toContain("HttpOnly");
    }
  });

  it("puts no secret into the cookie", async () => {
    const { cookie } = await signIn(guardedApp(SECRETS));
    const parts = cookie.slice(`${SESSION_COOKIE}=`.length).split(".").slice(0, 2);
    const said = parts.map((part) => atob(part.replaceAll("-", "+").replaceAll("_", "/"))).join("");
    expect(said).toContain("Ada");
    expect(said).not.toContain(SECRET);
  });

  it("with a wrong secret is refused, and the form shown again with the name and the place to go to", async () => {
    const app = guardedApp(SECRETS);
    for (const secret of ["", "wrong", SECRET.slice(0, -1), `${SECRET} `]) {
      const body = new URLSearchParams({ secret, name: `Ada "A" <b>`, next: "/events?type=a" });
      const response = await app.ask("/sign-in", { method: "POST", headers: { ...OWN_FORM, ...HTML }, body });
      const html = await response.text();
      expect([secret, response.status, response.headers.get("set-cookie")]).toEqual([secret, 401, null]);
      expect(html).toContain("That is not the secret.");
      expect(html).toContain('name="next" value="/events?type=a"');
      expect(html).toContain('value="Ada &quot;A&quot; &lt;b&gt;"');
    }
  });

  it("needs a name of 1 to 100 characters that can be written down", async () => {
    const app = guardedApp(SECRETS);
    for (const name of ["", "   ", "x".repeat(101), "a\0b"]) {
      const { response, setCookie } = await signIn(app, { name });
      expect([name, response.status, setCookie]).toEqual([name, 400, ""]);
    }
    expect((await signIn(app, { name: "x".repeat(100) })).response.status).toBe(303);
  });

  it("goes to paths of this console only", async () => {
    const app = guardedApp(SECRETS);
    const goesTo = async (next: string) => (await signIn(app, { next })).response.headers.get("location");
    const kept = ["/", "/events", "/events?type=order.*&page=2", "/a//b", "/a?next=//evil.example"];
    for (const next of kept) expect(await goesTo(next)).toBe(next);
    const elsewhere = [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "/\n/evil.example",
    ];
    const odd = [
      "",
      "evil",
      "javascript:alert(1)",
      "/.//evil.example",
      "/..//evil.example",
      "/x/..//evil.example",
      "http:/evil",
      "///evil.example",
      "//evil.example/x",
    ];
    for (const next of [...elsewhere, ...odd]) expect([next, await goesTo(next)]).toEqual([next, "/"]);
  });

  it("is offered with the way back to what was asked for, but not to an action", async () => {
    const app = guardedApp(SECRETS);
    const next = async (response: Response) => /name="next" value="([^"]*)"/.exec(await response.text())?.[1];
    expect(await next(await app.ask("/events?type=a&b=c", { headers: HTML }))).toBe("/events?type=a&amp;b=c");
    expect(await next(await app.ask(`${ORIGIN}//evil.example/`, { headers: HTML }))).toBe("/");
    expect(await next(await app.act({ ...HTML, referer: `${ORIGIN}/dispatches/1?a=b` }))).toBe("/dispatches/1?a=b");
    for (const referer of ["https://evil.example/x", `${ORIGIN}.evil.example/x`, "nonsense", ""])
      expect(await next(await app.act({ ...HTML, referer }))).toBe("/");
  });

  it("offers to go on to who comes by a link on another site, for which a browser holds the cookie back", async () => {
    const app = guardedApp(SECRETS);
    const page = async (site: string) => await (await app.ask("/events", { headers: { ...HTML, "sec-fetch-site": site } })).text();
    expect(await page("cross-site")).toContain('<a href="/events">');
    expect(await page("none")).not.toContain("<a ");
  });

  it("has a page of its own, and refuses a form that is too large", async () => {
    const app = guardedApp(SECRETS);
    const page = await app.ask("/sign-in");
    expect([page.status, page.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await page.text()).toContain('action="/sign-in"');
    expect((await signIn(app, { name: "x".repeat(20_000) })).response.status).toBe(413);
  });

  it("does not exist without a secret", async () => {
    const app = guardedApp({});
    for (const path of ["/sign-in", "/sign-out"]) {
      expect((await app.ask(path)).status).toBe(403);
      expect((await app.ask(path, { method: "POST", headers: OWN_FORM, body: "secret=&name=Ada" })).status).toBe(403);
    }
  });
});

describe("a session", () => {
  const lookWith = async (app: ReturnType<typeof guardedApp>, cookie: string) => (await app.ask("/", { headers: { cookie } })).status;

  it("ends after 12 hours", async () => {
    const app = guardedApp(SECRETS);
    const { cookie } = await signIn(app);
    vi.setSystemTime(Date.now() + 12 * HOUR_MS - 10_000);
    expect(await lookWith(app, cookie)).toBe(200);
    vi.setSystemTime(Date.now() + 20_000);
    expect(await lookWith(app, cookie)).toBe(401);
    expect((await app.act({ cookie })).status).toBe(401);
  });

  it("ends when the secret is changed, or taken away; the other secret's do not", async () => {
    const app = guardedApp(SECRETS);
    const [operator, viewer] = [await signIn(app), await signIn(app, { secret: READ_SECRET })];
    const changed = guardedApp({ ...SECRETS, HUB_CONSOLE_SECRET: `${SECRET}-2` });
    expect([await lookWith(changed, operator.cookie), await lookWith(changed, viewer.cookie)]).toEqual([401, 200]);
    const without = guardedApp({ HUB_CONSOLE_SECRET: SECRET });
    expect([await lookWith(without, operator.cookie), await lookWith(without, viewer.cookie)]).toEqual([200, 401]);
  });

  it("does not grow when the secret for looking becomes the one for acting", async () => {
    const { cookie } = await signIn(guardedApp({ HUB_CONSOLE_READ_SECRET: READ_SECRET }), { secret: READ_SECRET });
    expect(await lookWith(guardedApp({ HUB_CONSOLE_SECRET: READ_SECRET }), cookie)).toBe(401);
  });

  it("cannot be made, changed or unsigned by who has no secret", async () => {
    const app = guardedApp(SECRETS);
    const { cookie } = await signIn(app, { secret: READ_SECRET });
    const [header = "", payload = "", signature = ""] = cookie.slice(`${SESSION_COOKIE}=`.length).split(".");
    const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
    const promoted = part({ ...JSON.parse(atob(payload)), role: "operator" });
    const unsigned = part({ alg: "none" });
    const exp = Math.floor(Date.now() / 1_000) + 3_600;
    const bySecretItself = await new SignJWT({ name: "Eve", role: "operator", exp })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(SECRET));
    const forged = [
      `${header}.${promoted}.${signature}`,
      `${unsigned}.${payload}.`,
      `${header}.${payload}.`,
      bySecretItself,
      "garbage",
      "",
      SECRET,
    ];
    for (const session of forged) expect([session, await lookWith(app, `${SESSION_COOKIE}=${session}`)]).toEqual([session, 401]);
  });

  it("is ended by signing out", async () => {
    const app = guardedApp(SECRETS);
    const { cookie } = await signIn(app);
    const response = await app.ask("/sign-out", { method: "POST", headers: { ...OWN_FORM, cookie }, body: "" });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
    const setCookie = response.headers.get("set-cookie") ?? "";
    expect(setCookie).toMatch(/^__Host-flowhub_session=;/);
    expect(attributes(setCookie)).toEqual(["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Strict", "Secure"]);
  });

  it("that was signed out of is refused, in every isolate and for every page, and no other session with it", async () => {
    const app = guardedApp(SECRETS);
    const [ended, other] = [await signIn(app), await signIn(app)];
    const leave = async () => await app.ask("/sign-out", { method: "POST", headers: { ...OWN_FORM, cookie: ended.cookie }, body: "" });
    expect((await leave()).status).toBe(303);
    const elsewhere = guardedApp(SECRETS);
    for (const one of [app, elsewhere]) {
      expect([await lookWith(one, ended.cookie), await lookWith(one, other.cookie)]).toEqual([401, 200]);
      expect((await one.act({ cookie: ended.cookie })).status).toBe(401);
    }
    expect((await leave()).status).toBe(303);
    expect(app.actions() + elsewhere.actions()).toBe(0);
  });

  it("that was signed out of is remembered until it would have ended, and forgotten by the next that is", async () => {
    const app = guardedApp(SECRETS);
    const leave = async (cookie: string) => await app.ask("/sign-out", { method: "POST", headers: { ...OWN_FORM, cookie }, body: "" });
    const ended = async () => only(await rows<{ sessions: number }>("SELECT count(*) AS sessions FROM ended_sessions")).sessions;
    await leave((await signIn(app)).cookie);
    const before = await ended();
    vi.setSystemTime(Date.now() + 13 * HOUR_MS);
    await leave((await signIn(app)).cookie);
    expect([before > 0, await ended()]).toEqual([true, 1]);
  });

  it("is let in by nobody while the database does not say whether it was ended; without a database none was", async () => {
    const away = faultyD1(env.DB, { of: /ended_sessions/, faultOf: () => "lost", message: "D1_ERROR: overloaded" });
    const { cookie } = await signIn(guardedApp(SECRETS));
    const stalled = consoleOf({ ...SECRETS, HUB_CONSOLE: undefined, DB: away });
    const refused = await stalled.app.request(`${ORIGIN}/events`, { headers: { cookie } });
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining("The database could not be used")]);
    const bare = consoleOf({ ...SECRETS, HUB_CONSOLE: undefined, DB: undefined });
    const told = await bare.app.request(`${ORIGIN}/`, { headers: { cookie, accept: "text/html" } });
    expect([told.status, await told.text()]).toEqual([503, expect.stringContaining("What to do:")]);
  });

  it("of the cookie's name at localhost, or of an earlier one, counts nowhere else", async () => {
    const app = guardedApp(SECRETS);
    const { cookie } = await signIn(app);
    const token = cookie.slice(`${SESSION_COOKIE}=`.length);
    for (const name of ["flowhub_session", "flowhub_session_at_localhost", "__host-flowhub_session", "__Secure-flowhub_session"])
      expect([name, await lookWith(app, `${name}=${token}`)]).toEqual([name, 401]);
    const here = async (name: string) => (await app.ask("http://localhost:8787/", { headers: { cookie: `${name}=${token}` } })).status;
    expect([await here("flowhub_session_at_localhost"), await here(SESSION_COOKIE)]).toEqual([200, 401]);
  });

  it("is not ended by looking at the way out", async () => {
    const app = guardedApp(SECRETS);
    const { cookie } = await signIn(app);
    expect((await app.ask("/sign-out", { headers: { cookie } })).headers.get("set-cookie")).toBeNull();
  });
});
