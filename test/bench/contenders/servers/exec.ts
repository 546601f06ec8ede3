/** Becomes another program: `node exec.ts <file> <arguments>`. The guard runs node only, and a node that waits would be measured too. */
const [file = "", ...rest] = process.argv.slice(2);
process.execve?.(file, [file, ...rest], process.env);
