import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import type { Health } from "../../../schema/contract/health.ts";
import type { Stats } from "../../../schema/contract/stats.ts";
import { faultCode } from "../../../schema/faults.ts";
import { STATS } from "../../../schema/limits.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { refusalOf } from "../error-page.tsx";
import { PAGES } from "../pages.ts";
import { page } from "../parts/layout.tsx";
import { count, When } from "../parts/when.tsx";
import { auditRoutes } from "./audit.tsx";
import { CountedBy, LatestEvents, OwedNow, StatusCounts } from "./counts.tsx";
import { DestinationFigures } from "./destination-figures.tsx";
import { Upkeep } from "./upkeep.tsx";
import { Verdict } from "./verdict.tsx";

const RENEW_MS = 10_000;

/** The hub at a glance: is all well, and if not, where. `/health` says the same to machines. */
export function overviewRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(PAGES.overview.path, async (context) => {
      const [health, stats, controls] = await Promise.all([hub.health(), hub.stats(), controlsOf(hub)]);
      const mayAct = isOperator(context.var.visitor);
      const body = <Overview health={health} stats={stats} controls={controls} mayAct={mayAct} />;
      return page(context, { title: "Overview", renew: RENEW_MS, status: statusOf(health), body });
    })
    .get("/health", async (context) => {
      const { body, status } = await healthForMachines(hub);
      return context.json(body, status);
    })
    .route("/", auditRoutes(hub));
}

/** A hub that cannot do its work, or that nobody can say this of: whoever watches it from outside is told. */
function statusOf({ config, problems }: Health): 200 | 503 {
  return "issues" in config || problems.length > 0 ? 503 : 200;
}

interface HealthAnswer {
  readonly body: Health | { readonly problems: readonly { readonly code: string; readonly cause: string; readonly cure: string }[] };
  readonly status: ContentfulStatusCode;
}

/** Where the hub cannot even be asked, the reason is its only problem. */
async function healthForMachines(hub: EventHubApi): Promise<HealthAnswer> {
  try {
    const health = await hub.health();
    return { body: health, status: statusOf(health) };
  } catch (error) {
    const [code, refusal] = [faultCode(error), refusalOf(error)];
    if (code === undefined || refusal === undefined) throw error;
    return { body: { problems: [{ code, cause: refusal.text, cure: refusal.advice }] }, status: refusal.status };
  }
}

/** None while the configuration does not parse: the page says that by itself. */
async function controlsOf(hub: EventHubApi): Promise<readonly DestinationControl[]> {
  try {
    return await hub.listDestinations();
  } catch (error) {
    if (faultCode(error) === "config.invalid") return [];
    throw error;
  }
}

interface OverviewProps {
  readonly health: Health;
  readonly stats: Stats;
  readonly controls: readonly DestinationControl[];
  readonly mayAct: boolean;
}

function Overview({ health, stats, controls, mayAct }: OverviewProps) {
  return (
    <>
      <h1>Overview</h1>
      <Verdict health={health} controls={controls} />
      <h2>Now</h2>
      <OwedNow health={health} />
      <h2>Dispatches of the last 24 hours</h2>
      <StatusCounts health={health} />
      <CountedBy health={health} />
      <h2>Destinations</h2>
      <DestinationFigures stats={stats} controls={controls} />
      {stats.truncated && (
        <p class="soft">
          Throughput: the latest {count(STATS.rows)} dispatches, since <When at={stats.countedFrom} />.
        </p>
      )}
      <div class="columns">
        <section>
          <h2>Latest events</h2>
          <LatestEvents latest={health.latest} />
        </section>
        <Upkeep health={health} mayAct={mayAct} />
      </div>
    </>
  );
}
