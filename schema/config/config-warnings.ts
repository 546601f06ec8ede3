import type { Issue } from "../wording.ts";
import type { Condition } from "./condition.ts";
import type { HubConfig } from "./config.ts";
import { pathWarnings } from "./path-warnings.ts";

/** What a valid configuration says that may not be meant. It stops nothing: it is shown where the configuration is. */
export function configWarnings({ routes }: HubConfig): Issue[] {
  return routes.flatMap(({ where }, index) => (where === undefined ? [] : conditionWarnings(where, `routes.${index}.where`)));
}

function conditionWarnings(condition: Condition, at: string): Issue[] {
  if ("path" in condition) return pathWarnings(condition.path).map((message) => ({ path: `${at}.path`, message }));
  if ("allOf" in condition) return condition.allOf.flatMap((part, index) => conditionWarnings(part, `${at}.allOf.${index}`));
  if ("anyOf" in condition) return condition.anyOf.flatMap((part, index) => conditionWarnings(part, `${at}.anyOf.${index}`));
  return conditionWarnings(condition.not, `${at}.not`);
}
