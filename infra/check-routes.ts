import { configWarnings } from "../schema/config/config-warnings.ts";
import type { Policy } from "../schema/config/policy.ts";
import type { EmitInput } from "../schema/contract/emit.ts";
import type { HubEvent } from "../schema/contract/events.ts";
import type { RouteExplanation } from "../schema/contract/explanations.ts";
import { issueText } from "../schema/wording.ts";
import { parseEmit } from "../src/domain/emit/parse-emit.ts";
import { planEmit, storedEvent } from "../src/domain/emit/plan-emit.ts";
import { explainRoutes } from "../src/domain/routing/explanation.ts";
import { compileRouting } from "../src/domain/routing/routing.ts";
import type { NamesOf, RoutingArgs } from "./args.ts";
import { refuse } from "./parse-args.ts";
import { parseRouting } from "./plan.ts";

/** What a sample event comes to. */
export interface CheckedEvent {
  /** As conditions see it. */
  readonly event: HubEvent;
  /** Each is a dispatch: what it is owed to, by which route, how long after emission and by which policy. */
  readonly dispatches: readonly {
    readonly destination: string;
    readonly route: string;
    readonly delayMs: number;
    readonly policy: Policy;
  }[];
  /** Every route, whether it took the event, and why: each comparison with what was found. */
  readonly routes: readonly RouteExplanation[];
  /** What the configuration says that may not be meant, the same for every event: `routes.0.where.path: …`. */
  readonly warnings: readonly string[];
}

/**
 * Which destinations each sample event reaches, and why: for tests of your routing, by the code the hub itself runs. Takes what `EventHub` takes
 * (`destinations` count by their names alone) and events as they are emitted. Stores nothing and calls nobody. Throws what the component or
 * `emit()` would throw for an invalid configuration or event. `now` matters to conditions on `$.time` and to events with `at` only.
 */
export function checkRoutes<const Destinations extends Readonly<Record<string, unknown>>>(
  config: RoutingArgs<Destinations, NamesOf<Destinations>>,
  events: readonly EmitInput[],
  { now = new Date() }: { readonly now?: Date } = {},
): CheckedEvent[] {
  const parsed = parseRouting(config);
  if (!parsed.ok) return refuse("The configuration", parsed.issues);
  if (events.length === 0) return [];
  const routing = compileRouting(parsed.config);
  const warnings = configWarnings(parsed.config).map(issueText);
  const accepted = parseEmit(events, { maxEvents: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY });
  const plan = planEmit({
    accepted,
    ids: accepted.map((_, index) => `event-${index}`),
    routing,
    configVersion: "",
    maxDispatches: Number.POSITIVE_INFINITY,
    now: now.getTime(),
  });
  return plan.events.map((row) => {
    const event = storedEvent(row);
    const owed = plan.dispatches.filter(({ eventId }) => eventId === row.id);
    const dispatches = owed.map(({ destination, route, dueAt, policy }) => ({
      destination,
      route,
      delayMs: dueAt - now.getTime(),
      policy: JSON.parse(policy) as Policy,
    }));
    return { event, dispatches, routes: explainRoutes(routing, event), warnings };
  });
}
