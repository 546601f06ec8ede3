import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { NONCE, secureHeaders } from "hono/secure-headers";
import type { EventHubApi } from "../../schema/contract/api.ts";
import { EMIT } from "../../schema/limits.ts";
import { guard } from "./access/guard.tsx";
import type { AccessRecords } from "./access/records.ts";
import type { ConsoleEnv } from "./access/visitor.ts";
import { activityRoutes } from "./activity/page.tsx";
import { assets } from "./assets.ts";
import { bulkRoutes } from "./bulks/bulk.tsx";
import { bulkListRoutes } from "./bulks/list.tsx";
import { newBulkRoutes } from "./bulks/new.tsx";
import { deadLetterGroupRoutes } from "./dead-letters/group.tsx";
import { deadLetterRoutes } from "./dead-letters/page.tsx";
import { destinationRoutes } from "./destinations/page.tsx";
import { dispatchRoutes } from "./dispatches/dispatch.tsx";
import { dispatchListRoutes } from "./dispatches/list.tsx";
import { ErrorPage, type Refusal, refusalOf, titleOf } from "./error-page.tsx";
import { emitRoutes } from "./events/emit.tsx";
import { eventRoutes } from "./events/event.tsx";
import { eventListRoutes } from "./events/list.tsx";
import { overviewRoutes } from "./overview/page.tsx";
import { PAGE_NAMES, type PageName } from "./pages.ts";
import { page } from "./parts/layout.tsx";

export interface ConsoleOptions {
  readonly hub: EventHubApi;
  /** Bindings of the hub: who may look and act. */
  readonly env: object;
  /** Which sessions were ended, and where wrong secrets come from. */
  readonly records: AccessRecords;
  /** Told of what nobody foresaw. */
  readonly log: (door: string, error: unknown) => void;
}

/** The hub's web console. It knows the hub by its RPC contract alone, and is closed to whoever the guard does not know. */
export function consoleApp({ hub, env, records, log }: ConsoleOptions): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.use(securityHeaders());
  app.route("/", guard(env, records));
  app.use(bodyLimit({ maxSize: MOST_POSTED_BYTES, onError: (context) => refuse(context, TOO_MUCH) }));
  app.route("/", assets());
  for (const name of PAGE_NAMES) app.route("/", ROUTES[name](hub));
  app.notFound((context) => refuse(context, NOT_FOUND));
  app.onError((error, context) => {
    const refusal = refusalOf(error);
    if (refusal === undefined) log("console", error);
    return refuse(context, refusal ?? UNFORESEEN);
  });
  return app;
}

/** The largest event, with every byte of it escaped as forms do. */
const MOST_POSTED_BYTES = 3 * EMIT.maxEventBytes;

/** Answers at the address of each page, to its forms, and to what else belongs to it. */
const ROUTES: { readonly [Name in PageName]: (hub: EventHubApi) => Hono<ConsoleEnv> } = {
  overview: overviewRoutes,
  events: eventListRoutes,
  emit: emitRoutes,
  event: eventRoutes,
  dispatches: dispatchListRoutes,
  dispatch: dispatchRoutes,
  deadLetters: deadLetterRoutes,
  deadLetterGroup: deadLetterGroupRoutes,
  destinations: destinationRoutes,
  activity: activityRoutes,
  bulks: bulkListRoutes,
  newBulk: newBulkRoutes,
  bulk: bulkRoutes,
};

const NOT_FOUND = { status: 404, text: "There is no such page.", advice: "" } as const;
const TOO_MUCH = { status: 413, text: "That is more than an event can hold: 1 MiB.", advice: "" } as const;
const UNFORESEEN = { status: 500, text: "The hub did not foresee this; its log says more.", advice: "" } as const;

/** In a line where it happened before anybody was let in: pages are for visitors. */
function refuse(context: Context<ConsoleEnv>, refusal: Refusal): Response | Promise<Response> {
  if (context.get("visitor") === undefined) return context.text(`${refusal.text}\n`, refusal.status);
  return page(context, { title: titleOf(refusal.status), status: refusal.status, body: <ErrorPage refusal={refusal} /> });
}

/** Nothing from elsewhere, nothing inline save what carries the nonce, in nobody's frame. A form post has to say where it comes from. */
function securityHeaders() {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", NONCE],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    xFrameOptions: "DENY",
    referrerPolicy: "same-origin",
  });
}
