/** What exactly a steward approves: 32 bytes for each kind (spec/agencies.md). */

import type { Agency } from "./types";

const utf8 = new TextEncoder();

const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

async function digest(...parts: readonly Uint8Array[]): Promise<string> {
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A whole second in UTC, as it is signed. */
export const signedMoment = (at: string): string =>
  new Date(at).toISOString().replace(/\.\d{3}Z$/, "+00:00");

type Named = Pick<Agency, "id" | "ends" | "until">;

export const restorationSubject = ({ id, ends }: Named, fact: string): Promise<string> =>
  digest(fromHex(ends), fromHex(id), utf8.encode(fact));

export const renewalSubject = ({ id, until: present }: Named, until: string): Promise<string> =>
  digest(fromHex(id), utf8.encode(`${signedMoment(present)} ${signedMoment(until)}`));
