import { env as real } from "cloudflare:workers";
import { Hono } from "hono";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { createHub } from "../../../src/bindings/hub.ts";
import { guard } from "../../../src/console/access/guard.tsx";
import type { ConsoleEnv } from "../../../src/console/access/visitor.ts";
import { accessRecords } from "../../../src/hub/access/access-records.ts";

export const ORIGIN = "https://hub.example";
export const SECRET = "operators-correct-horse-battery";
export const READ_SECRET = "viewers-correct-horse-battery";

/** The cookie of a session over HTTPS. */
export const SESSION_COOKIE = "__Host-flowhub_session";

/** What a form posted by a page of the console carries. */
export const OWN_FORM = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

/** A console of two routes, one to look and one to act, behind the guard and the headers of the real one. Says who came in, and counts actions. */
export function guardedApp(env: object, hub = createHub(real)) {
  const app = new Hono<ConsoleEnv>();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'", NONCE],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
      xFrameOptions: "DENY",
      referrerPolicy: "same-origin",
    }),
  );
  app.route("/", guard(env, accessRecords(hub)));
  let actions = 0;
  app.get("/", (c) => c.json(c.var.visitor));
  app.on(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"], "/act", (c) => {
    actions++;
    return c.json(c.var.visitor);
  });
  return {
    actions: () => actions,
    /** A request to the console; `path` may be a whole address. */
    ask: async (path = "/", init: RequestInit = {}) =>
      await app.request(fromSomewhere(new Request(new URL(path, ORIGIN), { redirect: "manual", ...init }))),
    /** A form posted to the action, by a page of the console unless the headers say otherwise. */
    act: async (headers: Record<string, string> = {}, init: RequestInit = {}) =>
      await app.request(
        fromSomewhere(new Request(`${ORIGIN}/act`, { method: "POST", body: "a=b", ...init, headers: { ...OWN_FORM, ...headers } })),
      ),
  };
}

/** Where no test says from where, each request comes from an address of its own, so that wrong secrets of other tests are not counted with it. */
function fromSomewhere(request: Request): Request {
  const isElsewhere =
    request.headers.has("cf-connecting-ip") || ["localhost", "127.0.0.1", "[::1]"].includes(new URL(request.url).hostname);
  if (!isElsewhere) request.headers.set("cf-connecting-ip", `203.0.113.7.${crypto.randomUUID().slice(0, 8)}`);
  return request;
}

export type GuardedApp = ReturnType<typeof guardedApp>;

/** Signs in with the form; the `Set-Cookie` header, and what of it goes back as `Cookie`. */
export async function signIn({ ask }: GuardedApp, { secret = SECRET, name = "Ada", next = "/", origin = ORIGIN } = {}) {
  const response = await ask(`${origin}/sign-in`, { method: "POST", headers: OWN_FORM, body: new URLSearchParams({ secret, name, next }) });
  const setCookie = response.headers.get("set-cookie") ?? "";
  return { response, setCookie, cookie: setCookie.split(";", 1)[0] ?? "" };
}
