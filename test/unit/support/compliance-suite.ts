import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Json } from "../../../schema/json.ts";

/** A case of the JSONPath Compliance Test Suite. */
export interface ComplianceCase {
  readonly name: string;
  readonly selector: string;
  readonly document?: Json;
  readonly result?: Json[];
  readonly results?: Json[][];
  readonly invalid_selector?: true;
}

const PACKAGE = dirname(createRequire(import.meta.url).resolve("jsonpath-rfc9535/package.json"));
const SUITE = join(PACKAGE, "src/__tests__/jsonpath-compliance-test-suite/cts.json");

/** The suite, of which the package of another implementation holds a copy. */
export const complianceCases = (JSON.parse(readFileSync(SUITE, "utf8")) as { readonly tests: readonly ComplianceCase[] }).tests;
