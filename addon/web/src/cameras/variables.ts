/** Frigate writes secrets as variables; the file that people have does not hold them. */
const VARIABLE = /\{(FRIGATE_[A-Za-z0-9_]+)\}/g;

/** The names of variables that a configuration wants, each once. */
export function variablesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map(([, name]) => name ?? ""))];
}
