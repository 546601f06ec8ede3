import { isDeepStrictEqual } from "node:util";
import type { DispatchView, HubEvent } from "flowhub";
import { typeOf, type WebhookDelivery } from "./deliveries.ts";
import type { Accepted } from "./emit-all.ts";
import { followUpsOf, OWED_OF_FOLLOW_UP, type Owed, owedOf } from "./expected-dispatches.ts";
import { endOf } from "./expected-end.ts";

/** What a run left in the hub. */
export interface Outcome {
  readonly events: readonly HubEvent[];
  readonly dispatches: readonly DispatchView[];
}

/** Holds what the hub did against what it should have done. Each difference in words; none: all is explained. */
export function unexplainedOf(accepted: readonly Accepted[], { events, dispatches }: Outcome): string[] {
  const byEvent = Map.groupBy(dispatches, ({ eventId }) => eventId);
  const byCause = Map.groupBy(events, ({ causationId }) => eventOfCause(causationId));
  const stored = new Map(events.map((event) => [event.id, event]));
  return accepted.flatMap(({ delivery, receipt }) => {
    const followUps = byCause.get(receipt.id) ?? [];
    return [
      ...eventProblems(delivery, { event: stored.get(receipt.id), duplicate: receipt.duplicate }),
      ...owedProblems(receipt.id, { wanted: owedOf(delivery), found: byEvent.get(receipt.id) ?? [] }),
      ...followUpProblems(delivery, followUps),
      ...followUps.flatMap(({ id }) => owedProblems(id, { wanted: OWED_OF_FOLLOW_UP, found: byEvent.get(id) ?? [] })),
      ...[receipt.id, ...followUps.map(({ id }) => id)].flatMap((id) => byEvent.get(id) ?? []).flatMap((one) => endProblems(one, delivery)),
    ];
  });
}

/** A cause is a dispatch, and its event's id is all before the ordinal. */
function eventOfCause(causationId: string | undefined): string | undefined {
  return causationId?.replace(/-\d+(-r\d+)?$/, "");
}

function eventProblems(delivery: WebhookDelivery, { event, duplicate }: { event: HubEvent | undefined; duplicate: boolean }): string[] {
  const name = `${delivery.event} ${delivery.id}`;
  if (duplicate) return [`${name}: was taken for a duplicate`];
  if (event === undefined) return [`${name}: is not stored`];
  const wanted = { type: typeOf(delivery), subject: delivery.payload.repository?.full_name, source: "github" };
  const found = { type: event.type, subject: event.subject, source: event.source };
  if (!isDeepStrictEqual(found, wanted)) return [`${name}: stored as ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`];
  return isDeepStrictEqual(event.data, delivery.payload) ? [] : [`${name}: its data was changed`];
}

function owedProblems(eventId: string, { wanted, found }: { wanted: readonly Owed[]; found: readonly DispatchView[] }): string[] {
  const missing = [...wanted];
  const extra = found.filter(({ route, destination }) => {
    const at = missing.indexOf(`${route} → ${destination}`);
    if (at >= 0) missing.splice(at, 1);
    return at < 0;
  });
  return [
    ...missing.map((owed) => `event ${eventId}: no dispatch ${owed}`),
    ...extra.map(({ id, route, destination }) => `dispatch ${id}: ${route} → ${destination} is not owed`),
  ];
}

function followUpProblems(delivery: WebhookDelivery, found: readonly HubEvent[]): string[] {
  const wanted = followUpsOf(delivery);
  const types = found.map(({ type }) => type);
  return isDeepStrictEqual(types, wanted) ? [] : [`${delivery.event} ${delivery.id}: was followed by [${types}], not [${wanted}]`];
}

function endProblems(dispatch: DispatchView, delivery: WebhookDelivery): string[] {
  const wanted = endOf(dispatch, delivery);
  const { id, route, destination, status, attempts, reason } = dispatch;
  if (status === wanted.status && attempts === wanted.attempts) return [];
  const why = reason === undefined ? "" : ` (${reason})`;
  return [
    `dispatch ${id}: ${route} → ${destination} is ${status} at attempt ${attempts}${why}, not ${wanted.status} at attempt ${wanted.attempts}`,
  ];
}
