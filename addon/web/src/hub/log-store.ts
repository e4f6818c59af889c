/** The public log as this page has read it, and whether it adds up. */

import { words } from "../api/client";
import { Store } from "../state/store";
import type { LogEntry } from "./log-entries";
import { type Checkpoint, type Confirmation, confirmation, readCheckpoint, toBase64 } from "./log-note";
import { type Bytes, bundles, entriesOf, rootOf } from "./log-tree";
import { client, hub } from "./session";

/** So many entries are read at once; of a longer log the newest, until somebody wants all. */
const AT_ONCE = 4096;
const WIDTH = 256;

export interface Logged {
  readonly index: number;
  readonly entry: LogEntry;
}

export interface LogRead {
  readonly checkpoint: Checkpoint;
  /** The newest first. */
  readonly entries: readonly Logged[];
  readonly isWhole: boolean;
  /** Whether all entries add up to the checkpoint; null when that was not computed. */
  readonly addsUp: boolean | null;
  /** The log's own signature, then those of witnesses; null for a witness that is missing. */
  readonly confirmations: readonly (Confirmation | string)[];
}

export const log = new Store<LogRead | null>(null);
export const logProblem = new Store("");
let reading: Promise<void> | null = null;

/** Read the log as it is now; once at a time. */
export function readLog(whole = false): Promise<void> {
  reading ??= read(whole).finally(() => {
    reading = null;
  });
  return reading;
}

async function read(whole: boolean): Promise<void> {
  try {
    const checkpoint = readCheckpoint(await client.checkpoint());
    const known = log.value;
    if (known?.checkpoint.text === checkpoint.text && (known.isWhole || !whole)) return;
    const paths = bundles(checkpoint.size);
    const wanted = whole ? paths : paths.slice(-AT_ONCE / WIDTH);
    const files = await Promise.all(wanted.map((path) => client.logFile(path)));
    const data = files.flatMap(entriesOf);
    const first = (paths.length - wanted.length) * WIDTH;
    log.value = {
      checkpoint,
      entries: data.map((each, at) => ({ index: first + at, entry: decoded(each) })).reverse(),
      isWhole: first === 0,
      addsUp: first === 0 ? await doesAddUp(data, checkpoint) : null,
      confirmations: await confirmations(checkpoint),
    };
    logProblem.value = "";
  } catch (error) {
    logProblem.value = words(error);
  }
}

const decoded = (data: Bytes): LogEntry => JSON.parse(new TextDecoder().decode(data)) as LogEntry;

async function doesAddUp(data: readonly Bytes[], { root, size }: Checkpoint): Promise<boolean | null> {
  if (crypto.subtle === undefined) return null; // a page without https
  return data.length === size && toBase64(await rootOf(data)) === root;
}

async function confirmations(checkpoint: Checkpoint): Promise<(Confirmation | string)[]> {
  const view = hub.value ?? (await client.hub());
  const keys = [view.log, ...view.witnesses];
  const found = await Promise.all(keys.map((key) => confirmation(checkpoint, key)));
  return found.map((each, at) => each ?? (keys[at]?.split("+")[0] ?? ""));
}
