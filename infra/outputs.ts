import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../schema/wording.ts";

/** True for a value that is known once something is deployed. */
export function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** Where an Output stands in what has to be plain data. */
export function outputIssues(value: unknown, path: string, what = "routing"): Issue[] {
  if (pulumi.Output.isInstance(value)) return [{ path, message: `is an Output; ${what} is plain data, so that it is checked at preview` }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => outputIssues(member, `${path}.${key}`, what));
}
