import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { issueText } from "../../../schema/wording.ts";
import { type Admission, admit, presentsSecret } from "./admit.ts";
import { isLocalhost } from "./loopback.ts";
import type { AccessRecords } from "./records.ts";
import { HowToOpen, refuse } from "./refusal-page.tsx";
import { isFormPost, pathWithin, siteOf } from "./same-origin.ts";
import { cloudflareOf, type Gate, type Settings, settingsOf } from "./settings.ts";
import { refuseSignIn, SIGN_IN_PATH, SIGN_OUT_PATH, signIn, signInPage, signOut } from "./sign-in.tsx";
import type { ConsoleEnv } from "./visitor.ts";

/**
 * Stands before every page: `app.route("/", guard(env, records))`, ahead of all routes that it guards and after `secureHeaders`, whose nonce it uses.
 * Takes `/sign-in` and `/sign-out` for itself, sets `c.var.visitor` for whom it lets in, and refuses everybody else. Whatever is not GET or HEAD
 * has to be a form posted by a page of this origin, or by a script with a secret, and is refused to who may only look.
 */
export function guard(env: object, records: AccessRecords): Hono<ConsoleEnv> {
  const settings = settingsOf(env);
  const app = new Hono<ConsoleEnv>();
  app.use(neverStored);
  if (!settings.ok) {
    const reason = `What is configured for access to this console is wrong, so nobody is let in: ${settings.issues.map(issueText).join("; ")}.`;
    return app.use((c) => refuse(c, { status: 403, title: "Closed", reason }));
  }
  const gate = { ...settings, records };
  app.use(onlyOwnForms(settings));
  if (settings.secrets.length > 0) {
    app.get(SIGN_IN_PATH, signInPage);
    app.post(SIGN_IN_PATH, bodyLimit({ maxSize: 10_000, onError: tooLarge }), (c) => signIn(c, gate));
    app.post(SIGN_OUT_PATH, (c) => signOut(c, gate));
  }
  return app.use(onlyVisitors(gate));
}

const neverStored: MiddlewareHandler<ConsoleEnv> = async (c, next) => {
  await next();
  if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
};

const tooLarge = (c: Context<ConsoleEnv>) => refuse(c, { status: 413, title: "Refused", reason: "The form is too large." });

/** Before anything is known of who sends it: what another site makes a browser do is not done, whoever the browser belongs to. */
function onlyOwnForms(settings: Settings): MiddlewareHandler<ConsoleEnv> {
  return async (c, next) => {
    if (onlyLooks(c)) return await next();
    const site = siteOf(c.req.raw);
    if (site === "other" || (site === "unknown" && !presentsSecret(c, settings))) {
      const reason = "This request does not come from a page of this console.";
      return await refuse(c, { status: 403, title: "Refused", reason });
    }
    if (isFormPost(c.req.raw.headers)) return await next();
    const reason = "Actions are forms: send application/x-www-form-urlencoded.";
    return await refuse(c, { status: 415, title: "Refused", reason });
  };
}

function onlyVisitors(gate: Gate): MiddlewareHandler<ConsoleEnv> {
  return async (c, next) => {
    const admission = await admit(c, gate);
    if (!admission.ok) return await refuseEntry(c, gate, admission);
    if (admission.visitor.role === "viewer" && !onlyLooks(c))
      return await refuse(c, { status: 403, title: "Refused", reason: "You may look at everything here and change nothing." });
    c.set("visitor", admission.visitor);
    return await next();
  };
}

type Refused = Extract<Admission, { readonly ok: false }>;

async function refuseEntry(c: Context<ConsoleEnv>, settings: Settings, { reason, retryAfter }: Refused): Promise<Response> {
  if (settings.secrets.length > 0) return await refuseSignIn(c, { reason, retryAfter, next: wanted(c) });
  if (cloudflareOf(settings) !== undefined) return await refuse(c, { status: 403, title: "Closed", reason });
  const what = isLocalhost(c.req.url) ? `${WHAT_TO_SET} ${ON_YOUR_MACHINE}` : WHAT_TO_SET;
  return await refuse(c, { status: 403, title: "Closed", reason: `${reason} ${what}`, below: <HowToOpen /> });
}

const WHAT_TO_SET = "Set HUB_CONSOLE or HUB_CONSOLE_SECRET on the hub's Worker.";
const ON_YOUR_MACHINE =
  'On your own machine: a line HUB_CONSOLE={"access":"none"} in the file .dev.vars beside the hub\'s wrangler.toml, and wrangler dev started again.';

/** Where to go after signing in: to what was asked for, or back to the page whose action was refused. */
function wanted(c: Context<ConsoleEnv>): string {
  const { origin, pathname, search } = new URL(c.req.url);
  if (onlyLooks(c)) return pathWithin(origin, `${pathname}${search}`);
  const referer = c.req.header("referer") ?? "";
  return referer.startsWith(`${origin}/`) ? pathWithin(origin, referer.slice(origin.length)) : "/";
}

function onlyLooks(c: Context<ConsoleEnv>): boolean {
  return c.req.raw.method === "GET" || c.req.raw.method === "HEAD";
}
