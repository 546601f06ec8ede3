import type { ConfigInput } from "../schema/config/config.ts";
import { ENTRYPOINTS, VARIABLES } from "../schema/deployment.ts";
import { hubConfig } from "../tools/hub-config.ts";
import { workerConfig } from "../tools/worker-config.ts";

const NAME = "flowhub-under-test";

/** The Worker of worker/destinations.js. */
export const DESTINATIONS = "destinations";

/** The Worker of worker/named-only.js. */
export const NAMED_ONLY = "named-only";

/** Attempts without waiting are what most tests use: `fast`. */
const ROUTING: ConfigInput = {
  defaults: { timeout: "5s", retry: { limit: 2, backoff: "constant", delay: "100ms", jitter: "none" } },
  destinations: {
    scripted: { worker: "SCRIPTED" },
    second: { worker: "SCRIPTED" },
    third: { worker: "SCRIPTED" },
    fourth: { worker: "SCRIPTED" },
    pausable: { worker: "SCRIPTED" },
    fragile: { worker: "SCRIPTED", autoPause: { after: 3, probe: "1s" } },
    mute: { worker: "MUTE" },
    unbound: { worker: "NOT_BOUND" },
  },
  routes: [
    { id: "fast", on: "fast.*", to: "scripted" },
    { id: "delayed", on: "delayed.*", to: { destination: "scripted", delay: "1500ms" } },
    { id: "later", on: "later.*", to: { destination: "scripted", delay: "30 days" } },
    { id: "once", on: "once.*", to: { destination: "scripted", retry: { limit: 0 } } },
    { id: "instant-retry", on: "instant.*", to: { destination: "scripted", retry: { limit: 2, delay: "0s" } } },
    { id: "constant", on: "constant.*", to: { destination: "scripted", retry: { limit: 3, delay: "300ms" } } },
    {
      id: "linear",
      on: "linear.*",
      to: { destination: "scripted", retry: { limit: 3, backoff: "linear", delay: "300ms" } },
    },
    {
      id: "exponential",
      on: "exponential.*",
      to: { destination: "scripted", retry: { limit: 3, backoff: "exponential", delay: "300ms" } },
    },
    {
      id: "capped",
      on: "capped.*",
      to: { destination: "scripted", retry: { limit: 3, backoff: "exponential", delay: "300ms", maxDelay: "500ms" } },
    },
    {
      id: "jittered",
      on: "jittered.*",
      to: { destination: "scripted", retry: { limit: 100, delay: "1 hour", jitter: "full" } },
    },
    { id: "patient", on: "patient.*", to: { destination: "scripted", retry: { limit: 3, delay: "3s" } } },
    {
      id: "impatient",
      on: "impatient.*",
      to: { destination: "scripted", timeout: "300ms", retry: { limit: 1, delay: "0s" } },
    },
    { id: "pausable", on: "pausable.*", to: "pausable" },
    { id: "fragile", on: "fragile.*", to: { destination: "fragile", retry: { limit: 100, delay: "0s" } } },
    {
      id: "mute",
      on: "mute.*",
      to: { destination: "mute", retry: { limit: 0 }, misconfigured: { delay: "1s", maxDelay: "1s", for: "2500ms" } },
    },
    { id: "mute-now", on: "mute-now.*", to: { destination: "mute", misconfigured: { for: "0s" } } },
    { id: "unbound", on: "unbound.*", to: { destination: "unbound", misconfigured: { for: "0s" } } },
    {
      id: "fan",
      on: "fan.*",
      to: [
        "scripted",
        "second",
        { destination: "third", timeout: "2s", retry: { limit: 0 } },
        "fourth",
        { destination: "mute", misconfigured: { for: "0s" } },
      ],
    },
  ],
};

const destination = (entrypoint: string) => ({ service: DESTINATIONS, entrypoint });
const { services } = workerConfig({
  name: NAME,
  services: {
    SCRIPTED: destination("Scripted"),
    // Entrypoints without a usable handle(), each in its own way.
    MUTE: destination("Mute"),
    NO_ENTRYPOINT: { service: DESTINATIONS },
    // No default export at all, where there is a class with a handle() under a name.
    NAMED_ONLY: { service: NAMED_ONLY },
    TEXT_GETTER: destination("TextGetter"),
    ARROW_FIELD: destination("ArrowField"),
    PLAIN_OBJECT: destination("plainObject"),
    WIDE_PLAIN_OBJECT: destination("widePlainObject"),
    // Has a handle() that itself calls a method nobody implements.
    FORWARDING: destination("Forwarding"),
    FIRST_IDENTITY: destination("FirstIdentity"),
    SECOND_IDENTITY: destination("SecondIdentity"),
    // The hub's doors as other Workers bind them, with and without a source of their own.
    HUB_RPC: { service: NAME, entrypoint: ENTRYPOINTS.hub },
    SHOP: { service: NAME, entrypoint: ENTRYPOINTS.producer, props: { source: "shop" } },
    PRODUCER: { service: NAME, entrypoint: ENTRYPOINTS.producer },
  },
});

/** Few retries: what cannot be read reaches the dead-letter queue while a test waits. */
const deployed = hubConfig({ name: NAME, destinations: {}, routes: [], maxRetries: 2 });

/** The hub of the worker tests: as it is deployed, with routes and destinations made for them. */
export const HUB_UNDER_TEST = {
  ...deployed,
  // Never migrated but by the tests of migrate().
  d1_databases: [...deployed.d1_databases, { binding: "EMPTY_DB", database_name: "empty", database_id: "empty" }],
  // A workflow of another Worker, to see what the engine does.
  workflows: [...deployed.workflows, { binding: "PROBE_WORKFLOW", name: "probe", class_name: "Probe", script_name: DESTINATIONS }],
  services,
  vars: { ...deployed.vars, [VARIABLES.config]: ROUTING },
};
