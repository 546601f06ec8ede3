/** Runs the program beside it as Pulumi would, with nothing behind it, and prints what it uploads. */
import * as pulumi from "@pulumi/pulumi";

const uploads = {};
pulumi.runtime.setAllConfig({ "package:accountId": "account" });
await pulumi.runtime.setMocks(
  {
    newResource: ({ name, inputs }) => {
      if (inputs.contentFile !== undefined) uploads[name] = { contentFile: inputs.contentFile, contentSha256: inputs.contentSha256 };
      return { id: `${name}-id`, state: inputs };
    },
    call: () => ({}),
  },
  "package",
  "dev",
);
await import("./esm/index.ts");
await pulumi.runtime.disconnect();
process.stdout.write(JSON.stringify(uploads));
