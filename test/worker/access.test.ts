import { describe, expect, it } from "vitest";
import { AUDIENCE, newTeam } from "./support/access-team.ts";
import { bearer, guardedApp, ORIGIN, OWN_FORM, READ_SECRET, SECRET, signIn } from "./support/guarded-app.ts";

const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const SECRETS = { HUB_CONSOLE_SECRET: SECRET, HUB_CONSOLE_READ_SECRET: READ_SECRET };
const NONE = { HUB_CONSOLE: { access: "none" } };
const ACCESS = { HUB_CONSOLE: { access: "cloudflare", team: "nobody-is-called-so", audience: AUDIENCE } };
const HERE = "http://localhost:8787";

describe("without credentials", () => {
  const consoles: readonly [string, object, number][] = [
    ["with nothing configured", {}, 403],
    ["with a secret", { HUB_CONSOLE_SECRET: SECRET }, 401],
    ["with a secret for looking", { HUB_CONSOLE_READ_SECRET: READ_SECRET }, 401],
    ["behind Cloudflare Access", ACCESS, 403],
    ["behind Cloudflare Access or a secret", { ...ACCESS, ...SECRETS }, 401],
    ["for local development", NONE, 403],
    ["with a configuration that is wrong", { HUB_CONSOLE: { access: "all" }, ...SECRETS }, 403],
  ];
  const looks = ["/", "/act", "/nowhere", "/style.css", "/events?type=x", `${ORIGIN}//`, "/sign-in/x", "/SIGN-IN", "/%2e%2e/act"].flatMap(
    (path) => ["GET", "HEAD"].map((method) => ({ path, init: { method } })),
  );
  const acts = ["/act", "/nowhere", "/"].flatMap((path) =>
    ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => ({
      path,
      init: { method, headers: OWN_FORM, ...(method !== "OPTIONS" && { body: "a=b" }) },
    })),
  );
  for (const [which, env, status] of consoles) {
    it(`every route of a console ${which} answers ${status}`, async () => {
      const app = guardedApp(env);
      for (const { path, init } of [...looks, ...acts])
        expect([path, init.method, (await app.ask(path, init)).status]).toEqual([path, init.method, status]);
      expect(app.actions()).toBe(0);
    });
  }

  it("401 says that a secret is asked for, in the header as well", async () => {
    const response = await guardedApp(SECRETS).ask("/", { headers: HTML });
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.text()).toContain('<input type="password" name="secret"');
  });

  it("403 says what to set when nothing is configured", async () => {
    const html = await (await guardedApp({}).ask("/", { headers: HTML })).text();
    for (const name of ["HUB_CONSOLE_SECRET", "HUB_CONSOLE_READ_SECRET", "HUB_CONSOLE"]) expect(html).toContain(`<code>${name}</code>`);
    expect(html).toContain("&quot;access&quot;: &quot;cloudflare&quot;");
    expect(await (await guardedApp({}).ask("/")).text()).toContain("Set HUB_CONSOLE or HUB_CONSOLE_SECRET on the hub's Worker.");
    const onThisMachine = await (await guardedApp({}).ask(HERE)).text();
    expect(onThisMachine).toContain('a line HUB_CONSOLE={"access":"none"} in the file .dev.vars');
  });
});

describe("a secret in the header", () => {
  it("lets in: HUB_CONSOLE_SECRET to act, HUB_CONSOLE_READ_SECRET to look", async () => {
    const app = guardedApp(SECRETS);
    expect(await (await app.ask("/", { headers: bearer(SECRET) })).json()).toEqual({ name: "secret", role: "operator", by: "bearer" });
    expect(await (await app.ask("/", { headers: bearer(READ_SECRET) })).json()).toEqual({ name: "secret", role: "viewer", by: "bearer" });
    expect((await app.ask("/", { headers: { authorization: `bEaReR  ${SECRET}` } })).status).toBe(200);
    expect((await app.ask("/", { method: "HEAD", headers: bearer(SECRET) })).status).toBe(200);
  });

  it("that is wrong is refused: empty, a part of the right one, longer, with more behind it, in other capitals, or in another scheme", async () => {
    const app = guardedApp(SECRETS);
    const wrong = [
      "",
      SECRET.slice(0, -1),
      SECRET.slice(1),
      `${SECRET}x`,
      SECRET.toUpperCase(),
      `${SECRET},`,
      "null",
      "undefined",
      "x".repeat(5_000),
    ];
    const headers = [
      ...wrong.map((secret) => `Bearer ${secret}`),
      `Bearer ${SECRET} anything`,
      `Bearer ${SECRET} ${SECRET}`,
      SECRET,
      `Basic ${btoa(`:${SECRET}`)}`,
      `Bearer${SECRET}`,
      "Bearer",
    ];
    for (const authorization of headers) {
      const response = await app.ask("/", { headers: { authorization } });
      expect([authorization, response.status]).toEqual([authorization, 401]);
    }
  });

  it("works together with Cloudflare Access and on its own", async () => {
    const both = guardedApp({ ...ACCESS, ...SECRETS });
    expect((await both.ask("/", { headers: bearer(SECRET) })).status).toBe(200);
    expect((await guardedApp({ ...NONE, ...SECRETS }).ask("/", { headers: bearer(SECRET) })).status).toBe(200);
    expect((await guardedApp({ HUB_CONSOLE_READ_SECRET: READ_SECRET }).ask("/", { headers: bearer(READ_SECRET) })).status).toBe(200);
  });

  it("counts alone: a wrong one is refused whatever else lets the request in", async () => {
    const team = await newTeam();
    const app = guardedApp({ HUB_CONSOLE: { access: "cloudflare", team: team.team, audience: AUDIENCE }, ...SECRETS });
    const { cookie } = await signIn(app);
    const token = { "cf-access-jwt-assertion": await team.token() };
    expect((await app.ask("/", { headers: token })).status).toBe(200);
    expect((await app.ask("/", { headers: { cookie } })).status).toBe(200);
    expect((await app.ask("/", { headers: { ...token, cookie, ...bearer("wrong-wrong-wrong-wrong") } })).status).toBe(401);
    expect((await guardedApp({ ...NONE, ...SECRETS }).ask(HERE, { headers: bearer("wrong-wrong-wrong-wrong") })).status).toBe(401);
  });
});

/** One request of each kind that is let in as an operator. */
async function credentials() {
  const team = await newTeam();
  const access = { HUB_CONSOLE: { access: "cloudflare", team: team.team, audience: AUDIENCE } };
  const token = await team.token();
  const app = guardedApp(SECRETS);
  return [
    { kind: "a secret in the header", app, headers: bearer(SECRET), origin: ORIGIN },
    { kind: "the cookie of who signed in", app, headers: { cookie: (await signIn(app)).cookie }, origin: ORIGIN },
    { kind: "a token of Access", app: guardedApp(access), headers: { "cf-access-jwt-assertion": token }, origin: ORIGIN },
    { kind: "the cookie of Access", app: guardedApp(access), headers: { cookie: `CF_Authorization=${token}` }, origin: ORIGIN },
    { kind: "none, at this machine", app: guardedApp(NONE), headers: {}, origin: HERE },
  ];
}

const FORM = { "content-type": OWN_FORM["content-type"] };

describe("a post from another site", () => {
  it("is refused whatever lets the visitor in", async () => {
    const foreign: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "" },
      { "sec-fetch-site": "cross-site", origin: "OWN" },
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "" },
      { origin: "OWN.evil.example" },
      { origin: "OWN:8443" },
      { origin: "OWN/" },
    ];
    for (const { kind, app, headers, origin } of await credentials()) {
      for (const from of foreign) {
        const given = Object.fromEntries(Object.entries(from).map(([name, value]) => [name, value.replace("OWN", origin)]));
        for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
          const init = { method, headers: { ...FORM, ...headers, ...given }, ...(method !== "OPTIONS" && { body: "a=b" }) };
          const { status } = await app.ask(`${origin}/act`, init);
          expect([kind, from, method, status]).toEqual([kind, from, method, 403]);
        }
      }
      expect([kind, app.actions()]).toEqual([kind, 0]);
    }
  });

  it("is told from one of a page of the console, which is let through", async () => {
    for (const { kind, app, headers, origin } of await credentials()) {
      const own = [{ "sec-fetch-site": "same-origin", origin }, { "sec-fetch-site": "same-origin" }];
      for (const from of own) {
        const response = await app.ask(`${origin}/act`, { method: "POST", headers: { ...FORM, ...headers, ...from }, body: "a=b" });
        expect([kind, from, response.status]).toEqual([kind, from, 200]);
      }
    }
  });

  it("by a browser without Sec-Fetch-Site is told by its Origin", async () => {
    for (const { kind, app, headers, origin } of (await credentials()).filter(({ origin }) => origin === ORIGIN)) {
      const response = await app.ask("/act", { method: "POST", headers: { ...FORM, ...headers, origin }, body: "a=b" });
      expect([kind, response.status]).toEqual([kind, 200]);
    }
  });

  it("is what a post is taken for that says nothing of where it is from, but for one of a script with a secret", async () => {
    for (const { kind, app, headers, origin } of await credentials()) {
      const response = await app.ask(`${origin}/act`, { method: "POST", headers: { ...FORM, ...headers }, body: "a=b" });
      expect([kind, response.status]).toEqual([kind, kind === "a secret in the header" ? 200 : 403]);
    }
  });

  it("is not made a script's by a header that means nothing here", async () => {
    const team = await newTeam();
    const app = guardedApp({ HUB_CONSOLE: { access: "cloudflare", team: team.team, audience: AUDIENCE } });
    const headers = { ...FORM, ...bearer("anything-at-all-here"), cookie: `CF_Authorization=${await team.token()}` };
    expect((await app.ask("/act", { method: "POST", headers, body: "a=b" })).status).toBe(403);
    const other = guardedApp(SECRETS);
    const { cookie } = await signIn(other);
    expect((await other.ask("/act", { method: "POST", headers: { ...FORM, ...bearer("wrong"), cookie }, body: "a=b" })).status).toBe(401);
    expect([app.actions(), other.actions()]).toEqual([0, 0]);
  });

  it("cannot sign anybody in or out", async () => {
    const app = guardedApp(SECRETS);
    const body = () => new URLSearchParams({ secret: SECRET, name: "Eve", next: "/" });
    for (const path of ["/sign-in", "/sign-out"])
      for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }, {}] as Record<string, string>[]) {
        const response = await app.ask(path, { method: "POST", headers: { ...FORM, ...headers }, body: body() });
        expect([path, headers, response.status, response.headers.get("set-cookie")]).toEqual([path, headers, 403, null]);
      }
  });
});

describe("a body that is no form", () => {
  it("cannot act, whatever lets the visitor in: JSON, multipart, plain text, another type or none", async () => {
    const types = ["application/json", "application/json; charset=utf-8", "multipart/form-data; boundary=x", "text/plain", ""];
    const disguised = ["application/x-www-form-urlencodedx", "application/json;application/x-www-form-urlencoded"];
    for (const { kind, app, headers, origin } of await credentials()) {
      for (const type of [...types, ...disguised]) {
        const init = { method: "POST", headers: { ...headers, "sec-fetch-site": "same-origin", "content-type": type }, body: "{}" };
        expect([kind, type, (await app.ask(`${origin}/act`, init)).status]).toEqual([kind, type, 415]);
      }
      const untyped = { method: "POST", headers: { ...headers, "sec-fetch-site": "same-origin" }, body: new Uint8Array(1) };
      expect((await app.ask(`${origin}/act`, untyped)).status).toBe(415);
      expect(app.actions()).toBe(0);
    }
  });

  it("cannot act from another site either: that is refused first", async () => {
    for (const { app, headers, origin } of await credentials()) {
      const given = { ...headers, "sec-fetch-site": "cross-site", "content-type": "application/json" };
      expect((await app.ask(`${origin}/act`, { method: "POST", headers: given, body: "{}" })).status).toBe(403);
    }
  });

  it("is told from a form by its type, in capitals or with a charset", async () => {
    const app = guardedApp(SECRETS);
    for (const type of ["APPLICATION/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8"])
      expect((await app.act({ ...bearer(SECRET), "content-type": type })).status).toBe(200);
  });
});

describe("a viewer", () => {
  it("may look, and is refused whatever is not looking", async () => {
    const app = guardedApp(SECRETS);
    const { cookie } = await signIn(app, { secret: READ_SECRET });
    for (const headers of [bearer(READ_SECRET), { cookie }] as Record<string, string>[]) {
      expect(await (await app.ask("/", { headers })).json()).toMatchObject({ role: "viewer" });
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        for (const path of ["/act", "/", "/nowhere"]) {
          const init = { method, headers: { ...OWN_FORM, ...headers }, ...(method !== "OPTIONS" && { body: "a=b" }) };
          const response = await app.ask(path, init);
          expect([method, path, response.status, await response.text()]).toEqual([
            method,
            path,
            403,
            expect.stringContaining("You may look"),
          ]);
        }
    }
    expect(app.actions()).toBe(0);
  });
});

describe("access none", () => {
  const app = guardedApp(NONE);

  it("lets in who is at the machine the hub runs on", async () => {
    const expected = { name: "local", role: "operator", by: "none" };
    for (const url of [HERE, "http://127.0.0.1:8787/", "http://[::1]:8787/", "http://localhost/", "https://localhost:8787/"])
      for (const headers of [
        {},
        { "cf-connecting-ip": "127.0.0.1" },
        { "cf-connecting-ip": "::1" },
        { "cf-connecting-ip": "::ffff:127.0.0.1" },
      ] as Record<string, string>[])
        expect([url, await (await app.ask(url, { headers })).json()]).toEqual([url, expected]);
  });

  it("is given as a table or as text", async () => {
    expect((await guardedApp({ HUB_CONSOLE: '{"access":"none"}' }).ask(HERE)).status).toBe(200);
  });

  const elsewhere: readonly [string, string, Record<string, string>][] = [
    ["a deployed address", ORIGIN, {}],
    ["another name that leads here (DNS rebinding)", "http://evil.example:8787", { "cf-connecting-ip": "127.0.0.1" }],
    ["a name that begins with localhost", "http://localhost.evil.example", {}],
    ["a name that ends in localhost", "http://evil.localhost", {}],
    ["an address of the network", "http://192.168.1.5:8787", {}],
    ["a wildcard address", "http://0.0.0.0:8787", {}],
    ["another machine that says localhost (Host spoofing)", HERE, { "cf-connecting-ip": "192.168.1.7" }],
    ["another machine over IPv6", HERE, { "cf-connecting-ip": "2001:db8::1" }],
    ["another machine with an address like ours", HERE, { "cf-connecting-ip": "128.127.0.1" }],
    ["a machine that does not say which", HERE, { "cf-connecting-ip": "" }],
    ["two machines", HERE, { "cf-connecting-ip": "127.0.0.1, 203.0.113.5" }],
    ["a browser led here under another name that wrangler hides", HERE, { "accept-language": "en", "cf-connecting-ip": "127.0.0.1" }],
    ["such a browser that shows its Origin, rewritten", HERE, { origin: HERE, "cf-connecting-ip": "127.0.0.1" }],
    ["such a browser that hides its language", HERE, { "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" }],
    ["such a browser that poses as a script", HERE, { "accept-language": "*", "user-agent": "node" }],
  ];
  for (const [which, url, headers] of elsewhere) {
    it(`is refused to ${which}, with a page that says what to set`, async () => {
      const response = await app.ask(url, { headers: { ...HTML, ...headers } });
      const html = await response.text();
      expect(response.status).toBe(403);
      expect(html).toContain("lets in only who is at the hub");
      expect(html).toContain("HUB_CONSOLE_SECRET");
      const post = { method: "POST", headers: { ...FORM, origin: new URL(url).origin, ...headers }, body: "a=b" };
      expect((await app.ask(`${url}/act`, post)).status).toBe(403);
    });
  }

  it("lets in a browser that knows it is at localhost, as Sec-Fetch-Site tells, also by a link on another site", async () => {
    for (const site of ["none", "same-origin", "cross-site"])
      expect((await app.ask(HERE, { headers: { ...HTML, "accept-language": "en", "sec-fetch-site": site } })).status).toBe(200);
    expect(app.actions()).toBe(0);
  });
});

describe("a configuration that is wrong", () => {
  const wrong: readonly [string, Record<string, unknown>, string][] = [
    ["an access that does not exist", { HUB_CONSOLE: { access: "open" } }, 'HUB_CONSOLE.access: expected "none"'],
    ["no access at all", { HUB_CONSOLE: {} }, 'HUB_CONSOLE.access: expected "none"'],
    ["text that is no JSON", { HUB_CONSOLE: "none" }, "HUB_CONSOLE: is not JSON"],
    [
      "a name that stands twice",
      { HUB_CONSOLE: '{"access":"none","access":"cloudflare"}' },
      "HUB_CONSOLE: is not JSON, or gives a name twice",
    ],
    ["empty text", { HUB_CONSOLE: "" }, "HUB_CONSOLE: is not JSON"],
    ["null", { HUB_CONSOLE: null }, "HUB_CONSOLE: expected an object"],
    ["a list", { HUB_CONSOLE: [{ access: "none" }] }, "HUB_CONSOLE: expected an object"],
    ["a field that does not exist", { HUB_CONSOLE: { access: "none", hosts: [] } }, 'HUB_CONSOLE: unknown field "hosts"'],
    ["no audience", { HUB_CONSOLE: { access: "cloudflare", team: "acme" } }, "HUB_CONSOLE.audience: expected the AUD tag"],
    [
      "a team that is an address",
      { HUB_CONSOLE: { ...ACCESS.HUB_CONSOLE, team: "https://acme.dev" } },
      "HUB_CONSOLE.team: expected the name",
    ],
    ["a short secret", { HUB_CONSOLE_SECRET: "fifteen-letters" }, "HUB_CONSOLE_SECRET: must be at least 16 characters long"],
    ["an empty secret", { HUB_CONSOLE_SECRET: "" }, "HUB_CONSOLE_SECRET: must be at least 16 characters long"],
    ["a short secret for looking", { HUB_CONSOLE_READ_SECRET: "short" }, "HUB_CONSOLE_READ_SECRET: must be at least 16 characters long"],
    ["a secret with a line break", { HUB_CONSOLE_SECRET: `${SECRET}\n` }, "HUB_CONSOLE_SECRET: holds a space, a line break"],
    ["a secret that is a number", { HUB_CONSOLE_SECRET: 1234567890123456 }, "HUB_CONSOLE_SECRET: expected a string"],
    ["one secret for both", { HUB_CONSOLE_SECRET: SECRET, HUB_CONSOLE_READ_SECRET: SECRET }, "HUB_CONSOLE_READ_SECRET: is the same as"],
  ];
  for (const [which, env, message] of wrong) {
    it(`lets nobody in and is named: ${which}`, async () => {
      const app = guardedApp({ ...SECRETS, ...env });
      for (const headers of [{}, bearer(SECRET), bearer(READ_SECRET)] as Record<string, string>[]) {
        expect((await app.ask(HERE, { headers })).status).toBe(403);
        expect((await app.act(headers)).status).toBe(403);
      }
      const html = await (await app.ask("/", { headers: HTML })).text();
      expect(html.replaceAll("&quot;", '"')).toContain(message);
      expect(await (await app.ask("/")).text()).toContain(message);
      for (const given of Object.values({ ...SECRETS, ...env }).filter((value) => String(value).length > 4))
        expect(html).not.toContain(String(given));
    });
  }

  it("is named without what was found there: a secret may have been put in the wrong variable", async () => {
    for (const HUB_CONSOLE of [
      SECRET,
      { access: SECRET },
      { access: "cloudflare", team: SECRET.repeat(3), audience: "" },
      { access: "none", secret: SECRET },
    ]) {
      const html = await (await guardedApp({ HUB_CONSOLE }).ask("/", { headers: HTML })).text();
      expect(html).not.toContain(SECRET);
      expect(html).toContain("HUB_CONSOLE");
    }
  });
});

/** One refusal of each kind, as a page. */
async function refusals(): Promise<[string, Response][]> {
  const team = await newTeam();
  const behindAccess = guardedApp({ HUB_CONSOLE: { access: "cloudflare", team: team.team, audience: AUDIENCE } });
  const expired = await team.token({ exp: 1 });
  const app = guardedApp(SECRETS);
  const wrongSecret = { secret: "not-the-secret-at-all", name: "Ada", next: "/" };
  const signingIn = (fields: Record<string, string>) =>
    app.ask("/sign-in", { method: "POST", headers: { ...OWN_FORM, ...HTML }, body: new URLSearchParams(fields) });
  return [
    ["nothing configured", await guardedApp({}).ask("/", { headers: HTML })],
    ["none, elsewhere", await guardedApp(NONE).ask("/", { headers: HTML })],
    ["wrong configuration", await guardedApp({ HUB_CONSOLE: 1, ...SECRETS }).ask("/", { headers: HTML })],
    ["no secret given", await app.ask("/", { headers: HTML })],
    ["wrong secret in the header", await app.ask("/", { headers: { ...HTML, ...bearer("not-the-secret-at-all") } })],
    ["wrong secret in the form", await signingIn(wrongSecret)],
    ["no name in the form", await signingIn({ ...wrongSecret, name: "" })],
    ["no token", await behindAccess.ask("/", { headers: HTML })],
    ["expired token", await behindAccess.ask("/", { headers: { ...HTML, "cf-access-jwt-assertion": expired } })],
    ["another site", await app.act({ ...HTML, ...bearer(SECRET), "sec-fetch-site": "cross-site" })],
    ["no form", await app.act({ ...HTML, ...bearer(SECRET), "content-type": "application/json" })],
    ["viewer", await app.act({ ...HTML, ...bearer(READ_SECRET) })],
  ];
}

describe("each refusal", () => {
  it("has the headers of the console, is never stored, and shows no secret", async () => {
    for (const [kind, response] of await refusals()) {
      const html = await response.text();
      const header = (name: string) => response.headers.get(name) ?? "";
      expect([kind, response.ok, header("content-type")]).toEqual([kind, false, "text/html; charset=UTF-8"]);
      expect([kind, header("cache-control")]).toEqual([kind, "no-store"]);
      expect([kind, header("x-frame-options"), header("x-content-type-options")]).toEqual([kind, "DENY", "nosniff"]);
      const policy = header("content-security-policy");
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      const [, nonce] = /'nonce-([^']+)'/.exec(policy) ?? [];
      const [, styleNonce] = /<style nonce="([^"]+)"/.exec(html) ?? [];
      expect([kind, styleNonce]).toEqual([kind, nonce]);
      expect(html).not.toMatch(/<script|<link|<img|<[^>]*\s(style|on\w+)=|(src|href|action)="(https?:)?\/\//);
      for (const secret of [SECRET, READ_SECRET, "not-the-secret", "eyJ"]) expect([kind, html.includes(secret)]).toEqual([kind, false]);
      expect([kind, response.headers.get("set-cookie")]).toEqual([kind, null]);
    }
  });

  it("is one line of text for who does not read pages", async () => {
    const app = guardedApp(SECRETS);
    const answers = [
      await guardedApp({}).ask("/"),
      await guardedApp(ACCESS).ask("/", { headers: { accept: "application/json" } }),
      await app.ask("/", { headers: { accept: "*/*" } }),
      await app.act(bearer(READ_SECRET)),
      await app.act({ ...bearer(SECRET), "content-type": "application/json" }),
    ];
    for (const response of answers) {
      expect(response.headers.get("content-type")).toBe("text/plain; charset=UTF-8");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(await response.text()).toMatch(/^[^\n<]+\n$/);
    }
  });

  it("shows nothing of the request as markup", async () => {
    const path = `/"><script>alert(1)</script>?x='"><img src=x>`;
    const html = await (await guardedApp(SECRETS).ask(path, { headers: HTML })).text();
    expect(html).not.toMatch(/<script|<img/);
  });

  it("of a page leaves the pages behind it unstored as well", async () => {
    expect((await guardedApp(SECRETS).ask("/", { headers: bearer(SECRET) })).headers.get("cache-control")).toBe("no-store");
  });
});
