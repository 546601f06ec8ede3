import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ACCESS } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { networkOf } from "../../src/console/access/network.ts";
import { bearer, type GuardedApp, guardedApp, OWN_FORM, SECRET, signIn } from "./support/guarded-app.ts";
import { envWith, only } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows } from "./support/rows.ts";

const SECRETS = { HUB_CONSOLE_SECRET: SECRET };

let address = 0;
const newAddress = () => `198.51.100.${address++}`;

const asks = async (app: GuardedApp, ip: string, secret: string) =>
  await app.ask("/", { headers: { "cf-connecting-ip": ip, ...bearer(secret) } });

const signsIn = async (app: GuardedApp, ip: string, secret: string) =>
  await app.ask("/sign-in", {
    method: "POST",
    headers: { ...OWN_FORM, accept: "text/html", "cf-connecting-ip": ip },
    body: new URLSearchParams({ secret, name: "Ada", next: "/" }),
  });

/** A page without what differs by itself. */
const textOf = (html: string) => html.replaceAll(/ nonce="[^"]*"/g, "");

const WAYS = { "in the header": asks, "in the form": signsIn };

afterEach(() => void vi.useRealTimers());

describe.each(Object.entries(WAYS))("wrong secrets %s", (_way, tries) => {
  it("are looked at ten times in ten minutes from one address; then none is, be it right or wrong, until the time is over", async () => {
    const app = guardedApp(SECRETS);
    const ip = newAddress();
    for (let n = 0; n < ACCESS.wrongSecrets; n++) expect((await tries(app, ip, `wrong-${n}`)).status).toBe(401);
    const answers = await Promise.all([SECRET, "wrong"].map(async (secret) => await tries(app, ip, secret)));
    const told = await Promise.all(
      answers.map(async (answer) => [answer.status, answer.headers.get("set-cookie"), textOf(await answer.text())]),
    );
    expect(told[0]).toEqual([429, null, expect.stringContaining("Too many wrong secrets came from your address.")]);
    expect(told[1]).toEqual(told[0]);
    const seconds = Number(answers[0]?.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(ACCESS.wrongSecretsMs / 1_000 - 60);
    expect(seconds).toBeLessThanOrEqual(ACCESS.wrongSecretsMs / 1_000);
    vi.setSystemTime(Date.now() + seconds * 1_000);
    expect((await tries(app, ip, SECRET)).status).toBeLessThan(400);
    expect((await tries(app, ip, "wrong")).status).toBe(401);
  });

  it("lock out nobody else: another address, and whoever is signed in at the same one", async () => {
    const app = guardedApp(SECRETS);
    const [ip, other] = [newAddress(), newAddress()];
    const { cookie } = await signIn(app);
    for (let n = 0; n < ACCESS.wrongSecrets; n++) await tries(app, ip, "wrong");
    expect((await tries(app, ip, SECRET)).status).toBe(429);
    expect((await tries(app, other, SECRET)).status).toBeLessThan(400);
    expect((await app.ask("/", { headers: { "cf-connecting-ip": ip, cookie } })).status).toBe(200);
  });
});

describe("wrong secrets", () => {
  it("are counted together, in whichever isolate and by whichever way they are given, also at the same time", async () => {
    const ip = newAddress();
    const apps = [guardedApp(SECRETS), guardedApp({ ...SECRETS })];
    const all = Array.from({ length: 30 }, async (_, n) => {
      const app = apps[n % 2];
      return app === undefined ? 0 : (await (n % 3 === 0 ? signsIn : asks)(app, ip, "wrong")).status;
    });
    const statuses = await Promise.all(all);
    expect(statuses.filter((status) => status === 401)).toHaveLength(ACCESS.wrongSecrets);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    for (const app of apps) expect((await asks(app, ip, SECRET)).status).toBe(429);
  });

  it("are forgotten by the next one after their time", async () => {
    const app = guardedApp(SECRETS);
    await asks(app, newAddress(), "wrong");
    vi.setSystemTime(Date.now() + 2 * ACCESS.wrongSecretsMs);
    await asks(app, newAddress(), "wrong");
    expect(only(await rows<{ count: number }>("SELECT count(*) AS count FROM wrong_secrets")).count).toBe(1);
  });

  it("given at the same moment as the right one let it through no more often than given in turn: it comes behind ten of them", async () => {
    const app = guardedApp(SECRETS);
    const ip = newAddress();
    const given = [...Array.from({ length: 40 }, () => "wrong"), SECRET];
    const statuses = await Promise.all(given.map(async (secret) => (await asks(app, ip, secret)).status));
    expect(statuses.at(-1)).toBe(429);
  });

  it("cost a round trip each, as a right one does, which writes nothing; nor does who is locked out", async () => {
    const metered = meteredD1(env.DB);
    const app = guardedApp(SECRETS, createHub(envWith({ DB: metered.d1 })));
    const ip = newAddress();
    await asks(app, ip, SECRET);
    const costOf = async (secret: string) => (await metered.measure(async () => await asks(app, ip, secret))).cost;
    expect(await costOf(SECRET)).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
    expect(await costOf("wrong")).toMatchObject({ roundTrips: 1, rowsWritten: 2 });
    for (let n = 1; n <= ACCESS.wrongSecrets; n++) await asks(app, ip, "wrong");
    const [right, wrong] = [await costOf(SECRET), await costOf("wrong")];
    expect([right, wrong].map(({ roundTrips, rowsWritten }) => ({ roundTrips, rowsWritten }))).toEqual(
      Array(2).fill({ roundTrips: 1, rowsWritten: 0 }),
    );
  });

  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8::6", "2001:db8:0:0"],
    ["2001:db8:1:2::", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
    ["::ffff:203.0.113.7", "::ffff:203.0.113.7"],
    ["x".repeat(1_000), "x".repeat(45)],
    [undefined, ""],
  ])("of %s are counted for the network %s", (ip, network) => {
    expect(networkOf(new Headers(ip === undefined ? {} : { "cf-connecting-ip": ip }))).toBe(network);
  });
});
