import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LicenseInfo, licensePlugin } from "rolldown-license-plugin";

const ROOT = join(import.meta.dirname, "..");

/** Packages in the console's script, which is text by the time the hub is bundled. */
const IN_CONSOLE_SCRIPT = ["idiomorph"];

/** Of all bundles so far, by name and version. */
const bundled = new Map<string, LicenseInfo>();

/** Writes the licenses of all that a bundle holds of others into one file beside it, each with its text. The build fails where one has none. */
export function licenses() {
  return licensePlugin({
    allow: ({ license, licenseText }) => license !== "" && licenseText !== "",
    failOnViolation: true,
    done: (found) => {
      for (const one of [...found, ...IN_CONSOLE_SCRIPT.map(licenseOf)]) bundled.set(`${one.name} ${one.version}`, one);
      const parts = [...bundled].toSorted(([one], [other]) => one.localeCompare(other)).map(([, info]) => textOf(info));
      mkdirSync(join(ROOT, "dist"), { recursive: true });
      writeFileSync(join(ROOT, "dist/THIRD-PARTY-LICENSES.txt"), `${HEAD}\n${parts.join("\n")}`);
    },
  });
}

const HEAD = "The files beside this one hold code of these packages, each under its own license.\n";

function textOf({ name, version, license, licenseText }: LicenseInfo): string {
  return `---\n\n${name} ${version} (${license})\n\n${licenseText.trim()}\n`;
}

function licenseOf(name: string): LicenseInfo {
  const folder = join(ROOT, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Pick<LicenseInfo, "version" | "license">;
  return { name, version, license, licenseText: readFileSync(join(folder, "LICENSE"), "utf8") };
}
