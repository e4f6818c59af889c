/** How moments, numbers and names are said. */

import { T } from "./texts";

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

export const moment = (at: string): string => MOMENT.format(Date.parse(at));
export const day = (at: string): string => DAY.format(Date.parse(at));
export const spaced = (name: string): string => name.replaceAll("-", " ");

/** "in 3 days", "2 hours ago". */
export function left(at: string, now = Date.now()): string {
  const said = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  const distance = Date.parse(at) - now;
  for (const [unit, length] of STEPS)
    if (Math.abs(distance) >= length) return said.format(Math.trunc(distance / length), unit);
  return said.format(0, "minute");
}

export const isOver = (at: string, now = Date.now()): boolean => Date.parse(at) < now;

/** What a date field holds, as messages have it: UTC in whole seconds. "" for none. */
export function toUtc(local: string): string {
  const at = Date.parse(local);
  return Number.isNaN(at) ? "" : new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

/** What a date field shows of a moment, in the time of this machine. */
export function toLocal(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

export function size(bytes: number): string {
  const mega = bytes / 2 ** 20;
  return mega >= 0.1 ? `${mega.toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}

export function number(value: number, unit: string): string {
  const digits = unit === "" ? 0 : unit.startsWith("km²") ? 3 : 2;
  const said = value.toLocaleString(undefined, { maximumFractionDigits: digits });
  return unit === "" ? said : `${said} ${unit}`;
}

export type Tone = "good" | "warn" | "bad" | "plain";

export const stateWord = (state: string): string => T.states[state]?.[0] ?? spaced(state);
export const stateNext = (state: string): string => T.states[state]?.[1] ?? "";

export function stateTone(state: string): Tone {
  if (state === "open") return "good";
  if (["overdue", "suspended", "refused"].includes(state)) return "bad";
  return ["signed", "countersigned", "review", "resolved", "withdrawn", "expired", "put-off"].includes(state)
    ? "warn"
    : "plain";
}
