import type { Health } from "../../../schema/contract/health.ts";
import type { Problem } from "../../../schema/contract/problems.ts";
import { D1, DAY_MS, GIVEN_UP, READ } from "../../../schema/limits.ts";
import { type Configured, configured } from "../../bindings/configuration.ts";
import type { Hub } from "../../bindings/hub.ts";
import { deploymentProblems } from "../../bindings/self-check.ts";
import { lastAudit } from "../../domain/audit/audit-sums.ts";
import { emittedAt, iso } from "../../domain/base/iso.ts";
import { destinationProblems } from "../../domain/deployment/binding-problems.ts";
import { upkeepProblems } from "../../domain/deployment/upkeep-problems.ts";
import { longChains } from "../../domain/read/long-chains.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { readHealth } from "../../store/read/read-health.ts";

type StoredHealth = Awaited<ReturnType<typeof readHealth>>;

/** The hub at a glance, from a bounded number of rows. */
export async function health(hub: Hub): Promise<Health> {
  const now = hub.now();
  const since = now - DAY_MS;
  const [stored, configuration] = await Promise.all([readHealth(homeStore(hub.env), { since, now }), configured(hub.env)]);
  const { emitted, given, deadLetters, held, sweep, latest, audited, chains, bytes } = stored;
  const truncated = emitted.scanned === READ.healthRows;
  const heldAs = (state: "paused" | "tripped") => held.filter((one) => one.state === state).map(({ destination }) => destination);
  return {
    at: iso(now),
    problems: problemsOf(hub.env, { stored, configuration, now }),
    counts: countsOf(stored),
    truncated,
    countedFrom: truncated && emitted.oldest !== null ? emittedAt(emitted.oldest) : iso(since),
    failuresTruncated: given.cutAt !== null,
    failuresFrom: iso(given.cutAt ?? since),
    deadLetters: { count: Math.min(deadLetters, GIVEN_UP.rows), more: deadLetters > GIVEN_UP.rows },
    overdue: stored.overdue,
    ...(sweep !== undefined && { lastSweep: { ...sweep, at: iso(sweep.at) } }),
    paused: heldAs("paused"),
    tripped: heldAs("tripped"),
    latest: latest.map(({ id, type, source }) => ({ id, type, ...(source !== null && { source }), emittedAt: emittedAt(id) })),
    config: configuration.ok ? { version: configuration.value.version } : { issues: configuration.issues },
    storage: { bytes, limitBytes: D1.maxDatabaseBytes, warning: bytes >= D1.maxDatabaseBytes * D1.warnAtShare },
    ...(audited !== undefined && { lastAudit: lastAudit(audited) }),
    longChains: longChains(chains),
  };
}

function countsOf({ emitted, given }: StoredHealth): Health["counts"] {
  const { ongoing, complete, ignored, cancelled } = emitted;
  const { failed, misconfigured, lost } = given;
  return { ongoing, complete, ignored, failed, misconfigured, lost, cancelled };
}

/** What cannot be seen from bindings is looked for only where they are right: nothing is swept without a queue, or started without a workflow. */
function problemsOf(env: Env, { stored, configuration, now }: { stored: StoredHealth; configuration: Configured; now: number }): Problem[] {
  const { sweep, migratedAt, emitted } = stored;
  const bound = configuration.ok ? destinationProblems(env, configuration.value.config.destinations) : [];
  const seen = [...deploymentProblems(env), ...bound];
  if (!configuration.ok || seen.some(({ code }) => code === "binding.missing")) return seen;
  return [...seen, ...upkeepProblems({ now, sweptAt: sweep?.at, migratedAt, unstarted: emitted.unstarted, settledAt: emitted.settledAt })];
}
