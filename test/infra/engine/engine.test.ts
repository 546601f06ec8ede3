import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cloudflareApi } from "./cloudflare-api.ts";
import { kindOf, type RecordedResource, type Run, resourceNamed } from "./run.ts";
import { type RunOptions, runProgram } from "./run-program.ts";
import { scratchProgram } from "./scratch-program.ts";
import { type Properties, UNKNOWN } from "./wire.ts";

const directory = join(import.meta.dirname, "fixture");

async function mailroom({
  addressee = "ada",
  ...options
}: Pick<RunOptions, "mode"> & Partial<RunOptions> & { addressee?: string }): Promise<Run> {
  return await runProgram({
    directory,
    project: "mailroom",
    config: { accountId: "account", addressee, stamp: "s3cret" },
    secretKeys: ["stamp"],
    computed,
    transpileOnly: true,
    ...options,
  });
}

function computed(resource: RecordedResource): Properties {
  switch (kindOf(resource)) {
    case "D1Database":
      return { uuid: `uuid-of-${resource.name}` };
    case "Queue":
      return { queueId: `id-of-${resource.name}` };
    default:
      return {};
  }
}

async function scratch(source: string, options: Pick<RunOptions, "mode"> & Partial<RunOptions>): Promise<Run> {
  await using program = await scratchProgram(source);
  return await runProgram({ directory: program.directory, transpileOnly: true, ...options });
}

const messagesOf = ({ logs }: Run) => logs.map(({ severity, message }) => `${severity}: ${message}`);
const errorsOf = ({ logs }: Run) => logs.filter(({ severity }) => severity === "error").map(({ message }) => message);
const namesOf = ({ resources }: Run) => resources.map(({ name }) => name);

let preview: Run;
let update: Run;

beforeAll(async () => {
  [preview, update] = await Promise.all([
    mailroom({ mode: "preview", transpileOnly: false }),
    mailroom({ mode: "update", refuse: cloudflareApi({ directory, scripts: ["archive"] }) }),
  ]);
}, 90_000);

describe("what a program registers", () => {
  test("preview and update end well and register the same", () => {
    expect([preview.exitCode, update.exitCode]).toEqual([0, 0]);
    expect(namesOf(preview).toSorted()).toEqual(namesOf(update).toSorted());
    expect(namesOf(update)).toEqual(
      expect.arrayContaining(["mailroom-dev", "post", "post-letters", "post-mail", "post-dead", "post-script", "post-consumer"]),
    );
  });

  test("a preview leaves what the cloud computes unknown", () => {
    expect(resourceNamed(preview, "post-letters")).toMatchObject({ id: "", outputs: { name: "letters", uuid: UNKNOWN } });
    expect(resourceNamed(preview, "post-script").inputs["bindings"]).toContainEqual({ type: "d1", name: "LETTERS", databaseId: UNKNOWN });
    expect(preview.outputs["databaseId"]).toBe(UNKNOWN);
  });

  test("an update knows it", () => {
    expect(resourceNamed(update, "post-letters")).toMatchObject({ id: "id-of-post-letters", outputs: { uuid: "uuid-of-post-letters" } });
    expect(resourceNamed(update, "post-script").inputs["bindings"]).toContainEqual({
      type: "d1",
      name: "LETTERS",
      databaseId: "uuid-of-post-letters",
    });
    expect(update.outputs["databaseId"]).toBe("uuid-of-post-letters");
  });

  test("a secret is a value and a path", () => {
    const script = resourceNamed(update, "post-script");
    expect(script.secrets).toEqual(["bindings[4].text"]);
    expect(script.inputs["bindings"]).toContainEqual({ type: "secret_text", name: "STAMP", text: "s3cret" });
    expect(resourceNamed(update, "post").secrets).toEqual(["stamp"]);
    expect(update).toMatchObject({ outputs: { stamp: "s3cret" }, secretOutputs: ["stamp"] });
  });

  test("options of a resource are recorded", () => {
    const [stack, post] = [resourceNamed(update, "mailroom-dev"), resourceNamed(update, "post")];
    expect(post).toMatchObject({ custom: false, parent: stack.urn, type: "test:index:Mailroom", version: "" });
    expect(resourceNamed(update, "post-letters")).toMatchObject({ custom: true, parent: post.urn, protect: true });
    expect(resourceNamed(update, "post-letters").version).toMatch(/^6\./);
    expect(resourceNamed(update, "post-consumer")).toMatchObject({ protect: false, deleteBeforeReplace: true });
    expect(post.hooks).toMatchObject({ beforeUpdate: ["post-tell"], afterUpdate: [] });
    expect(resourceNamed(update, "post-script").hooks).toMatchObject({ beforeUpdate: [], afterCreate: ["post-made"] });
  });

  test("dependencies are known as a whole and by property", () => {
    const urnOf = (name: string) => resourceNamed(update, name).urn;
    const consumer = resourceNamed(update, "post-consumer");
    expect(consumer.dependencies).toEqual([urnOf("post-dead"), urnOf("post-mail"), urnOf("post-script")].toSorted());
    expect(consumer.propertyDependencies).toMatchObject({ deadLetterQueue: [urnOf("post-dead")], accountId: [] });
  });
});

describe("a run after another", () => {
  let changed: { preview: Run; update: Run };
  let same: Run;

  beforeAll(async () => {
    const [changedPreview, changedUpdate, again] = await Promise.all([
      mailroom({ mode: "preview", previous: update, addressee: "bob" }),
      mailroom({ mode: "update", previous: update, addressee: "bob" }),
      mailroom({ mode: "update", previous: update }),
    ]);
    changed = { preview: changedPreview, update: changedUpdate };
    same = again;
  }, 90_000);

  test("a create calls the before hook with what is to be there", () => {
    expect(messagesOf(update)).toContain("info: from undefined to ada");
  });

  test("an update calls the before hook with what was there", () => {
    expect(messagesOf(changed.update)).toEqual(["info: from ada to bob"]);
    expect(resourceNamed(changed.update, "post").operation).toBe("update");
    expect(resourceNamed(changed.update, "post-mail").operation).toBe("same");
  });

  test("a preview calls only the hooks that want it", () => {
    expect(messagesOf(changed.preview)).toEqual(["info: from ada to bob"]);
    expect(messagesOf(preview)).toEqual(["info: from undefined to ada"]);
    expect(messagesOf(update)).toContain("info: made id-of-post-script");
  });

  test("the same program again calls no hook", () => {
    expect(same.logs).toEqual([]);
    expect(new Set(same.resources.map(({ operation }) => operation))).toEqual(new Set(["same"]));
  });

  test("a preview knows what the cloud computed for what is there", () => {
    expect(resourceNamed(changed.preview, "post-letters")).toMatchObject({
      id: "id-of-post-letters",
      outputs: { uuid: "uuid-of-post-letters" },
    });
  });

  test("nothing follows a preview", async () => {
    await expect(mailroom({ mode: "update", previous: preview })).rejects.toThrow("a preview leaves nothing behind");
  });
});

describe("a run that fails", () => {
  let refused: Run;
  let vetoed: Run;
  let mistyped: Run;

  beforeAll(async () => {
    [refused, vetoed, mistyped] = await Promise.all([
      mailroom({ mode: "update", refuse: cloudflareApi({ directory }) }),
      mailroom({ mode: "preview", previous: update, addressee: "nobody" }),
      scratch("export const length: number = 'three';", { mode: "preview", transpileOnly: false }),
    ]);
  }, 90_000);

  test("what the API refuses fails the run, and names the resource", () => {
    expect(refused.exitCode).not.toBe(0);
    expect(refused.logs).toContainEqual({
      severity: "error",
      message: expect.stringContaining("Target script 'archive' not found. [code: 10143]"),
      urn: resourceNamed(update, "post-script").urn,
    });
    expect(namesOf(refused)).not.toContain("post-script");
  });

  test("what was made before it is there for the next run", async () => {
    const next = await mailroom({ mode: "update", previous: refused });
    expect(resourceNamed(next, "post-letters").operation).toBe("same");
    expect(resourceNamed(next, "post-script").operation).toBe("create");
  });

  test("a before hook that throws fails the run, and what stood still stands", () => {
    expect(vetoed.exitCode).not.toBe(0);
    expect(errorsOf(vetoed)).toEqual(['hook "post-tell" failed: there is nobody to write to']);
    expect(vetoed.state.find(({ name }) => name === "post-script")).toEqual(resourceNamed(update, "post-script"));
  });

  test("a program that does not type-check ends with an error", () => {
    expect(mistyped.exitCode).toBe(32);
    expect(errorsOf(mistyped).join()).toContain("error TS2322: Type 'string' is not assignable to type 'number'");
  });

  test("a program that does not end is killed", async () => {
    await expect(scratch("setInterval(() => {}, 1_000);", { mode: "preview", timeLimitMs: 3_000 })).rejects.toThrow("SIGKILL");
  });

  test("a question that only the cloud can answer is an error", async () => {
    const asking =
      'import * as pulumi from "@pulumi/pulumi";\nexport const zone = pulumi.runtime.invoke("cloudflare:index/getZone:getZone", {});';
    const run = await scratch(asking, { mode: "preview" });
    expect(run.exitCode).not.toBe(0);
    expect(errorsOf(run).join()).toContain("the recording engine cannot answer the invoke of cloudflare:index/getZone:getZone");
  });
});

describe("hooks", () => {
  const guarded = (options: string) => `
    import * as pulumi from "@pulumi/pulumi";
    class Safe extends pulumi.ComponentResource {}
    const look = new pulumi.ResourceHook("look", async ({ newInputs = {}, newOutputs }) => {
      const { label, password } = newInputs;
      const secret = pulumi.Output.isInstance(password) && (await pulumi.isSecret(password));
      await pulumi.log.info(\`\${label}, password is secret: \${secret}, outputs: \${newOutputs !== undefined}\`);
    });
    const refuse = new pulumi.ResourceHook("refuse", () => { throw new Error("too late") }, ${options});
    new Safe("test:index:Safe", "safe", { label: "mine", password: pulumi.secret("s3cret") }, {
      hooks: { beforeCreate: [look], afterCreate: [look, refuse] },
    });`;

  test("an after hook that throws fails the run, but the resource is there; secrets reach hooks as secrets", async () => {
    const run = await scratch(guarded("{}"), { mode: "update" });
    expect(run.exitCode).not.toBe(0);
    expect(messagesOf(run)).toEqual([
      "info: mine, password is secret: true, outputs: false",
      "info: mine, password is secret: true, outputs: true",
      'error: hook "refuse" failed: too late',
    ]);
    expect(namesOf(run)).toContain("safe");
  });

  test("a hook whose errors are ignored only warns", async () => {
    const run = await scratch(guarded("{ ignoreErrors: true }"), { mode: "update" });
    expect(run.exitCode).toBe(0);
    expect(messagesOf(run)).toContain('warning: hook "refuse" failed: too late');
  });
});
