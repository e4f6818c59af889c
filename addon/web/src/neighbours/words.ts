/** How the neighbourhood is put into words. Pure. */

import type { Category, NeighbourAlert, Reaction, Severity } from "../api/neighbours";

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

export const categoryWord = (category: Category): string => CATEGORY[category];
export const reactionWord = (reaction: Reaction): string => REACTION[reaction];
export const severityWord = (severity: Severity): string => SEVERITY[severity];

/** The newest version of each alert, newest first; what was cancelled says so itself. */
export function current(alerts: readonly NeighbourAlert[]): NeighbourAlert[] {
  const replaced = new Set(alerts.flatMap(({ references }) => references));
  const newest = new Map<string, NeighbourAlert>();
  for (const alert of alerts) {
    const original = alert.references[0] ?? alert.id;
    if (alert.references.length === 0 && replaced.has(alert.id)) continue;
    if (!newest.has(original)) newest.set(original, alert);
  }
  return [...newest.values()];
}

/** "just now", "12 minutes ago", "3 hours ago", "2 days ago". */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return said(minutes, "minute");
  if (minutes < 48 * 60) return said(Math.floor(minutes / 60), "hour");
  return said(Math.floor(minutes / 1440), "day");
}

function said(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/** What an alert's state is worth knowing of, in a few words. */
export function standing(alert: NeighbourAlert): string {
  const parts = [
    alert.origin === "automation" ? "automatic" : "",
    alert.verified ? "confirmed" : "not confirmed yet",
    alert.severity === "unknown" ? "" : severityWord(alert.severity),
    alert.confirmations > 0 ? `${alert.confirmations} say it is so` : "",
    alert.disputes > 0 ? `${alert.disputes} say it is not` : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
