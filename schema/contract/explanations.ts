/** Why an event went where it did, by the configuration that routed it. */
export interface EventExplanation {
  readonly eventId: string;
  readonly configVersion: string;
  readonly routes: readonly RouteExplanation[];
}

export interface RouteExplanation {
  readonly id: string;
  readonly matched: boolean;
  /** The type and each comparison with what was found: `type order.placed matches order.*; $.data.total gte 100 [no: 99]`. */
  readonly why: string;
}
