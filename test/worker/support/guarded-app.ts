import { Hono } from "hono";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { guard } from "../../../src/console/access/guard.tsx";
import type { ConsoleEnv } from "../../../src/console/access/visitor.ts";

export const ORIGIN = "https://hub.example";
export const SECRET = "operators-correct-horse-battery";
export const READ_SECRET = "viewers-correct-horse-battery";

/** What a form posted by a page of the console carries. */
export const OWN_FORM = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

/** A console of two routes, one to look and one to act, behind the guard and the headers of the real one. Says who came in, and counts actions. */
export function guardedApp(env: object) {
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
  app.route("/", guard(env));
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
      await app.request(new Request(new URL(path, ORIGIN), { redirect: "manual", ...init })),
    /** A form posted to the action, by a page of the console unless the headers say otherwise. */
    act: async (headers: Record<string, string> = {}, init: RequestInit = {}) =>
      await app.request(new Request(`${ORIGIN}/act`, { method: "POST", body: "a=b", ...init, headers: { ...OWN_FORM, ...headers } })),
  };
}

export type GuardedApp = ReturnType<typeof guardedApp>;

/** Signs in with the form; the `Set-Cookie` header, and what of it goes back as `Cookie`. */
export async function signIn({ ask }: GuardedApp, { secret = SECRET, name = "Ada", next = "/", origin = ORIGIN } = {}) {
  const response = await ask(`${origin}/sign-in`, { method: "POST", headers: OWN_FORM, body: new URLSearchParams({ secret, name, next }) });
  const setCookie = response.headers.get("set-cookie") ?? "";
  return { response, setCookie, cookie: setCookie.split(";", 1)[0] ?? "" };
}
