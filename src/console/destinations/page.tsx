import { Hono } from "hono";
import { describeDestination } from "../../../schema/config/destination.ts";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { ConfiguredDestination } from "../../../schema/contract/configuration.ts";
import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import type { DestinationStats, Stats } from "../../../schema/contract/stats.ts";
import { STATS } from "../../../schema/limits.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { Action } from "../parts/action.tsx";
import { ControlBadge } from "../parts/control-badge.tsx";
import { type Flash, withFlash } from "../parts/flash.ts";
import { postedFields } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { destinationPath, placeOfDestination, withQuery } from "../parts/links.tsx";
import { count, counted, When } from "../parts/when.tsx";
import { ControlActions } from "./control.tsx";
import { Figures } from "./figures.tsx";
import { Routes } from "./routes.tsx";

const { path } = PAGES.destinations;
const RENEW_MS = 10_000;

/** Where events go: configuration, latencies, pause and resume. */
export function destinationRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(path, async (context) => {
      const [{ destinations, warnings }, controls, stats] = await Promise.all([hub.configuration(), hub.listDestinations(), hub.stats()]);
      const mayAct = isOperator(context.var.visitor);
      const figuresOf = new Map(stats.destinations.map((one) => [one.destination, one]));
      const controlOf = new Map(controls.map((one) => [one.destination, one]));
      const body = (
        <>
          <h1>Destinations</h1>
          <Warnings warnings={warnings} />
          {destinations.length === 0 && <p class="notice">None is configured: what is emitted is stored and goes nowhere.</p>}
          <NotConfigured controls={controls} names={new Set(destinations.map(({ name }) => name))} mayAct={mayAct} />
          {destinations.map((one) => (
            <Destination configured={one} control={controlOf.get(one.name)} figures={figuresOf.get(one.name)} mayAct={mayAct} />
          ))}
          <Counted stats={stats} />
        </>
      );
      return page(context, { title: "Destinations", renew: RENEW_MS, body });
    })
    .post(`${path}/:name/pause`, async (context) => {
      const { destination } = await hub.pauseDestination(context.req.param("name"), {
        by: context.var.visitor.name,
        ...(await postedFields(context, ["reason"])),
      });
      return context.redirect(backTo(destination, "paused"), 303);
    })
    .post(`${path}/:name/resume`, async (context) => {
      const { rate, ...why } = await postedFields(context, ["rate", "reason"]);
      const options = { by: context.var.visitor.name, ...why, ...(rate !== undefined && { rate: Number(rate) }) };
      const { destination } = await hub.resumeDestination(context.req.param("name"), options);
      return context.redirect(backTo(destination, "resumed"), 303);
    });
}

/** What conditions say that may not be meant. */
function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <div class="notice">
      <p>Conditions that may not mean what they say:</p>
      <ul>
        {warnings.map((warning) => (
          <li>
            <bdi>{warning}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** By which clock figures are counted, and since when where they are cut. */
function Counted({ stats: { truncated, countedFrom, failuresTruncated, failuresFrom } }: { stats: Stats }) {
  return (
    <p class="soft">
      Figures of the last 24 hours: failed, misconfigured and lost by time of settlement
      {failuresTruncated && (
        <>
          , the latest {count(STATS.rows)}, since <When at={failuresFrom} />
        </>
      )}
      ; all else by time of emission
      {truncated && (
        <>
          , the latest {count(STATS.rows)}, since <When at={countedFrom} />
        </>
      )}
      .
    </p>
  );
}

function backTo(name: string, flash: Flash): string {
  return `${withFlash(path, flash)}${placeOfDestination(name)}`;
}

interface DestinationProps {
  readonly configured: ConfiguredDestination;
  readonly control: DestinationControl | undefined;
  readonly figures: DestinationStats | undefined;
  readonly mayAct: boolean;
}

function Destination({ configured, control, figures, mayAct }: DestinationProps) {
  const { name, autoPause, routes } = configured;
  const where = describeDestination(configured);
  return (
    <section class="card" id={name} aria-label={name}>
      <div class="title">
        <h2>
          {name} <ControlBadge control={control} />
        </h2>
        {mayAct && <ControlActions name={name} control={control} />}
      </div>
      <p class="soft">
        {capitalized(where.noun)} <code>{where.name}</code>
        {autoPause !== undefined && `, held back after ${autoPause.after} failures in a row and tried each ${autoPause.probe ?? "minute"}`}
      </p>
      <Held control={control} />
      <ActivityLink name={name} />
      <Figures name={name} figures={figures} />
      <Routes name={name} routes={routes} />
    </section>
  );
}

/** What was done to a destination, and by whom. */
function ActivityLink({ name }: { name: string }) {
  return (
    <p>
      <a href={withQuery(PAGES.activity.path, { destination: name })}>Activity of {name}</a>
    </p>
  );
}

interface NotConfiguredProps {
  readonly controls: readonly DestinationControl[];
  readonly names: ReadonlySet<string>;
  readonly mayAct: boolean;
}

/** Destinations that are held back though the configuration no longer has them: what they hold is owed still. */
function NotConfigured({ controls, names, mayAct }: NotConfiguredProps) {
  const others = controls.filter(({ destination }) => !names.has(destination));
  return (
    <>
      {others.map((control) => (
        <section class="card" id={control.destination} aria-label={control.destination}>
          <div class="title">
            <h2>
              {control.destination} <ControlBadge control={undefined} />
            </h2>
            {mayAct && control.state !== "draining" && <Action to={`${destinationPath(control.destination)}/resume`} label="Resume" />}
          </div>
          <Held control={control} />
          <ActivityLink name={control.destination} />
        </section>
      ))}
    </>
  );
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const HELD_WORDS = { paused: "Paused", tripped: "Held back", draining: "Resumed" } as const;

function Held({ control }: { control: DestinationControl | undefined }) {
  if (control === undefined || control.state === "active") return null;
  const { state, held, rate } = control;
  return (
    <p class={state === "draining" ? "notice" : "notice bad"}>
      {HELD_WORDS[state]} by <bdi>{control.by}</bdi>
      {control.since !== undefined && (
        <>
          {" "}
          <When at={control.since} />
        </>
      )}
      {control.reason !== undefined && (
        <>
          : <bdi>{control.reason}</bdi>
        </>
      )}
      {held !== undefined && held.count > 0 && (
        <>
          {". "}
          {held.truncated ? `More than ${count(held.count)} dispatches are` : counted(held.count, "dispatch is", "dispatches are")} held
          {state === "draining" && (rate === undefined ? ", released as fast as the hub can" : `, released at ${rate} a second`)}.
        </>
      )}
    </p>
  );
}
