import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DeadLetters } from "../../../schema/contract/dead-letters.ts";
import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import type { Health } from "../../../schema/contract/health.ts";
import type { Stats } from "../../../schema/contract/stats.ts";
import { faultCode } from "../../../schema/faults.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { page } from "../parts/layout.tsx";
import { When } from "../parts/when.tsx";
import { auditRoutes } from "./audit.tsx";
import { LatestEvents, StatusCounts } from "./counts.tsx";
import { DestinationFigures } from "./destination-figures.tsx";
import { Upkeep } from "./upkeep.tsx";
import { Verdict } from "./verdict.tsx";

const RENEW_MS = 10_000;

/** The hub at a glance: is all well, and if not, where. `/health` says the same to machines. */
export function overviewRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(PAGES.overview.path, async (context) => {
      const [health, stats, letters, controls] = await Promise.all([hub.health(), hub.stats(), hub.deadLetters(), controlsOf(hub)]);
      const mayAct = isOperator(context.var.visitor);
      const body = <Overview health={health} stats={stats} letters={letters} controls={controls} mayAct={mayAct} />;
      return page(context, { title: "Overview", renew: RENEW_MS, status: statusOf(health), body });
    })
    .get("/health", async (context) => {
      const health = await hub.health();
      return context.json(health, statusOf(health));
    })
    .route("/", auditRoutes(hub));
}

/** A hub without a configuration accepts nothing: whoever watches it from outside is told. */
function statusOf(health: Health): 200 | 503 {
  return "issues" in health.config ? 503 : 200;
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
  readonly letters: DeadLetters;
  readonly controls: readonly DestinationControl[];
  readonly mayAct: boolean;
}

function Overview({ health, stats, letters, controls, mayAct }: OverviewProps) {
  return (
    <>
      <h1>Overview</h1>
      <Verdict health={health} letters={letters} controls={controls} />
      <h2>Dispatches of the last 24 hours</h2>
      <StatusCounts health={health} />
      <p class="soft">
        By time of emission; {health.truncated && "the latest 10,000, "}since <When at={health.countedFrom} />.
      </p>
      <h2>Destinations</h2>
      <DestinationFigures stats={stats} controls={controls} />
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
