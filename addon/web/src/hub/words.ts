/** How alerts and decisions are said. */

import type { Shown } from "./alerts";
import type { Case, Category, Severity, Standing, Verdict } from "./types";

export const CATEGORIES: Readonly<Record<Category, string>> = {
  fire: "Fire",
  gas: "Gas leak",
  flood: "Flood",
  storm: "Storm",
  medical: "Medical emergency",
  "missing-person": "Missing person",
  "lost-pet": "Lost pet",
  found: "Found",
  "break-in": "Break-in",
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

/** The word for a category; one of a newer hub is shown as it is. */
export const categoryWord = (category: Category): string => CATEGORIES[category] ?? category;

const SEVERITIES: Readonly<Record<Severity, string>> = {
  extreme: "Extreme",
  severe: "Severe",
  moderate: "Moderate",
  minor: "Minor",
  unknown: "",
};

export interface Badge {
  readonly text: string;
  readonly tone: "bad" | "warn" | "good" | "plain";
}

const ID = /^[0-9a-f]{32}$/;

/** "Of an agency: Milltown Police"; without the name as long as only the id is known. */
const agencyWord = (agency: string | null | undefined): string =>
  !agency || ID.test(agency) ? "Of an agency" : `Of an agency: ${agency}`;

/** What a reader must know before the headline: an exercise must never look like a fire. */
export function badges(alert: Shown): Badge[] {
  const found: Badge[] = [];
  if (alert.msgType === "cancel") found.push({ text: "Cancelled", tone: "good" });
  if (alert.status !== "actual")
    found.push({ text: alert.status === "test" ? "Test" : "Exercise", tone: "plain" });
  if (alert.origin === "automation" && !alert.verified)
    found.push({ text: "Automatic, unverified", tone: "warn" });
  if (alert.origin === "automation" && alert.verified)
    found.push({ text: "Automatic", tone: "plain" });
  if (alert.origin === "agency") found.push({ text: agencyWord(alert.agency), tone: "plain" });
  if (alert.verified) found.push({ text: "Confirmed by neighbours", tone: "good" });
  if (alert.msgType === "update") found.push({ text: "Updated", tone: "plain" });
  const severity = SEVERITIES[alert.severity] ?? "";
  if (severity !== "") found.push({ text: severity, tone: severityTone(alert.severity) });
  return found;
}

function severityTone(severity: Severity): Badge["tone"] {
  if (severity === "extreme" || severity === "severe") return "bad";
  return severity === "moderate" ? "warn" : "plain";
}

/** How loud a hexagon and an icon are. */
export function tone(alert: Shown): "bad" | "warn" | "calm" {
  if (alert.msgType === "cancel" || alert.status !== "actual") return "calm";
  const found = severityTone(alert.severity);
  return found === "bad" || found === "warn" ? found : "calm";
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "5 minutes ago", "in 2 hours", "now". */
export function relative(at: number, now: number, language?: string): string {
  const said = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const distance = at - now;
  for (const [unit, length] of STEPS)
    if (Math.abs(distance) >= length) return said.format(Math.trunc(distance / length), unit);
  return said.format(0, "second");
}

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export const moment = (at: string): string => MOMENT.format(Date.parse(at));

const REACTIONS: Readonly<Record<string, string>> = {
  confirm: "confirm it",
  "seen-too": "saw it too",
  "not-so": "say it is not so",
  resolved: "say it is over",
  "that-was-me": "say it was them",
  helpful: "find it helpful",
};

export const reactions = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${count} ${REACTIONS[kind] ?? kind}`)
    .join(" · ");

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const OPENED: Readonly<Record<string, string>> = {
  rule: "Looked at before it is shown",
  flag: "Flagged by a neighbour",
  dispute: "Disputed by neighbours",
  takedown: "Somebody asks for the picture's removal",
  appeal: "Another look is asked for",
};

export const openedBy = (kind: string): string => OPENED[kind] ?? kind;

const CONCERNS: Readonly<Record<string, string>> = {
  review: "this kind is always looked at",
  reward: "offers a reward",
  pursuit: "sends people after somebody",
  contact: "a telephone number or e-mail address",
  address: "a street and house number",
  plate: "a number plate",
  link: "a link",
  "looks-only": "describes a person's descent and nothing that they did",
  disputed: "neighbours say that it is not so, or that it was them",
};

/** Why a case is there. Concerns of a rule have names; people write sentences. */
export function reasons({ opened_by, reason }: Case): string[] {
  if (opened_by !== "rule" && opened_by !== "dispute") return reason === "" ? [] : [reason];
  return reason.split(", ").map((each) => CONCERNS[each] ?? each);
}

const STANDINGS: Readonly<Record<Standing, string>> = {
  review: "Not shown yet",
  shown: "Shown",
  hidden: "Hidden until you decide",
  removed: "Removed",
  gone: "Gone: its time is over",
};

export const standingWord = (standing: Standing): string => STANDINGS[standing];

/** What a verdict does, as a button says it. */
export function verdictWord(verdict: Verdict, standing: Standing): string {
  switch (verdict) {
    case "approved":
      return standing === "review" ? "Show it" : standing === "shown" ? "Leave it" : "Close the case";
    case "refused":
      return standing === "review" ? "Do not show it" : "Remove it";
    case "restored":
      return "Show it again";
    case "upheld":
      return "Keep it away";
  }
}

const DECIDED: Readonly<Record<Verdict, string>> = {
  approved: "It is shown",
  refused: "It is removed",
  restored: "It is shown again",
  upheld: "It stays away",
};

/** What a verdict did, as its statement of reasons says it. */
export const decided = (verdict: Verdict): string => DECIDED[verdict] ?? verdict;

const BEFORE: Readonly<Record<string, string>> = {
  rule: "Looked at beforehand",
  flag: "Flagged",
  dispute: "Disputed",
  takedown: "Removal of a picture asked for",
  appeal: "Appeal",
};
const AFTER: Readonly<Record<string, string>> = {
  approved: "shown",
  refused: "removed",
  restored: "shown again",
  upheld: "kept away",
};

/** "takedown upheld" of the statistics, in words. */
export function decisionWord(key: string): string {
  const [opened = "", decision = ""] = key.split(" ");
  return `${BEFORE[opened] ?? opened}: ${AFTER[decision] ?? decision}`;
}
