import * as z from "zod";
import type { AuditQuery } from "../../../schema/contract/audit.ts";
import type { DeadLetterQuery } from "../../../schema/contract/dead-letters.ts";
import type { DispatchQuery } from "../../../schema/contract/dispatches.ts";
import { storableText } from "../../../schema/contract/emit-input.ts";
import type { EventQuery, EventSearch } from "../../../schema/contract/events.ts";
import type { PurgeQuery } from "../../../schema/contract/purge.ts";
import type { StatsQuery } from "../../../schema/contract/stats.ts";
import { STATUSES } from "../../../schema/contract/statuses.ts";
import { Fault } from "../../../schema/faults.ts";
import { DAY_MS, READ } from "../../../schema/limits.ts";
import { momentMs as time } from "../../../schema/moment.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";

const text = z.string().min(1);

const paging = {
  from: time.optional(),
  to: time.optional(),
  limit: z.int().min(1).max(READ.maxPage).default(READ.defaultPage),
  cursor: z.string().optional(),
};

const eventFilters = {
  type: text.optional(),
  subject: text.optional(),
  source: text.optional(),
  key: text.optional(),
  correlationId: text.optional(),
  ...paging,
};

const eventQuery = closedObject(eventFilters) satisfies z.ZodType<unknown, EventQuery>;

const eventSearch = closedObject({ text: storableText(READ.maxText).optional(), ...eventFilters }) satisfies z.ZodType<
  unknown,
  EventSearch
>;

const dispatchQuery = closedObject({
  status: z.enum(STATUSES).optional(),
  destination: text.optional(),
  route: text.optional(),
  eventId: text.optional(),
  reason: z.string().optional(),
  ...paging,
}) satisfies z.ZodType<unknown, DispatchQuery>;

const auditQuery = closedObject({
  from: time.optional(),
  to: time.optional(),
  allRuns: z.boolean().default(false),
  cursor: z.string().optional(),
}) satisfies z.ZodType<unknown, AuditQuery>;

const purgeQuery = closedObject({ dryRun: z.boolean().default(false), cursor: z.string().optional() }) satisfies z.ZodType<
  unknown,
  PurgeQuery
>;

const statsQuery = closedObject({ from: time.optional(), to: time.optional() }) satisfies z.ZodType<unknown, StatsQuery>;

const deadLetterQuery = closedObject({
  destination: text.optional(),
  from: time.optional(),
  to: time.optional(),
}) satisfies z.ZodType<unknown, DeadLetterQuery>;

export type ParsedEventQuery = z.infer<typeof eventQuery>;
export type ParsedEventSearch = z.infer<typeof eventSearch>;
export type ParsedDispatchQuery = z.infer<typeof dispatchQuery>;
export type ParsedDeadLetterQuery = z.infer<typeof deadLetterQuery>;

/** Throws `query.invalid` naming the filter. */
export function parseEventQuery(query: unknown = {}): ParsedEventQuery {
  return parsedOr("query.invalid", eventQuery.safeParse(query, inWords));
}

/** Throws `query.invalid` naming the filter. */
export function parseEventSearch(query: unknown = {}): ParsedEventSearch {
  return parsedOr("query.invalid", eventSearch.safeParse(query, inWords));
}

/** Throws `query.invalid` naming the filter. */
export function parseDeadLetterQuery(query: unknown = {}): ParsedDeadLetterQuery {
  return parsedOr("query.invalid", deadLetterQuery.safeParse(query, inWords));
}

/** Throws `query.invalid` naming the filter. */
export function parseDispatchQuery(query: unknown = {}): ParsedDispatchQuery {
  return parsedOr("query.invalid", dispatchQuery.safeParse(query, inWords));
}

/** Throws `query.invalid` naming the option. */
export function parseAuditQuery(query: unknown = {}): z.infer<typeof auditQuery> {
  return parsedOr("query.invalid", auditQuery.safeParse(query, inWords));
}

/** Throws `query.invalid` naming the option, also for a moment that is yet to come. */
export function parsePurge(before: unknown, query: unknown, now: number): z.infer<typeof purgeQuery> & { before: number } {
  const { before: moment } = parsedOr("query.invalid", closedObject({ before: time }).safeParse({ before }, inWords));
  if (moment > now) throw new Fault("query.invalid", "before lies in the future; pass a moment that is over.");
  return { ...parsedOr("query.invalid", purgeQuery.safeParse(query ?? {}, inWords)), before: moment };
}

/** Throws `query.invalid` naming the option, also for a window that is none. */
export function parseStatsQuery(query: unknown, now: number): { from: number; to: number } {
  const { to = now, from = to - DAY_MS } = parsedOr("query.invalid", statsQuery.safeParse(query ?? {}, inWords));
  if (from >= to) throw new Fault("query.invalid", "from is not before to.");
  return { from, to };
}

/** An id as a caller passes it. Throws `query.invalid` for anything but text. */
export function parseId(id: unknown): string {
  return parsedOr("query.invalid", text.safeParse(id, inWords));
}
