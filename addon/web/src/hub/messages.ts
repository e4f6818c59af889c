/** Messages that this page writes, in the one form in which they travel (spec/encoding.md). */

import { Problem } from "../api/client";
import type { Share } from "./types";

const REASON_LIMIT = 300;

/** Canonical JSON of text, objects and lists: names in order, no white space (RFC 8785). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "string") return JSON.stringify(wellFormed(value));
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`);
  return `{${members.join(",")}}`;
}

/** Half of a character, as a cut text may end with, has no canonical form. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

const CONTACT_LIMIT = 200;

const cut = (text: string, limit: number): string => [...text.trim()].slice(0, limit).join("");

/** Anyone's wish that a picture goes. */
export function takedown(alert: string, sha256: string, reason: string, contact: string): object {
  return {
    v: 1,
    type: "takedown",
    alert,
    sha256,
    reason: cut(reason, REASON_LIMIT),
    contact: cut(contact, CONTACT_LIMIT),
  };
}

/** The share that a steward's own machine printed. Raises `Problem`. */
export function readShare(text: string): Share {
  try {
    const { subject, x, y } = JSON.parse(text) as Partial<Share>;
    if (typeof subject === "string" && typeof x === "number" && typeof y === "string")
      return { subject, x, y };
  } catch {
    // Said below.
  }
  throw new Problem(0, "This is no share: paste the whole line that the command printed.", "", "share");
}
