/** What the engine tells of the neighbourhood: `neighbours.py`, in TypeScript. */

export const CATEGORIES = [
  "fire",
  "gas",
  "flood",
  "storm",
  "medical",
  "missing_person",
  "lost_pet",
  "found",
  "break_in",
  "theft",
  "vandalism",
  "vehicle",
  "hazard",
  "power",
  "noise",
  "infrastructure",
  "kindness",
  "info",
] as const;
export type Category = (typeof CATEGORIES)[number];
export const SEVERITIES = ["unknown", "minor", "moderate", "severe", "extreme"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const REACTIONS = [
  "confirm",
  "seen_too",
  "not_so",
  "helpful",
  "that_was_me",
  "resolved",
] as const;
export type Reaction = (typeof REACTIONS)[number];
export const URGENCIES = ["immediate", "expected", "future", "past", "unknown"] as const;
export type Urgency = (typeof URGENCIES)[number];
export const CERTAINTIES = ["observed", "likely", "possible", "unlikely", "unknown"] as const;
export type Certainty = (typeof CERTAINTIES)[number];
export type AlertScope = "region" | "hub" | "public";

export interface Hub {
  readonly name: string;
  readonly state: "connected" | "connecting" | "unreachable" | "refused" | "distrusted";
  readonly reason: string;
  /** When it is distrusted: a file in the engine's data folder, or empty. */
  readonly evidence: string;
  readonly url: string;
  /** Who signs its log too, and how many of them have to. */
  readonly witnesses: readonly string[];
  readonly quorum: number;
}

export interface Sharing {
  readonly state: "off" | "on";
  readonly hub: Hub | null;
  readonly waiting: number;
  readonly problem: string;
}

export interface NeighbourAlert {
  readonly id: string;
  readonly msg_type: "alert" | "update" | "cancel";
  readonly origin: "person" | "automation" | "agency";
  readonly agency: string;
  readonly category: Category;
  readonly urgency: Urgency;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly headline: string;
  readonly text: string;
  readonly instruction: string;
  readonly onset: string;
  readonly expires: string;
  readonly cell: string;
  readonly references: readonly string[];
  readonly verified: boolean;
  readonly confirmations: number;
  readonly disputes: number;
  readonly comments: number;
  readonly reaction: Reaction | null;
  readonly mine: boolean;
  readonly media: readonly { readonly id: string; readonly kind: "picture" | "clip" }[];
}

export interface AlertDraft {
  readonly category: Category;
  readonly headline: string;
  readonly text: string;
  readonly instruction: string;
  readonly severity: Severity;
  readonly urgency: Urgency;
  readonly certainty: Certainty;
  readonly scope: AlertScope;
  /** When it happened; null for now. */
  readonly onset: string | null;
  readonly expires_in_h: number;
  readonly pictures: readonly string[];
}

/** What a newer version says; what is left out stays as it was. */
export type AlertChange = Partial<
  Pick<AlertDraft, "headline" | "text" | "instruction" | "severity" | "urgency" | "certainty">
>;

/** A picture or clip to be made of an episode; what moved is always covered. */
export interface PictureOrder {
  readonly episode: string;
  readonly kind: "picture" | "clip";
  readonly faces: boolean;
  readonly plates: boolean;
}

interface Spot {
  readonly latitude: number;
  readonly longitude: number;
}

/** What would leave: the alert, the place that it names, and what to think about first. */
export interface AlertPreview {
  readonly alert: NeighbourAlert;
  readonly area: { readonly cell: string; readonly km2: number; readonly corners: readonly Spot[] };
  readonly advice: readonly { readonly concern: string; readonly text: string }[];
}

export interface MadePicture {
  readonly id: string;
  readonly kind: "picture" | "clip";
  readonly size_bytes: number;
  readonly width: number;
  readonly height: number;
  readonly redaction: readonly string[];
}

export interface AlertComment {
  readonly id: string;
  readonly text: string;
  readonly at: string;
  readonly mine: boolean;
}

export interface DiaryLine {
  readonly id: number;
  readonly at: string;
  readonly kind: string;
  readonly summary: string;
  readonly size_bytes: number;
  readonly state: "waiting" | "sent" | "refused";
  readonly answer: string;
  /** The alert that it belongs to: its first version. Empty for what belongs to none. */
  readonly about: string;
}

export interface Wishes {
  readonly radius_m: number;
  readonly muted: readonly Category[];
  readonly least_severity: Severity;
  readonly agencies: boolean;
  readonly quiet_from: string | null;
  readonly quiet_until: string | null;
  readonly zone: string;
}

/** An alert of this home; `shown` when neighbours can read it. */
export interface OwnAlert {
  readonly id: string;
  readonly headline: string;
  readonly expires: string;
  readonly state: OwnAlertState;
}

/** Who can read it, as the feed says; "missing": the hub said that it shows it. */
export type OwnAlertState = "waiting" | "sent" | "review" | "shown" | "hidden" | "missing";

/** Why stewards decided as they did. */
export interface Statement {
  readonly opened_by: string;
  readonly decision: "approved" | "refused" | "restored" | "upheld";
  readonly rule: string;
  readonly fact: string;
  readonly decided: string;
}
