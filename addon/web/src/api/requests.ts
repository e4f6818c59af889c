/** What the engine tells of agencies' requests: `requests.py`, in TypeScript. */

import type { Polygon } from "./types";

export type Ring = readonly (readonly [number, number])[];

export interface AgencyRequest {
  readonly id: string;
  readonly agency: string;
  readonly officer: string;
  readonly case_ref: string;
  readonly offence: string;
  readonly necessity: string;
  readonly what: string;
  /** Longitude and latitude; closed. */
  readonly area: Ring;
  readonly window_start: string;
  readonly window_end: string;
  readonly published: string;
  readonly expires: string;
  readonly state: "open" | "withdrawn" | "expired" | "resolved" | "suspended";
  readonly urgent: boolean;
  readonly matching_cameras: number;
  readonly answered: boolean;
}

export interface Viewpoint {
  readonly camera: string;
  readonly indoor: boolean;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly bearing: number;
  readonly angle: number;
  readonly reach_m: number;
}

export interface Proposal {
  readonly camera: string;
  readonly name: string;
  readonly spans: readonly { readonly start: string; readonly end: string }[];
}

export interface MadeClip {
  readonly id: string;
  readonly camera: string;
  readonly kind: "clip" | "still";
  readonly size_bytes: number;
  readonly start: string;
  readonly end: string;
  readonly edits: readonly string[];
  readonly redaction: readonly string[];
}

export interface GivenAnswer {
  readonly id: string;
  readonly kind: "clips" | "tip" | "letter";
  readonly at: string;
  readonly state: "waiting" | "sent" | "revoked" | "ended";
  readonly leaves_at: string | null;
  readonly text: string;
  readonly contact: string;
  readonly clips: readonly MadeClip[];
  readonly holds_originals: boolean;
  readonly receipts: readonly { readonly at: string; readonly what: string; readonly text: string }[];
}

export interface Review {
  readonly request: AgencyRequest;
  readonly agency: { readonly name: string; readonly domain: string; readonly requests: number; readonly overdue: number };
  readonly supervisor: string;
  readonly tried: readonly string[];
  readonly media_wanted: readonly string[];
  readonly contact: string;
  readonly retention_days: number;
  readonly area_km2: number;
  readonly log_index: number;
  readonly witnesses: number;
  readonly proposals: readonly Proposal[];
  readonly answers: readonly GivenAnswer[];
  readonly declined: boolean;
  readonly muted: boolean;
  readonly outcome: string;
  readonly deletion: string;
  readonly pin_needed: boolean;
}

export interface ClipOrder {
  readonly camera: string;
  readonly start: string;
  readonly end: string | null;
  readonly faces: boolean;
  readonly plates: boolean;
  readonly moving: boolean;
  /** All around it goes; points are fractions of the picture. */
  readonly keep_only?: Polygon;
}

/** An agency, as the public log tells of it. */
export interface Agency {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly kind: string;
  readonly contact: string;
  readonly standing: "announced" | "member" | "vetoed" | "suspended";
  readonly notice_until: string;
  readonly jurisdiction: Ring;
  readonly terms: string;
  readonly log_index: number;
  readonly call_back: { readonly at: string; readonly directory: string; readonly steward: string };
  readonly approved_by: readonly string[];
  readonly requests: number;
  readonly overdue: number;
  /** Of this home, while its notice lasts. */
  readonly objection: "none" | "waiting" | "sent" | "refused";
}

/** Recordings that are held for an answer, whose id this is. */
export interface Hold {
  readonly id: string;
  readonly since: string;
  readonly files: number;
  readonly size_bytes: number;
  readonly frees_bytes: number;
}

/** `hub`: too late for a capsule that tells the agency. */
export interface TakenBack {
  readonly reach: "here" | "agency" | "hub";
}

export interface LetterWish {
  readonly text: string;
  readonly pin?: string;
}

export interface AnswerWish {
  readonly answer: "approve" | "tip" | "decline" | "mute";
  readonly confirm: true;
  readonly pin?: string;
  readonly text?: string;
  readonly contact?: string;
  readonly clips?: readonly string[];
  readonly holds_originals?: boolean;
  readonly mutes?: "agency" | "offence" | "all";
}

export interface MuteWishes {
  readonly agencies: readonly string[];
  readonly offences: readonly string[];
  readonly everything: boolean;
  readonly takes_part: boolean;
  readonly drip: boolean;
  readonly pin_set?: boolean;
}
