import type { Accepted } from "./emit-all.ts";
import { followUpsOf, OWED_OF_FOLLOW_UP, owedOf } from "./expected-dispatches.ts";

/** How much a run comes to when all goes as it should. */
export interface Expectation {
  readonly events: number;
  readonly dispatches: number;
}

export function expectationOf(deliveries: readonly Accepted["delivery"][]): Expectation {
  const followUps = sum(deliveries.map((delivery) => followUpsOf(delivery).length));
  const dispatches = sum(deliveries.map((delivery) => owedOf(delivery).length));
  return { events: deliveries.length + followUps, dispatches: dispatches + followUps * OWED_OF_FOLLOW_UP.length };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
