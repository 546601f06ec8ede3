/** What an option of a command line says. Throws in words when it is no whole number between these. */
export function wholeNumber(text: string | undefined, { name, min, max }: { name: string; min: number; max: number }): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw new Error(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  return number;
}
