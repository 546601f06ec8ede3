/** `node tools/install.ts FOLDER…`: installs packages that only a part of the project needs, before a script that is that part. */
import { resolve } from "node:path";
import { installPackage } from "./install-package.ts";

for (const folder of process.argv.slice(2)) await installPackage(resolve(folder));
