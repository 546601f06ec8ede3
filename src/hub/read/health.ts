import type { Health } from "../../../schema/contract/health.ts";
import { D1, DAY_MS, READ } from "../../../schema/limits.ts";
import { configured } from "../../bindings/configuration.ts";
import type { Hub } from "../../bindings/hub.ts";
import { lastAudit } from "../../domain/audit/audit-sums.ts";
import { emittedAt } from "../../domain/base/iso.ts";
import { longChains } from "../../domain/read/long-chains.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { readHealth } from "../../store/read/read-health.ts";

/** The hub at a glance, from a bounded number of rows. */
export async function health(hub: Hub): Promise<Health> {
  const now = hub.now();
  const [stored, configuration] = await Promise.all([readHealth(homeStore(hub.env), { since: now - DAY_MS, now }), configured(hub.env)]);
  const { counts, oldest, overdue, latest, audited, chains, bytes } = stored;
  const truncated = Object.values(counts).reduce((sum, count) => sum + count, 0) === READ.healthRows;
  return {
    at: new Date(now).toISOString(),
    counts,
    truncated,
    countedFrom: truncated && oldest !== null ? emittedAt(oldest) : new Date(now - DAY_MS).toISOString(),
    overdue,
    latest: latest.map(({ id, type, source }) => ({ id, type, ...(source !== null && { source }), emittedAt: emittedAt(id) })),
    config: configuration.ok ? { version: configuration.value.version } : { issues: configuration.issues },
    storage: { bytes, limitBytes: D1.maxDatabaseBytes, warning: bytes >= D1.maxDatabaseBytes * D1.warnAtShare },
    ...(audited !== undefined && { lastAudit: lastAudit(audited) }),
    longChains: longChains(chains),
  };
}
