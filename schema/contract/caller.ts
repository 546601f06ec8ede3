import * as z from "zod";
import { closedObject } from "../wording.ts";
import { attribute } from "./emit-input.ts";

/** What a service binding to the hub says of its caller: `props` beside it. */
export interface CallerProps {
  /** Who emits over it. Without `sources` it wins over what an event says; with them it stands for events that name none. */
  readonly source?: string | undefined;
  /** For a gateway, which emits for others: events keep the sources that they name. `any`, or these and `source` alone. */
  readonly sources?: "any" | readonly string[] | undefined;
}

export const callerProps = closedObject({
  source: attribute.optional(),
  sources: z.union([z.literal("any"), z.array(attribute).min(1)]).optional(),
}) satisfies z.ZodType<unknown, CallerProps>;
