import fc from "fast-check";
import { conditionIssues } from "../../../schema/config/checks.ts";
import { parseConfig } from "../../../schema/config/config.ts";
import type { DestinationKind, DestinationOf } from "../../../schema/config/destination.ts";
import type { Duration } from "../../../schema/config/duration.ts";
import { deliveryIssues } from "../../../schema/config/policy-checks.ts";
import { resolveDelivery } from "../../../schema/config/resolve-policy.ts";
import { condition } from "./conditions.ts";

const duration = fc.constantFrom<Duration>("0s", "1ms", "5s", "1.5 hours", "7 days", "365 days");

/** What a target or the defaults may say: every member given, absent or undefined. */
export const delivery = fc.record(
  {
    delay: fc.option(duration, { nil: undefined }),
    timeout: fc.option(fc.constantFrom<Duration>("1ms", "60s", "15 minutes"), { nil: undefined }),
    retry: fc.option(
      fc.record(
        {
          limit: fc.option(fc.constantFrom(0, 1, 5, 1_000), { nil: undefined }),
          backoff: fc.option(fc.constantFrom("constant", "linear", "exponential"), { nil: undefined }),
          delay: fc.option(duration, { nil: undefined }),
          maxDelay: fc.option(duration, { nil: undefined }),
          jitter: fc.option(fc.constantFrom("full", "none"), { nil: undefined }),
        },
        { requiredKeys: [] },
      ),
      { nil: undefined },
    ),
    misconfigured: fc.option(
      fc.record(
        {
          delay: fc.option(fc.constantFrom<Duration>("1s", "1 minute"), { nil: undefined }),
          maxDelay: fc.option(fc.constantFrom<Duration>("1s", "1 hour"), { nil: undefined }),
          for: fc.option(fc.constantFrom<Duration>("0s", "24 hours", "30 days"), { nil: undefined }),
        },
        { requiredKeys: [] },
      ),
      { nil: undefined },
    ),
  },
  { requiredKeys: [] },
);

/** Of these, what is no contradiction, by itself or where the defaults are silent. */
const meantDelivery = delivery.filter((said) => [...deliveryIssues(said, resolveDelivery(said).policy)].length === 0);
const meantCondition = condition.filter((where) => [...conditionIssues(where, "")].length === 0);

const DESTINATIONS = ["email", "triage", "constructor", "a-b_c"];

/** A destination of each kind. */
const KINDS: { readonly [Kind in DestinationKind]: (index: number) => DestinationOf<Kind> } = {
  worker: (index) => ({ worker: `WORKER_${index}` }),
};

const destinations = fc
  .tuple(...DESTINATIONS.map((_, index) => fc.constantFrom(...Object.values(KINDS).map((example) => example(index)))))
  .map((examples) => Object.fromEntries(DESTINATIONS.map((name, index) => [name, examples[index]])));

const target = fc.oneof(
  fc.constantFrom(...DESTINATIONS),
  fc.tuple(fc.constantFrom(...DESTINATIONS), meantDelivery).map(([destination, options]) => ({ destination, ...options })),
);

/** Configurations as people write them, all of them valid. */
export const validConfig = fc
  .record(
    {
      defaults: fc
        .tuple(meantDelivery, fc.option(fc.constantFrom(1, 10_000, 100_000), { nil: undefined }))
        .map(([options, maxChainEvents]) => ({ ...options, maxChainEvents })),
      destinations,
      routes: fc
        .array(
          fc.record(
            {
              on: fc.constantFrom("*", "order.*", "order.placed", "*.placed"),
              where: meantCondition,
              to: fc.oneof(target, fc.array(target, { minLength: 1, maxLength: 3 })),
            },
            { requiredKeys: ["on", "to"] },
          ),
          { maxLength: 4 },
        )
        .map((routes) => routes.map((route, index) => ({ id: `route-${index}`, ...route }))),
    },
    { requiredKeys: ["destinations", "routes"] },
  )
  // A target may contradict the defaults.
  .filter((config) => parseConfig(config).ok);
