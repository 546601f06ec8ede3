import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { EventHubApi } from "../../schema/api.ts";
import { HealthPage } from "./health-page.tsx";
import stylesheet from "./style.txt";

/** The hub's web pages. They know the hub only by its RPC contract. */
export function consoleApp(hub: Pick<EventHubApi, "health">): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
      xFrameOptions: "DENY",
      referrerPolicy: "no-referrer",
    }),
  );
  app.get("/", async (context) => {
    const health = await hub.health();
    context.header("cache-control", "no-store");
    return context.html(<HealthPage health={health} />, "issues" in health.config ? 503 : 200);
  });
  app.get("/style.css", (context) =>
    context.body(stylesheet, 200, { "content-type": "text/css; charset=utf-8", "cache-control": "max-age=300" }),
  );
  return app;
}
