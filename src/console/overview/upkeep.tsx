import type { Health } from "../../../schema/contract/health.ts";
import { D1, READ } from "../../../schema/limits.ts";
import { Action } from "../parts/action.tsx";
import { count, counted, When } from "../parts/when.tsx";

/** What somebody has to see to now and then: the audit, the sweeps, the room that is left, which configuration is live. */
export function Upkeep({ health: { lastAudit, lastSweep, storage, config }, mayAct }: { health: Health; mayAct: boolean }) {
  return (
    <section>
      <h2>Upkeep</h2>
      <LastAudit audit={lastAudit} />
      {mayAct && <Action to="/audit" label="Audit the last 24 hours" />}
      <LastSweep sweep={lastSweep} />
      <Room storage={storage} />
      {"version" in config && (
        <p>
          Configuration <code title={config.version}>{config.version.slice(0, 12)}</code>
        </p>
      )}
    </section>
  );
}

function LastAudit({ audit }: { audit: Health["lastAudit"] }) {
  if (audit === undefined) {
    return (
      <p>
        Never audited. An audit counts all that is stored and names what does not fit: <code>npm run audit</code>, or here.
      </p>
    );
  }
  const { endedAt, events, dispatches, unexplained, from } = audit;
  return (
    <p>
      Audited <When at={endedAt} />
      {from !== undefined && (
        <>
          , what was emitted since <When at={from} />
        </>
      )}
      : {counted(events, "event")}, {counted(dispatches, "dispatch", "dispatches")},{" "}
      <b class={unexplained > 0 ? "bad" : "good"}>{unexplained} unexplained</b>.
    </p>
  );
}

function LastSweep({ sweep }: { sweep: Health["lastSweep"] }) {
  if (sweep === undefined) return <p>No sweep yet: one comes every minute and looks for what is overdue.</p>;
  const { at, taken, left } = sweep;
  return (
    <p>
      Swept <When at={at} />: {counted(taken, "overdue dispatch", "overdue dispatches")} taken up
      {left > 0 && (
        <>
          , {count(left)}
          {left >= READ.scanRows && " or more"} left to the next
        </>
      )}
      .
    </p>
  );
}

/** How full the database is: one that is full refuses everything, reads included. */
function Room({ storage: { bytes, limitBytes, warning } }: { storage: Health["storage"] }) {
  return (
    <p class={warning ? "bad" : undefined}>
      <label>
        Database <meter min={0} max={limitBytes} high={limitBytes * D1.warnAtShare} value={bytes} />{" "}
        {(bytes / 1_000_000).toLocaleString("en", { maximumFractionDigits: 1 })} MB, {((bytes / limitBytes) * 100).toFixed(1)} % of{" "}
        {(limitBytes / 1_000_000_000).toLocaleString("en")} GB
      </label>
    </p>
  );
}
