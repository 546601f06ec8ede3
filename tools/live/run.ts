import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { messageOf } from "../../schema/message-of.ts";
import { openAccount } from "./account.ts";
import { expectAccepted, expectRefused } from "./delivery.ts";
import type { Account, LiveOptions } from "./options.ts";
import { type Pulumi, pulumiOn } from "./pulumi.ts";
import { createReport, type Report } from "./report.ts";
import { untilSettled } from "./settled.ts";
import { changeRoute, createWorkspace, installExample, ROUTING_CHANGE, type Workspace } from "./workspace.ts";

interface LiveRun {
  readonly account: Account;
  readonly webhookSecret: string;
  readonly workspace: Workspace;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Deploys, checks and removes. Returns whether all of it passed and nothing is left that should not be. */
export async function runLive(account: Account, { keep }: LiveOptions, signal: AbortSignal): Promise<boolean> {
  const webhookSecret = randomBytes(24).toString("hex");
  const report = createReport([account.apiToken, webhookSecret]);
  const run: LiveRun = { account, webhookSecret, workspace: await createWorkspace(), report, signal };
  if (!(await hasPassed(report, () => prepare(run)))) {
    await removeWorkspace(run.workspace);
    report.say("Not passed. Nothing was deployed.");
    return false;
  }
  const passed = await hasPassed(report, () => prove(run));
  const cleared = keep ? isKept(run) : await isCleared(run);
  report.say(passed && cleared ? "All of it passed." : "Not passed.");
  return passed && cleared;
}

async function hasPassed({ say }: Report, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    // A failed step has said so already; what comes between steps has not.
    say(`Stopped: ${messageOf(error)}\n`);
    return false;
  }
}

/** On this machine; nothing of it is in the account. */
async function prepare({ account, webhookSecret, workspace, report: { say, step }, signal }: LiveRun): Promise<void> {
  const pulumi = pulumiOn(workspace, { say, signal });
  await step("flowhub is packed and installed in a copy of the example", () => installExample(workspace, { say, signal }));
  await step(`the stack ${workspace.stack} is created and configured`, async () => {
    await pulumi.createStack();
    await pulumi.setConfig("accountId", account.accountId);
    await pulumi.setSecret("webhookSecret", webhookSecret);
  });
}

async function prove({ account, webhookSecret: secret, workspace, report: { say, step }, signal }: LiveRun): Promise<void> {
  const pulumi = pulumiOn(workspace, { say, signal });
  const cloudflare = openAccount(account, signal);
  await step("a preview of the empty stack passes", () => pulumi.preview());
  await step("everything is deployed", () => pulumi.update());
  await step("a second run finds no difference", () => pulumi.preview("--diff", "--expect-no-changes"));
  const { database, webhook } = await pulumi.outputs();
  const url = await step("the producer has an address", () => cloudflare.addressOf(webhook));
  await step("a delivery with a wrong signature is refused", () => expectRefused({ url, secret, say, signal }));
  const receipt = await step("a signed delivery is accepted", () => expectAccepted({ url, secret, say, signal }));
  await step("every dispatch of its receipt completes, none before it is due", async () => {
    const databaseId = await cloudflare.databaseId(database);
    await untilSettled({ receipt, read: () => cloudflare.dispatchesOf(receipt.id, databaseId), say, signal });
  });
  await step("a preview prints what changes in the routing", async () => {
    await changeRoute(workspace);
    const said = await pulumi.preview();
    if (!said.includes(ROUTING_CHANGE)) throw new Error(`it did not print "${ROUTING_CHANGE}"`);
  });
}

/** Whatever happened before, Ctrl-C included: no signal ends this. */
async function isCleared({ workspace, report: { say, step } }: LiveRun): Promise<boolean> {
  const pulumi = pulumiOn(workspace, { say });
  try {
    await step("everything is removed", () => removeAll(pulumi, workspace));
    return true;
  } catch {
    // The step has said why.
    await pulumi.listResources().catch((error: unknown) => say(messageOf(error)));
    say(`The resources above may be left in the account. ${howToRemove(workspace)}`);
    return false;
  }
}

async function removeAll(pulumi: Pulumi, workspace: Workspace): Promise<void> {
  await pulumi.destroy();
  await pulumi.removeStack();
  await removeWorkspace(workspace);
}

async function removeWorkspace({ folder }: Workspace): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

function isKept({ workspace, report: { say } }: LiveRun): boolean {
  say(`The stack ${workspace.stack} was kept. ${howToRemove(workspace)}`);
  return true;
}

function howToRemove({ folder, program, stack, pulumiEnv }: Workspace): string {
  const settings = Object.entries(pulumiEnv).map(([name, value]) => `export ${name}=${value}`);
  return [
    "To remove it:",
    `  cd ${program}`,
    ...settings.map((line) => `  ${line}`),
    `  pulumi destroy --stack ${stack}`,
    `  rm -r ${folder}`,
  ].join("\n");
}
