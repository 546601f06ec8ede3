import type { EventExplanation } from "../../../schema/contract/explanations.ts";
import type { Hub } from "../../bindings/hub.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { storedEvent } from "../../domain/emit/plan-emit.ts";
import { explainRoutes } from "../../domain/routing/explanation.ts";
import { storedRouting } from "../../domain/routing/routing.ts";
import { storeOf } from "../../store/d1/stores.ts";
import { readConfigs } from "../../store/emit/configs.ts";
import { readEvent } from "../../store/read/read-events.ts";

/** Why an event went where it did: every route of the configuration that routed it, evaluated again. `null` when there is no such event. */
export async function explainEvent(hub: Hub, id: unknown): Promise<EventExplanation | null> {
  const givenId = parseId(id);
  const store = storeOf(hub.env, givenId);
  const row = await readEvent(store, givenId);
  if (row === undefined) return null;
  const { id: eventId, configVersion } = row;
  const body = (await readConfigs(store, [configVersion])).get(configVersion);
  const routing = body === undefined ? undefined : storedRouting(body);
  return { eventId, configVersion, routes: routing === undefined ? [] : explainRoutes(routing, storedEvent(row)) };
}
