import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import type { Health, LongChain } from "../../../schema/contract/health.ts";
import type { Problem } from "../../../schema/contract/problems.ts";
import { READ } from "../../../schema/limits.ts";
import { PAGES } from "../pages.ts";
import { placeOfDestination } from "../parts/links.tsx";
import { count, counted, When } from "../parts/when.tsx";

interface VerdictProps {
  readonly health: Health;
  readonly controls: readonly DestinationControl[];
}

/** All is well, or what has to be looked at. */
export function Verdict({ health, controls }: VerdictProps) {
  const problems = [
    ...ofConfiguration(health),
    ...health.problems.map(ofDeployment),
    ...ofDispatches(health),
    ...heldOf(health, controls).flatMap(ofDestination),
    ...health.longChains.map(ofChain),
    ...ofUpkeep(health),
  ];
  if (problems.length === 0) {
    return <p class="notice good">All is well: everything that was accepted has arrived or is on its way.</p>;
  }
  return (
    <section class="notice bad" role="alert" aria-label="To be looked at">
      {problems}
    </section>
  );
}

function ofConfiguration({ config }: Health) {
  if (!("issues" in config)) return [];
  return [
    <p>
      <strong>The configuration is invalid.</strong> Nothing is accepted and nothing is attempted until it is corrected; nothing stored is
      lost.
    </p>,
    <ul>
      {config.issues.map(({ path, message }) => (
        <li>
          <code>{path === "" ? "configuration" : path}</code>: {message}
        </li>
      ))}
    </ul>,
  ];
}

/** What keeps the hub from its work, and what to do about it. */
function ofDeployment({ code, cause, cure }: Problem) {
  return (
    <p data-problem={code}>
      <strong>{sentence(cause)}.</strong> What to do: {cure}.
    </p>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function ofDispatches({ overdue, deadLetters: { count: dead, more }, config, problems }: Health) {
  const given = (
    <p id="given-up">
      <a href={PAGES.deadLetters.path}>
        {count(dead)}
        {more && " or more"} {dead === 1 ? "dead letter" : "dead letters"}
      </a>
      : given up, and owed still.
    </p>
  );
  const isLookedAfter = problems.length === 0 && !("issues" in config);
  const late = (
    <p>
      {count(overdue)}
      {overdue >= READ.scanRows && " or more"} {overdue === 1 ? "dispatch is" : "dispatches are"} overdue
      {isLookedAfter ? ": the hub looks after them by itself within two minutes." : ", and may stay so until the above is put right."}
    </p>
  );
  return [...(dead > 0 ? [given] : []), ...(overdue > 0 ? [late] : [])];
}

/** While the configuration does not parse nobody lists destinations; those that are held back are known all the same. */
function heldOf({ paused, tripped }: Health, controls: readonly DestinationControl[]): readonly DestinationControl[] {
  if (controls.length > 0) return controls;
  return [
    ...paused.map((destination) => ({ destination, state: "paused" }) as const),
    ...tripped.map((destination) => ({ destination, state: "tripped" }) as const),
  ];
}

function ofDestination({ destination, state, by, since, reason }: DestinationControl) {
  if (state === "active" || state === "draining") return [];
  return [
    <p id={`held:${destination}`}>
      <a href={`/destinations${placeOfDestination(destination)}`}>{destination}</a>{" "}
      {state === "paused" ? "is paused" : "is held back after failures"}
      {state === "paused" && by !== undefined && (
        <>
          {" "}
          by <bdi>{by}</bdi>
        </>
      )}
      {since !== undefined && (
        <>
          {" "}
          since <When at={since} />
        </>
      )}
      {reason !== undefined && (
        <>
          : <bdi>{reason}</bdi>
        </>
      )}
    </p>,
  ];
}

function ofChain({ correlationId, events, limit, full }: LongChain) {
  return (
    <p>
      <a href={`${PAGES.events.path}?${new URLSearchParams({ correlationId })}`}>A chain</a>{" "}
      {full ? (
        <>has the {counted(limit, "event")} that it may have, and takes no more: something emits in a loop.</>
      ) : (
        <>
          has {counted(events, "event")} of the {count(limit)} that it may have: something may emit in a loop.
        </>
      )}
    </p>
  );
}

function ofUpkeep({ lastAudit, storage }: Health) {
  const unexplained = lastAudit?.unexplained ?? 0;
  return [
    ...(unexplained > 0 ? [<p>The last audit found {counted(unexplained, "thing")} that it could not explain.</p>] : []),
    ...(storage.warning ? [<p>The database is getting full, and a full one accepts nothing: purge what is old.</p>] : []),
  ];
}
