import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** What a command line asks for. Every command knows `--help`. */
export type ReadOptions<Options> =
  | { readonly options: Options }
  | { readonly help: true }
  /** What is wrong with it. */
  | { readonly problem: string };

type ValuesOf<Known extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: Known }>>["values"];

/** Reads a command line by the options that are known. `optionsOf` throws what is wrong with their values. */
export function readCommandLine<const Known extends ParseArgsOptionsConfig, Options>(
  args: readonly string[],
  known: Known,
  optionsOf: (values: ValuesOf<Known>) => Options,
): ReadOptions<Options> {
  try {
    const options = { ...known, help: { type: "boolean", default: false } } as const;
    const values = parseArgs({ args: [...args], options }).values as ValuesOf<Known> & { readonly help?: boolean };
    return values.help ? { help: true } : { options: optionsOf(values) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The value of an option that is a number; `undefined` where it was not given. Throws what is allowed. */
export function wholeNumber(
  text: string | undefined,
  { name, min, max }: { readonly name: string; readonly min: number; readonly max: number },
): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw new Error(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  return number;
}

const WRONG_USE = 2;

/** Does what a command line asks for, and ends the process with what `run` returns; with 2 for one that is wrong. */
export async function obey<Options>(
  read: ReadOptions<Options>,
  { help, run }: { readonly help: string; readonly run: (options: Options) => Promise<number> },
): Promise<void> {
  if ("options" in read) {
    process.exit(await run(read.options));
  } else if ("help" in read) {
    process.stdout.write(help);
  } else {
    process.stderr.write(`${read.problem}\nTry --help.\n`);
    process.exitCode = WRONG_USE;
  }
}
