import { join } from "node:path";
import { installPackage } from "../../tools/install-package.ts";

/** Before a file that imports a contender is loaded, and before two of them start the servers they share. */
export default async () => {
  await installPackage(import.meta.dirname);
  await installPackage(join(import.meta.dirname, "contenders/servers"));
};
