/** Stands in for `pulumi` and `npm`: writes down what it was asked, and does as much of it as the live run looks at. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [name, ...args] = process.argv.slice(2);
const said = `${name} ${args.join(" ")}`;
const { FAKE_FOLDER: folder, FAKE_FAIL: fail, FAKE_HANG: hang, CLOUDFLARE_API_TOKEN: token } = process.env;

const log = (line) => appendFileSync(join(folder, "log"), `${line}\n`);
const is = (what) => said.startsWith(what);

log(said);
if (name === "npm" && token !== undefined) log("npm was given the token");
if (is("pulumi") && process.env.PULUMI_CONFIG_PASSPHRASE !== undefined) log("pulumi was given the person's passphrase");
if (is("npm pack")) writeFileSync(join(args.at(-1), "flowhub.tgz"), "");
if (is("pulumi config set webhookSecret")) writeFileSync(join(folder, "secret"), readFileSync(0));
if (is("pulumi stack output"))
  console.log(JSON.stringify({ hubScript: "github-live", database: "github-live", webhook: "github-producer-live" }));
if (is("pulumi preview") && readFileSync("routes.ts", "utf8").includes('delay: "7s"')) {
  console.log("    info: Routing changes:\n      ~ route talk: ~ digest: delay 5s → 7s");
}
if (is("pulumi up")) console.error(`careless: ${token} ${readFileSync(join(folder, "secret"), "utf8")}`);
if (hang !== undefined && is(hang)) {
  process.on("SIGINT", () => {
    log(`interrupted: ${hang}`);
    setTimeout(() => process.exit(1), 300);
  });
  console.log("hanging");
  await sleep(60_000);
}
if (fail !== undefined && said.includes(fail)) process.exit(1);
