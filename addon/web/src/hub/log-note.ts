/** Checkpoints and who signed them (C2SP signed-note, tlog-checkpoint, tlog-cosignature). */

import type { Bytes } from "./log-tree";

const LOG = 0x01;
const WITNESS = 0x04;
const ID_BYTES = 4;
const TIME_BYTES = 8;

export interface Checkpoint {
  /** What is signed, with the line break at its end. */
  readonly text: string;
  readonly origin: string;
  readonly size: number;
  /** base64 */
  readonly root: string;
  readonly signatures: readonly { readonly name: string; readonly data: Bytes }[];
}

export const fromBase64 = (text: string): Bytes =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;

/** Raises for what is no checkpoint. */
export function readCheckpoint(note: string): Checkpoint {
  const end = note.indexOf("\n\n");
  const [origin, size, root] = note.split("\n", 3);
  if (end < 0 || !origin || !root || !/^\d+$/.test(size ?? "")) throw new RangeError("no checkpoint");
  const signatures = note
    .slice(end + 2)
    .split("\n")
    .map((line) => /^\u2014 (\S+) (\S+)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, name = "", data = ""]) => ({ name, data: fromBase64(data) }));
  return { text: note.slice(0, end + 1), origin, size: Number(size), root, signatures };
}

interface NoteKey {
  readonly name: string;
  readonly id: string;
  readonly kind: number;
  readonly key: Bytes;
}

function readKey(vkey: string): NoteKey {
  const [name = "", id = "", ...rest] = vkey.split("+");
  const data = fromBase64(rest.join("+"));
  return { name, id, kind: data[0] ?? 0, key: data.slice(1) };
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Who confirmed a checkpoint, and when. `checked` is null where this browser cannot tell. */
export interface Confirmation {
  readonly name: string;
  readonly at: Date | null;
  readonly checked: boolean | null;
}

/** Whether a key (its vkey) signed; null when there is no signature of it. */
export async function confirmation(
  { text, signatures }: Checkpoint,
  vkey: string,
): Promise<Confirmation | null> {
  const { name, id, kind, key } = readKey(vkey);
  const found = signatures.find(
    (each) => each.name === name && hex(each.data.slice(0, ID_BYTES)) === id,
  );
  if (found === undefined) return null;
  const data = found.data.slice(ID_BYTES);
  if (kind === LOG) return { name, at: null, checked: await verified(key, data, text) };
  const seconds = Number(new DataView(data.buffer).getBigUint64(0));
  const at = new Date(seconds * 1000);
  if (kind !== WITNESS) return { name, at, checked: null }; // ML-DSA: no browser has it
  const signed = `cosignature/v1\ntime ${seconds}\n${text}`;
  return { name, at, checked: await verified(key, data.slice(TIME_BYTES), signed) };
}

async function verified(key: Bytes, signature: Bytes, text: string): Promise<boolean | null> {
  try {
    const known = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, known, signature, utf8(text));
  } catch {
    return null; // an older browser, or a page without https
  }
}
