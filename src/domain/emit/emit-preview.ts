import type { EmitPreview } from "../../../schema/contract/emit.ts";
import { explainRoutes } from "../routing/explanation.ts";
import type { Routing } from "../routing/routing.ts";
import type { AcceptedEvent } from "./parse-emit.ts";
import { type EmitPlan, hubEvent } from "./plan-emit.ts";

/** A plan for one event in words: why each route takes it or not, and when it is due where. */
export function emitPreview(
  { events, dispatches }: EmitPlan,
  { accepted, configuration }: { accepted: readonly AcceptedEvent[]; configuration: { routing: Routing; version: string } },
): EmitPreview {
  const [[row], [event]] = [events, accepted];
  if (row === undefined || event === undefined) throw new Error("a plan for no event");
  return {
    configVersion: configuration.version,
    routes: explainRoutes(configuration.routing, hubEvent(row, event.data)),
    dispatches: dispatches.map(({ route, destination, dueAt }) => ({ route, destination, dueAt: new Date(dueAt).toISOString() })),
  };
}
