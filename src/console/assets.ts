import { Hono } from "hono";
import type { ConsoleEnv } from "./access/visitor.ts";
import script from "./browser.txt";
import icon from "./icon.txt";
import stylesheet from "./style.txt";

const KEPT = "private, max-age=300";

/** What the pages load. */
export function assets(): Hono<ConsoleEnv> {
  const asset = (body: string, type: string) => () =>
    new Response(body, { headers: { "content-type": `${type}; charset=utf-8`, "cache-control": KEPT } });
  return new Hono<ConsoleEnv>()
    .get("/style.css", asset(stylesheet, "text/css"))
    .get("/console.js", asset(script, "text/javascript"))
    .get("/icon.svg", asset(icon, "image/svg+xml"));
}
