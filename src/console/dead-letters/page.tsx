import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DeadLetters } from "../../../schema/contract/dead-letters.ts";
import { GIVEN_UP } from "../../../schema/limits.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { queryFields } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { withQuery } from "../parts/links.tsx";
import { count } from "../parts/when.tsx";
import { Groups } from "./groups.tsx";

const RENEW_MS = 10_000;

/** Dead letters in groups, by destination and error. */
export function deadLetterRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().get(PAGES.deadLetters.path, async (context) => {
    const filters = queryFields(context, ["destination"]);
    const letters = await hub.deadLetters(filters);
    const mayAct = isOperator(context.var.visitor);
    const body = <Letters letters={letters} destination={filters.destination} mayAct={mayAct} />;
    return page(context, { title: "Dead letters", renew: RENEW_MS, body });
  });
}

interface LettersProps {
  readonly letters: DeadLetters;
  readonly destination: string | undefined;
  readonly mayAct: boolean;
}

function Letters({ letters, destination, mayAct }: LettersProps) {
  const { groups, total, truncated, moreGroups } = letters;
  return (
    <>
      <div class="title">
        <h1>Dead letters{destination !== undefined && ` of ${destination}`}</h1>
        {mayAct && total > 0 && (
          <a class="button" href={withQuery(PAGES.newBulk.path, { kind: "retry", destination })}>
            Redrive all {count(total)}
            {truncated && " and older ones"}…
          </a>
        )}
      </div>
      {groups.length === 0 ? (
        <p class="notice good">Nothing {truncated && "of the latest "}that was given up is owed still.</p>
      ) : (
        <Groups groups={groups} mayAct={mayAct} />
      )}
      {moreGroups && <p class="soft">The {count(groups.length)} largest groups; there are more.</p>}
      {truncated && (
        <p class="soft">Only the latest {count(GIVEN_UP.rows)} dead letters of all destinations were looked at; there are older ones.</p>
      )}
      {destination !== undefined && (
        <p>
          <a href={PAGES.deadLetters.path}>Dead letters of all destinations</a>
        </p>
      )}
    </>
  );
}
