import { exportSPKI, SignJWT } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ACCESS } from "../../schema/limits.ts";
import { AUDIENCE, type Claims, newKey, newTeam } from "./support/access-team.ts";
import { type GuardedApp, guardedApp, OWN_FORM } from "./support/guarded-app.ts";
import { within } from "./support/hanging.ts";

/** A console behind the team's application. */
function consoleOf(team: string, more: object = {}): GuardedApp {
  return guardedApp({ HUB_CONSOLE: { access: "cloudflare", team, audience: AUDIENCE, ...more } });
}

const inHeader = (token: string) => ({ headers: { "cf-access-jwt-assertion": token } });
const inCookie = (token: string) => ({ headers: { cookie: `theme=dark; CF_Authorization=${token}` } });

/** How a console behind a fresh team answers to a token that is like a good one but for what is changed. */
async function answerTo(changes: (claims: Claims) => Claims) {
  const team = await newTeam();
  const token = await team.token(changes(team.claims));
  const response = await consoleOf(team.team).ask("/", inHeader(token));
  return { status: response.status, text: await response.text(), token };
}

const seconds = (from = 0) => Math.floor(Date.now() / 1_000) + from;

afterEach(() => void vi.useRealTimers());

describe("a token of Cloudflare Access", () => {
  it("lets in, from the header or from the cookie, by the keys the team shows", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const token = await team.token();
    for (const init of [inHeader(token), inCookie(token)]) {
      const response = await app.ask("/", init);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ name: "ada@acme.example", role: "operator", by: "access" });
    }
    expect(await team.reads()).toBe(1);
  });

  it("in the header wins over that in the cookie, right or wrong", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const [header, cookie] = [await team.token({ email: "header@acme.example" }), await team.token({ email: "cookie@acme.example" })];
    const both = (asserted: string) => ({ headers: { ...inHeader(asserted).headers, ...inCookie(cookie).headers } });
    expect(await (await app.ask("/", both(header))).json()).toMatchObject({ name: "header@acme.example" });
    expect((await app.ask("/", both("garbage"))).status).toBe(403);
  });

  it("names a service token by its common name, and whoever has neither by the subject", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const nameOf = async (claims: Claims) => await (await app.ask("/", inHeader(await team.token(claims)))).json();
    expect(await nameOf({ email: undefined, common_name: "e367826f.access", sub: "" })).toMatchObject({ name: "e367826f.access" });
    expect(await nameOf({ email: undefined, sub: "7335d417" })).toMatchObject({ name: "7335d417" });
    expect(await nameOf({ email: `${"a".repeat(300)}@acme.example` })).toMatchObject({ name: "a".repeat(200) });
  });

  it("for one of several applications is accepted", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team, { audience: ["another", AUDIENCE] });
    expect((await app.ask("/", inHeader(await team.token()))).status).toBe(200);
    expect((await app.ask("/", inHeader(await team.token({ aud: ["unrelated", "another"] })))).status).toBe(200);
    expect((await app.ask("/", inHeader(await team.token({ aud: ["unrelated"] })))).status).toBe(403);
  });

  it("is accepted when the team is given with its domain", async () => {
    const team = await newTeam();
    const app = consoleOf(`${team.team}.cloudflareaccess.com`);
    expect((await app.ask("/", inHeader(await team.token()))).status).toBe(200);
  });

  const refused: readonly [string, string, (claims: Claims) => Claims][] = [
    ["that has expired", "it has expired", (claims) => ({ ...claims, exp: seconds(-1) })],
    ["that expires in this second", "it has expired", (claims) => ({ ...claims, exp: seconds() })],
    ["that never expires", "does not say when it expires", (claims) => ({ ...claims, exp: undefined })],
    ["that is not valid yet", "it is not valid yet", (claims) => ({ ...claims, nbf: seconds(60) })],
    ["of another team", "it comes from another team", (claims) => ({ ...claims, iss: "https://evil.cloudflareaccess.com" })],
    ["of the team's address with a slash", "it comes from another team", (claims) => ({ ...claims, iss: `${claims["iss"]}/` })],
    ["without an issuer", "it comes from another team", (claims) => ({ ...claims, iss: undefined })],
    ["for another application", "it is for another application", (claims) => ({ ...claims, aud: ["f".repeat(64)] })],
    ["for a longer audience", "it is for another application", (claims) => ({ ...claims, aud: [`${AUDIENCE}0`] })],
    ["without an audience", "it is for another application", (claims) => ({ ...claims, aud: undefined })],
    ["that names nobody", "it names nobody", (claims) => ({ ...claims, email: undefined, sub: "" })],
    ["whose name cannot be written down", "it names nobody", (claims) => ({ ...claims, email: "a\0b", sub: undefined })],
  ];
  for (const [which, reason, changes] of refused) {
    it(`${which} is refused with the reason, and without the token`, async () => {
      const { status, text, token } = await answerTo(changes);
      expect([status, text]).toEqual([403, expect.stringContaining(reason)]);
      for (const part of token.split(".")) expect(text).not.toContain(part);
    });
  }

  it("signed by another key is refused, whether it says which or takes the name of the team's", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const stranger = await app.ask("/", inHeader(await team.token({}, await newKey())));
    expect([stranger.status, await stranger.text()]).toEqual([403, expect.stringContaining("not signed with a key of the team")]);
    const impostor = await app.ask("/", inHeader(await team.token({}, await newKey(team.key.kid))));
    expect([impostor.status, await impostor.text()]).toEqual([403, expect.stringContaining("its signature is wrong")]);
  });

  it("that was changed after it was signed is refused", async () => {
    const team = await newTeam();
    const [header, , signature] = (await team.token({ email: "eve@acme.example" })).split(".");
    const forged = btoa(JSON.stringify({ ...team.claims, email: "ada@acme.example" })).replaceAll("=", "");
    expect((await consoleOf(team.team).ask("/", inHeader(`${header}.${forged}.${signature}`))).status).toBe(403);
  });

  it("that says it is not signed (alg none) is refused", async () => {
    const team = await newTeam();
    const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
    for (const alg of ["none", "None", "NONE"])
      for (const signature of ["", (await team.token()).split(".")[2]]) {
        const token = `${part({ alg, kid: team.key.kid })}.${part(team.claims)}.${signature}`;
        expect((await consoleOf(team.team).ask("/", inHeader(token))).status).toBe(403);
      }
  });

  it("signed with the public key as if it were a secret (HS256) is refused", async () => {
    const team = await newTeam();
    const publicKey = new TextEncoder().encode(await exportSPKI(team.key.publicKey));
    const token = await new SignJWT(team.claims).setProtectedHeader({ alg: "HS256", kid: team.key.kid }).sign(publicKey);
    const response = await consoleOf(team.team).ask("/", inHeader(token));
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining("it is not signed as Access signs")]);
  });

  it("that is garbage is refused, and so is an empty one, and none", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const garbage = ["garbage", "a.b.c", "..", "{}", "null", "x".repeat(10_000), `${await team.token()}x`, `${await team.token()}.x`];
    for (const init of [...garbage.map(inHeader), ...garbage.map(inCookie)]) {
      const response = await app.ask("/", init);
      expect([init, response.status, await response.text()]).toEqual([init, 403, expect.stringContaining("is not accepted")]);
    }
    for (const init of [inHeader(""), inCookie(""), {}]) {
      const response = await app.ask("/", init);
      expect([init, response.status, await response.text()]).toEqual([init, 403, expect.stringContaining("comes without a token")]);
    }
  });

  it("of one team does not open the console of another", async () => {
    const [mine, theirs] = [await newTeam(), await newTeam()];
    expect((await consoleOf(mine.team).ask("/", inHeader(await theirs.token()))).status).toBe(403);
    expect((await consoleOf(mine.team).ask("/", inHeader(await theirs.token({ iss: mine.issuer })))).status).toBe(403);
  });

  it("lets in beside an Authorization header where no secret is configured: that is somebody else's", async () => {
    const team = await newTeam();
    const headers = { ...inHeader(await team.token()).headers, authorization: "Bearer of-another-service" };
    expect((await consoleOf(team.team).ask("/", { headers })).status).toBe(200);
  });

  it("counts for nothing where Access is not configured", async () => {
    const team = await newTeam();
    const token = await team.token();
    for (const env of [{}, { HUB_CONSOLE: { access: "none" } }, { HUB_CONSOLE_SECRET: "x".repeat(16) }])
      expect((await guardedApp(env).ask("/", inHeader(token))).status).not.toBe(200);
  });
});

describe("the keys of a team", () => {
  it("are read once, and again when they change: a token of the new key is let in, one of a removed key no more", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const [oldToken, newKeyOfTeam] = [await team.token(), await newKey()];
    const newToken = await team.token({}, newKeyOfTeam);
    const statuses = async () => [(await app.ask("/", inHeader(oldToken))).status, (await app.ask("/", inHeader(newToken))).status];
    expect(await statuses()).toEqual([200, 403]);

    await team.publish(team.key, newKeyOfTeam);
    expect([await statuses(), await team.reads()]).toEqual([[200, 403], 0]);
    vi.setSystemTime(Date.now() + 31_000);
    expect([await statuses(), await team.reads()]).toEqual([[200, 200], 1]);

    await team.publish(newKeyOfTeam);
    vi.setSystemTime(Date.now() + 10 * 60_000 + 1_000);
    expect([await statuses(), await team.reads()]).toEqual([[403, 200], 1]);
  });

  it("are not read for every token of an unknown key: a flood of them costs one request in 30 seconds", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const forged = await team.token({}, await newKey());
    for (let n = 0; n < 10; n++) expect((await app.ask("/", inHeader(forged))).status).toBe(403);
    expect(await team.reads()).toBe(1);
    vi.setSystemTime(Date.now() + 31_000);
    for (let n = 0; n < 10; n++) expect((await app.ask("/", inHeader(forged))).status).toBe(403);
    expect(await team.reads()).toBe(2);
  });

  it("that do not come let nobody in, and the visitor is told so after five seconds", async () => {
    const team = await newTeam();
    const token = await team.token();
    await team.publishText("silence");
    const response = await within(ACCESS.keysMs + 8_000, consoleOf(team.team).ask("/", inHeader(token)));
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining("could not be read")]);
  });

  it("that cannot be read let nobody in, and are asked for again by the next request", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const token = await team.token();
    for (const broken of ["not json", "{}", "[]", '{"keys":"x"}', "null"]) {
      await team.publishText(broken);
      const response = await app.ask("/", inHeader(token));
      expect([broken, response.status, await response.text()]).toEqual([broken, 403, expect.stringContaining("could not be read")]);
    }
    await team.publish(team.key);
    expect((await app.ask("/", inHeader(token))).status).toBe(200);
    expect((await consoleOf("nobody-is-called-so").ask("/", inHeader(token))).status).toBe(403);
  });

  it("are verified by a library that is told where they are, and by nothing in the token", async () => {
    const [mine, evil] = [await newTeam(), await newTeam()];
    const header = { alg: "RS256", kid: mine.key.kid, jku: `${evil.issuer}/cdn-cgi/access/certs`, jwk: evil.key.published };
    const token = await new SignJWT(mine.claims).setProtectedHeader(header).sign(evil.key.privateKey);
    expect((await consoleOf(mine.team).ask("/", inHeader(token))).status).toBe(403);
    expect(await evil.reads()).toBe(0);
  });
});

describe("operators", () => {
  it("may act and everybody else may look, by e-mail address or common name, in capitals or not", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team, { operators: ["Ada@acme.example", "deploy.access"] });
    const roles = async (claims: Claims) => {
      const init = inHeader(await team.token(claims));
      return [(await app.ask("/", init)).status, (await app.act(init.headers)).status];
    };
    expect(await roles({})).toEqual([200, 200]);
    expect(await roles({ email: "ADA@ACME.EXAMPLE" })).toEqual([200, 200]);
    expect(await roles({ email: undefined, common_name: "deploy.access" })).toEqual([200, 200]);
    expect(await roles({ email: "eve@acme.example" })).toEqual([200, 403]);
    expect(await roles({ email: "ada@acme.example.evil.example" })).toEqual([200, 403]);
    expect(await roles({ email: undefined, common_name: "other.access" })).toEqual([200, 403]);
    expect(app.actions()).toBe(3);
  });

  it("are who is named so letter for letter: a letter that Unicode folds into another is another", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team, { operators: ["kate@acme.example", "ſam@acme.example", `${"k".repeat(200)}`] });
    const acts = async (claims: Claims) => (await app.act(inHeader(await team.token(claims)).headers)).status;
    expect(await acts({ email: "KATE@acme.example" })).toBe(200);
    expect(await acts({ email: "ſam@acme.example" })).toBe(200);
    for (const email of [
      "\u212Aate@acme.example",
      "kate@acme.example ",
      "kate@acme.example\u200B",
      "sam@acme.example",
      "ſAM@ACME.EXAMPLE\u0307",
    ])
      expect([email, await acts({ email })]).toEqual([email, 403]);
    // A name is written down up to 200 characters, and compared whole.
    expect(await acts({ email: undefined, common_name: "k".repeat(200) })).toBe(200);
    expect(await acts({ email: undefined, common_name: "k".repeat(201) })).toBe(403);
    expect(app.actions()).toBe(3);
  });

  it("are named by the claim of their kind: people by e-mail address, service tokens by common name, nobody by the subject", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team, { operators: ["ada@acme.example", "deploy.access"] });
    const acts = async (claims: Claims) => (await app.act(inHeader(await team.token(claims)).headers)).status;
    for (const claims of [
      { email: undefined, sub: "ada@acme.example" },
      { email: undefined, sub: "deploy.access" },
      { email: undefined, common_name: "ada@acme.example" },
      { email: "deploy.access" },
      { email: "eve@acme.example", common_name: "deploy.access" },
      { email: ["ada@acme.example"], common_name: "other.access" },
    ])
      expect([claims, await acts(claims)]).toEqual([claims, 403]);
    expect(app.actions()).toBe(0);
  });

  it("are all whom Access lets in when nobody is named, and nobody when the list is empty", async () => {
    const team = await newTeam();
    const headers = { "cf-access-jwt-assertion": await team.token() };
    expect((await consoleOf(team.team).act(headers)).status).toBe(200);
    expect((await consoleOf(team.team, { operators: [] }).act(headers)).status).toBe(403);
  });

  it("act by forms of the console alone: a cross-site post with Access's own cookie is refused", async () => {
    const team = await newTeam();
    const app = consoleOf(team.team);
    const { headers } = inCookie(await team.token());
    expect((await app.act({ ...headers, "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await app.act({ ...headers, ...OWN_FORM })).status).toBe(200);
    expect(app.actions()).toBe(1);
  });
});
