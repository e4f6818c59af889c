import type { GeoPolygon } from "./log-entries";

/** What the hub says (spec/alerts.md, spec/hub.md). */

export type Category =
  | "fire"
  | "gas"
  | "flood"
  | "storm"
  | "medical"
  | "missing-person"
  | "lost-pet"
  | "found"
  | "break-in"
  | "theft"
  | "vandalism"
  | "vehicle"
  | "hazard"
  | "power"
  | "noise"
  | "infrastructure"
  | "kindness"
  | "info";
export type Severity = "extreme" | "severe" | "moderate" | "minor" | "unknown";
export type Standing = "review" | "shown" | "hidden" | "removed" | "gone";
export type Verdict = "approved" | "refused" | "restored" | "upheld";

/** The fields that an alert and a feature of the public feed have in common. */
interface Said {
  readonly category: Category;
  readonly headline: string;
  readonly text: string;
  readonly instruction: string;
  readonly msgType: "alert" | "update" | "cancel";
  readonly status: "actual" | "exercise" | "test";
  readonly origin: "person" | "automation" | "agency";
  /** Of an agency's alert: in feeds its name, in messages its id. */
  readonly agency?: string | null;
  readonly severity: Severity;
  readonly onset: string;
  readonly expires: string;
  readonly cell: string;
}

export interface MediaItem {
  readonly sha256: string;
  readonly kind: "picture" | "clip";
}

export interface RawAlert extends Said {
  readonly id: string;
  readonly references: readonly string[];
  readonly scope: "region" | "hub" | "public";
  readonly media: readonly MediaItem[];
}

export interface Published {
  readonly type: "published";
  readonly seq: number;
  readonly alert: RawAlert;
  readonly published: string;
  readonly verified: boolean;
  readonly reactions: Readonly<Record<string, number>>;
  readonly comments: number;
  readonly media: readonly MediaItem[];
}

export interface Withdrawn {
  readonly type: "withdrawn";
  readonly seq: number;
  readonly id: string;
}

export type HubEvent = Published | Withdrawn;

export type FeedMessage =
  | { readonly type: "hello"; readonly hub: string; readonly region: string; readonly seq: number }
  | { readonly type: "events"; readonly events: readonly HubEvent[]; readonly live: boolean };

export interface Feature {
  readonly id: string;
  readonly geometry: { readonly coordinates: readonly (readonly [number, number])[][] };
  readonly properties: Said & { readonly verified: boolean; readonly link: string };
}

export interface PublishedComment {
  readonly id: string;
  readonly text: string;
  readonly at: string;
}

export interface HubView {
  readonly name: string;
  /** Who runs it, and how to reach them; empty when nobody said. */
  readonly contact: string;
  readonly version: string;
  readonly log: string;
  readonly witnesses: readonly string[];
  readonly quorum: number;
  readonly stewards: readonly string[];
  readonly takes_media: boolean;
  readonly has_census: boolean;
  readonly crowd: number;
}

export interface Case {
  readonly id: string;
  readonly kind: "alert" | "comment";
  readonly opened_by: string;
  readonly reason: string;
  readonly opened: string;
  readonly standing: Standing;
  readonly verdicts: readonly Verdict[];
  readonly alert: RawAlert | null;
  readonly comment: { readonly id: string; readonly alert: string; readonly text: string } | null;
  readonly has_envelope: boolean;
  /** Until when a steward has to look, of a takedown. */
  readonly due: string | null;
}

/** A table of the hub's database: what it tells, and for how long. */
export interface TableTold {
  readonly name: string;
  readonly tells: string;
  readonly kept: string;
  readonly columns: readonly { readonly name: string; readonly holds: string; readonly tells: string }[];
}

/** Why something was decided (spec/moderation.md). */
export interface Statement {
  readonly opened_by: string;
  readonly decision: Verdict;
  readonly rule: string;
  readonly fact: string;
  readonly decided: string;
}

/** What came of the wish that a picture goes. */
export interface TakedownState {
  readonly state: "waiting" | "queued" | "removed" | "shown";
  readonly asked: string;
  readonly alert: string;
  readonly decided: string | null;
  readonly rule: string;
  readonly fact: string;
  readonly may_appeal: boolean;
}

export interface TakedownAsked {
  readonly sha256: string;
  readonly contact: string;
  readonly at: string;
}

/** What a steward wants to be done about the office, and who agrees so far. */
export interface OfficeWish {
  readonly id: string;
  readonly kind: "appointment" | "removal";
  readonly name: string;
  readonly by: string;
  readonly seconded: string;
  readonly ends: string;
}

/** One steward's part of who wrote something (spec/moderation.md). */
export interface Share {
  readonly subject: string;
  readonly x: number;
  readonly y: string;
}

/** The ticket is random, the same for giving a share and closing the account. */
export interface ShareWish extends Share {
  readonly reason: string;
  readonly ticket: string;
}

/** One H3 cell of resolution 7; people are null without a census. */
export interface AreaNumbers {
  readonly cell: string;
  readonly requests: number;
  readonly repeated: number;
  readonly people: number | null;
  readonly per_1000: number | null;
}

export interface StewardNumbers {
  readonly approved: number;
  readonly refused: number;
}

export interface AgencyNumbers {
  readonly name: string;
  readonly requests: number;
  readonly urgent: number;
  readonly refused: number;
  readonly km2_hours: number;
  readonly median_km2: number | null;
  readonly median_hours: number | null;
  readonly repeated: number;
  readonly outcomes: number;
  readonly outcomes_by_result: Readonly<Record<string, number>>;
  readonly put_off: number;
  readonly deletions: number;
  readonly overdue: number;
  readonly suspended: number;
  readonly alerts: number;
}

export interface Statistics {
  readonly agencies: Readonly<Record<string, AgencyNumbers>>;
  readonly requests: {
    readonly requests: number;
    readonly repeated: number;
    readonly median_km2: number | null;
    readonly median_hours: number | null;
  };
  readonly areas: readonly AreaNumbers[];
  readonly elsewhere: { readonly people: number; readonly per_1000_overall: number | null } | null;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly overdue: Readonly<Record<string, number>>;
  readonly reviews_by_steward: Readonly<Record<string, StewardNumbers>>;
  readonly lapsed: number;
  readonly offences: Readonly<Record<string, number>>;
  readonly refusals_by_rule: Readonly<Record<string, number>>;
  readonly entries: number;
  readonly decisions: Readonly<Record<string, number>>;
  readonly decisions_by_rule: Readonly<Record<string, number>>;
  readonly decisions_by_steward: Readonly<Record<string, number>>;
  readonly envelopes_opened: number;
  readonly legal_demands: Readonly<Record<string, number>>;
  readonly stewards: number;
  readonly unknown: number;
}

/** A request that was logged before one that waits. */
export interface Earlier {
  /** Of its entry in the log. */
  readonly index: number;
  readonly logged: string;
  readonly agency: string;
  readonly offence: string;
  readonly window_start: string;
  readonly state: string;
  readonly outcome: string;
}

/** A request of an agency that waits for stewards (spec/requests.md). */
export interface Review {
  readonly sha256: string;
  readonly agency: string;
  readonly findings: readonly { readonly words: string; readonly advice: string }[];
  readonly context: {
    readonly case: readonly Earlier[];
    readonly near: readonly Earlier[];
    readonly past: {
      readonly requests: number;
      readonly refused: number;
      readonly suspended: number;
      readonly overdue: number;
      readonly owes: number;
      readonly outcomes: Readonly<Record<string, number>>;
    };
  };
  readonly km2: number;
  readonly hours: number;
  readonly approvals: readonly string[];
  readonly needed: number;
  readonly received: string;
  readonly request: {
    readonly officer: Signer;
    readonly supervisor: Signer | null;
    readonly request: {
      readonly agency: string;
      readonly case_ref: string;
      readonly offence: string;
      readonly necessity: string;
      readonly tried: readonly string[];
      readonly what: string;
      readonly area: GeoPolygon;
      readonly window_start: string;
      readonly window_end: string;
      readonly media_wanted: readonly string[];
      readonly retention_days: number;
      readonly expires: string;
      readonly urgent: boolean;
    };
  };
}

interface Signer {
  readonly certificate: { readonly name: string };
}

/** An agency's alert that waits for a steward (spec/alerts.md). */
export interface Warning {
  readonly sha256: string;
  readonly agency: string;
  readonly alert: {
    readonly alert: RawAlert;
    readonly officer: { readonly certificate: { readonly name: string } };
  };
  readonly findings: readonly { readonly words: string; readonly advice: string }[];
  readonly context: {
    readonly before: RawAlert | null;
    readonly today: number;
    readonly most: number;
    readonly recent: readonly { readonly headline: string }[];
    readonly refused: number;
  };
}

/** An agency that wants to join (spec/agencies.md). */
export interface Application {
  readonly id: string;
  /** What a passkey signs: this very record. */
  readonly subject: string;
  readonly agency: {
    readonly agency: {
      readonly name: string;
      readonly domain: string;
      readonly kind: string;
      readonly contact: string;
      readonly terms: string;
    };
  };
  readonly km2: number;
  readonly domain_checked: string | null;
  readonly call_back: { readonly steward: string; readonly directory: string } | null;
  readonly approvals: readonly string[];
}

/** An agency of the public log. */
export interface Agency {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly kind: string;
  readonly contact: string;
  readonly jurisdiction: GeoPolygon;
  readonly km2: number;
  readonly terms: string;
  /** Of its announcement in the log. */
  readonly index: number;
  readonly call_back: { readonly at: string; readonly directory: string; readonly steward: string };
  readonly approved_by: readonly string[];
  readonly standing: "announced" | "member" | "vetoed" | "suspended";
  readonly notice_until: string;
  readonly until: string;
  /** What is ended when it is restored, hexadecimal. */
  readonly ends: string;
  readonly objections: number;
  readonly enough: number;
  readonly open: number;
  readonly owes: readonly { readonly request: string; readonly what: string; readonly due: string }[];
}
