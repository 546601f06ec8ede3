import type { HubEvent } from "../../../schema/contract/events.ts";
import type { RouteExplanation } from "../../../schema/contract/explanations.ts";
import { traceText } from "./condition-text.ts";
import type { Explanation, Routing } from "./routing.ts";

/** Why each route took an event or did not, in words. */
export function explainRoutes(routing: Routing, event: HubEvent): RouteExplanation[] {
  return routing.ids.flatMap((id) => {
    const explanation = routing.explain(event, id);
    return explanation === undefined ? [] : [{ id, matched: explanation.matched, why: whyText(explanation) }];
  });
}

function whyText({ on, where }: Explanation): string {
  const type = `type ${on.found} ${on.held ? "matches" : "does not match"} ${on.wanted}`;
  return where === undefined ? type : `${type}; ${traceText(where)}`;
}
