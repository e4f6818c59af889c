/** How the neighbourhood is put into words. Pure. */

import type {
  Category,
  Certainty,
  DiaryLine,
  NeighbourAlert,
  Reaction,
  Severity,
  Urgency,
} from "../api/neighbours";

const CATEGORY: Readonly<Record<Category, string>> = {
  fire: "Fire",
  gas: "Gas",
  flood: "Flood",
  storm: "Storm",
  medical: "Medical",
  missing_person: "Missing person",
  lost_pet: "Lost pet",
  found: "Found",
  break_in: "Break-in",
  theft: "Theft",
  vandalism: "Vandalism",
  vehicle: "Vehicle",
  hazard: "Hazard",
  power: "Power cut",
  noise: "Noise",
  infrastructure: "Infrastructure",
  kindness: "Kindness",
  info: "Information",
};
const REACTION: Readonly<Record<Reaction, string>> = {
  confirm: "It is so",
  seen_too: "Seen too",
  not_so: "It is not so",
  helpful: "Helpful",
  that_was_me: "That was me",
  resolved: "It is over",
};
const SEVERITY: Readonly<Record<Severity, string>> = {
  unknown: "not said",
  minor: "minor",
  moderate: "moderate",
  severe: "severe",
  extreme: "extreme: a danger to life",
};
const URGENCY: Readonly<Record<Urgency, string>> = {
  immediate: "Act now",
  expected: "Within the hour",
  future: "Later",
  past: "It is over",
  unknown: "Hard to say",
};
const CERTAINTY: Readonly<Record<Certainty, string>> = {
  observed: "It was seen",
  likely: "Likely",
  possible: "Possible",
  unlikely: "Unlikely",
  unknown: "Hard to say",
};

export const categoryWord = (category: Category): string => CATEGORY[category] ?? category;
export const reactionWord = (reaction: Reaction): string => REACTION[reaction];
export const severityWord = (severity: Severity): string => SEVERITY[severity];
export const urgencyWord = (urgency: Urgency): string => URGENCY[urgency];
export const certaintyWord = (certainty: Certainty): string => CERTAINTY[certainty];
/** A category as the icons know it. */
export const iconOf = (category: Category): string => category.replaceAll("_", "-");

/** The newest version of each alert, newest first; what was cancelled says so itself. */
export function current(alerts: readonly NeighbourAlert[]): NeighbourAlert[] {
  const replaced = new Set(alerts.flatMap(({ references }) => references));
  const newest = new Map<string, NeighbourAlert>();
  for (const alert of alerts) {
    const original = originalOf(alert);
    if (alert.references.length === 0 && replaced.has(alert.id)) continue;
    if (!newest.has(original)) newest.set(original, alert);
  }
  return [...newest.values()];
}

/** The id of the first version: what stays the same when an alert is updated. */
export const originalOf = ({ id, references }: NeighbourAlert): string => references[0] ?? id;

/** Whether nothing has to be done about it any more. */
export const isOver = ({ msg_type, urgency }: NeighbourAlert): boolean =>
  msg_type === "cancel" || urgency === "past";

/** "just now", "12 minutes ago", "in 3 hours", "2 days ago". */
export function ago(at: number, now: number): string {
  const minutes = Math.floor(Math.abs(now - at) / 60_000);
  if (minutes < 1) return "just now";
  const long = length(minutes);
  return at > now ? `in ${long}` : `${long} ago`;
}

function length(minutes: number): string {
  if (minutes < 60) return said(minutes, "minute");
  if (minutes < 48 * 60) return said(Math.floor(minutes / 60), "hour");
  return said(Math.floor(minutes / 1440), "day");
}

function said(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

export interface Badge {
  readonly text: string;
  readonly tone: "bad" | "warn" | "good" | "plain";
}

const LOUD: Readonly<Record<Severity, Badge["tone"]>> = {
  unknown: "plain",
  minor: "plain",
  moderate: "warn",
  severe: "bad",
  extreme: "bad",
};

/** What a reader must know before the headline: how it stands, and how far it can be believed. */
export function badges(alert: NeighbourAlert): Badge[] {
  const found: Badge[] = [];
  const add = (text: string, tone: Badge["tone"] = "plain") => found.push({ text, tone });
  if (alert.msg_type === "cancel") add("Cancelled", "good");
  else if (alert.urgency === "past") add("Over", "good");
  if (alert.urgency === "immediate") add("Act now", "bad");
  if (alert.mine) add("Yours");
  if (alert.origin === "automation") add("Automatic");
  if (alert.origin === "agency") add(`Of an agency: ${alert.agency}`);
  if (alert.verified) add("Confirmed by neighbours", "good");
  else if (alert.msg_type !== "cancel" && alert.origin !== "agency") add("Not confirmed yet", "warn");
  if (alert.msg_type === "update") add("Updated");
  if (alert.severity !== "unknown") add(sentence(severityWord(alert.severity)), LOUD[alert.severity]);
  return found;
}

/** How loud its sign is. */
export function tone(alert: NeighbourAlert): Badge["tone"] {
  return isOver(alert) ? "plain" : LOUD[alert.severity];
}

/** What neighbours say to it: "3 say it is so · 4 say it is not". Empty for nothing. */
export function standing(alert: NeighbourAlert): string {
  const parts = [
    alert.confirmations > 0 ? `${alert.confirmations} say it is so` : "",
    alert.disputes > 0 ? `${alert.disputes} say it is not` : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** What became of something that this home wrote, for its list; null when there is nothing to tell. */
export function fate(line: DiaryLine, now: number): Badge | null {
  if (line.state === "waiting") return { text: "Waits for the hub", tone: "warn" };
  const isNews = now - Date.parse(line.at) < 24 * 3_600_000;
  const tookBack = line.answer.includes("taken back");
  if (line.state === "sent" || !isNews || tookBack) return null;
  return { text: `Not sent: ${line.answer.replace(/^[a-z_]+: /, "")}`, tone: "bad" };
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
