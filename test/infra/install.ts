import { join } from "node:path";
import { installPackage } from "../../tools/install-package.ts";

/** Recorded bindings are checked against the API's own types, which `npm run live` uses. */
export default () => installPackage(join(import.meta.dirname, "../../tools/live"));
