import { type HubConfig, parseConfig } from "../../../schema/config/config.ts";
import type { HubEvent } from "../../../schema/contract/events.ts";
import { issueText } from "../../../schema/wording.ts";
import { mulberry32 } from "../../mulberry32.ts";

/** A route to be put in the words of either hub: events of this type whose total is at least this go there. */
export interface PlainRoute {
  readonly on: string;
  readonly minTotal: number;
  readonly destination: string;
}

/** Of every event. Longer than 10 characters: V8 keeps shorter texts of a parsed document once, and what it knows of them with them. */
const TYPE = "order.placed";
const CAN_MATCH: readonly string[] = [TYPE, "order.*", "*.placed", TYPE, "*"];
/** Two of three are exact, some share a word with the type of the events. */
const CANNOT_MATCH: readonly ((nth: number) => string)[] = [
  (nth) => `order.step${nth}`,
  (nth) => `kind${nth}.*`,
  (nth) => `kind${nth}.placed`,
  (nth) => `kind${nth}.created`,
  (nth) => `*.step${nth}`,
  (nth) => `order.placed.zone${nth}`,
  (nth) => `kind${nth}.updated.zone${nth % 7}`,
  (nth) => `order.*.zone${nth}`,
  (nth) => `kind${nth % 50}.step${nth}`,
];
/** Routes ask for 50 to 150, events have 0 to 199: about half match. */
const TOTALS = 200;

/** So many routes, at least five, of which five can match by type: evenly among the others, which cannot. */
export function fewCanMatch(count: number): PlainRoute[] {
  const apart = Math.floor(count / CAN_MATCH.length);
  const fitting = (nth: number) => (nth % apart === 0 ? CAN_MATCH[nth / apart] : undefined);
  return routesOn(count, (nth) => fitting(nth) ?? CANNOT_MATCH[nth % CANNOT_MATCH.length]?.(nth) ?? "*");
}

/** So many routes that take every type. */
export function allCanMatch(count: number): PlainRoute[] {
  return routesOn(count, () => "*");
}

function routesOn(count: number, globAt: (nth: number) => string): PlainRoute[] {
  return Array.from({ length: count }, (_, nth) => ({
    on: globAt(nth),
    minTotal: 50 + ((nth * 37) % 101),
    destination: `destination-${nth}`,
  }));
}

/** The same for this hub, parsed. */
export function configOf(routes: readonly PlainRoute[]): HubConfig {
  const parsed = parseConfig({
    destinations: Object.fromEntries(routes.map(({ destination }) => [destination, { worker: "WORKER" }])),
    routes: routes.map(({ on, minTotal, destination }, nth) => ({
      id: `route-${nth}`,
      on,
      where: { path: "$.data.total", gte: minTotal },
      to: destination,
    })),
  });
  if (!parsed.ok) throw new Error(parsed.issues.map(issueText).join("; "));
  return parsed.config;
}

/** Events, always the same. New values at each call, as a hub sees each event once: what an engine remembers of a text helps nobody. */
export function drawEvents(count: number): HubEvent[] {
  const random = mulberry32(1);
  return Array.from({ length: count }, (_, nth) => {
    const total = Math.floor(random() * TOTALS);
    const event: HubEvent = {
      id: `event-${nth}`,
      type: TYPE,
      source: "shop",
      time: "2026-11-21T10:00:00.000Z",
      data: { id: `order-${nth}`, total, currency: "EUR", items: [{ sku: `sku-${nth % 90}`, count: 1 + (nth % 3) }] },
      correlationId: `event-${nth}`,
      depth: 0,
    };
    return JSON.parse(JSON.stringify(event)) as HubEvent;
  });
}
