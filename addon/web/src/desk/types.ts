/** What the desk's server says (neighborcam/agency/page/messages.py). */

export type Position = readonly [number, number];

export interface Polygon {
  readonly type: "Polygon";
  readonly coordinates: readonly (readonly Position[])[];
}

export interface Hub {
  readonly hub: string;
  readonly log: string;
  readonly witnesses: readonly string[];
  readonly quorum: number;
}

export type Role = "officer" | "supervisor";

export interface OwnCertificate {
  readonly role: Role;
  readonly name: string;
  readonly sha256: string;
  readonly agency: string;
  readonly not_after: string;
  readonly is_logged: boolean;
}

export interface DeskState {
  readonly version: string;
  readonly locked: boolean;
  readonly has_keys: boolean;
  readonly needs_pin: boolean;
  readonly hub: Hub | null;
  readonly root: string;
  readonly own: OwnCertificate | null;
  readonly pending: { readonly role: Role; readonly name: string; readonly text: string } | null;
  readonly evidence: readonly string[];
}

export interface Carried {
  readonly text: string;
  readonly file: string;
}

export interface Form {
  readonly agency: string;
  readonly contact: string;
  readonly standing: string;
  readonly jurisdiction: Polygon;
  readonly offences: readonly string[];
  readonly tried: readonly string[];
  readonly media: readonly string[];
  readonly retention_days: number;
  readonly expiry_days: number;
}

export interface Draft {
  readonly case_ref: string;
  readonly offence: string;
  readonly necessity: string;
  readonly tried: readonly string[];
  readonly area: Polygon | null;
  readonly window_start: string;
  readonly window_end: string;
  readonly what: string;
  readonly contact: string;
  readonly media_wanted: readonly string[];
  readonly retention_days: number | null;
  readonly days: number | null;
  readonly urgent: boolean;
}

export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly most: number;
  readonly least: number;
  readonly unit: string;
}

/** Words to look at again, and what to write instead. */
export interface Finding {
  readonly hint: string;
  readonly field: string;
  readonly words: string;
  readonly advice: string;
}

export interface Examined {
  readonly problems: readonly { readonly field: string; readonly text: string }[];
  readonly findings: readonly Finding[];
  readonly measures: readonly Measure[];
  readonly text: string;
}

/** What an officer wants to warn of; `place` is longitude and latitude. */
export interface AlertDraft {
  readonly category: string;
  readonly headline: string;
  readonly text: string;
  readonly instruction: string;
  readonly place: readonly [number, number] | null;
  readonly resolution: number;
  readonly hours: number;
  readonly status: string;
  readonly severity: string;
}

/** What can be said of it; `area` is the cell that it names. */
export interface ExaminedAlert extends Examined {
  readonly area: Polygon | null;
}

export interface AlertLine {
  readonly id: string;
  readonly msg_type: "alert" | "update" | "cancel";
  readonly state: string;
  readonly reason: string;
  readonly category: string;
  readonly headline: string;
  readonly text: string;
  readonly instruction: string;
  readonly severity: string;
  readonly expires: string;
  /** It holds, and nothing newer took its place. */
  readonly current: boolean;
}

export interface Alerts {
  readonly agency: string;
  readonly jurisdiction: Polygon;
  readonly categories: readonly string[];
  readonly alerts: readonly AlertLine[];
}

export interface AgencyRequest {
  readonly id: string;
  readonly case_ref: string;
  readonly offence: string;
  readonly necessity: string;
  readonly tried: readonly string[];
  readonly area: Polygon;
  readonly window_start: string;
  readonly window_end: string;
  readonly what: string;
  readonly media_wanted: readonly string[];
  readonly contact: string;
  readonly retention_days: number;
  readonly published: string;
  readonly expires: string;
  readonly urgent: boolean;
}

export interface Named {
  readonly certificate: { readonly name: string };
}

export interface LinkView {
  readonly id: string;
  readonly request: AgencyRequest;
  readonly text: string;
  readonly officer: string;
  readonly supervisor: string;
  readonly problem: string;
  readonly findings: readonly Finding[];
  readonly jurisdiction: Polygon | null;
}

export interface Signed {
  readonly id: string;
  readonly link: string;
}

export interface Due {
  readonly what: string;
  readonly due: string;
  readonly case_ref: string;
  readonly request: string;
}

export interface CaseLine {
  readonly id: string;
  readonly case_ref: string;
  readonly offence: string;
  readonly state: string;
  readonly reason: string;
  readonly published: string;
  readonly expires: string;
  readonly homes: number;
  readonly answers: number;
  readonly is_own: boolean;
  readonly untold: number;
}

export interface Cases {
  readonly cases: readonly CaseLine[];
  readonly due: readonly Due[];
  readonly problem: string;
}

export interface Clip {
  readonly kind: string;
  readonly state: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly started: string;
  readonly ended: string;
  readonly width: number;
  readonly height: number;
  readonly edits: readonly string[];
  readonly redaction: readonly string[];
}

export interface Answer {
  readonly id: string;
  readonly kind: string;
  readonly about: string;
  readonly at: string;
  readonly text: string;
  readonly contact: string;
  readonly holds_originals: boolean;
  readonly clips: readonly Clip[];
  readonly questions: readonly string[];
  readonly revoked: string | null;
  readonly erased: string | null;
}

export interface CustodyLine {
  readonly at: string;
  readonly what: string;
  readonly about: string;
  readonly by: string;
}

export interface Case {
  readonly line: CaseLine;
  readonly signed: {
    readonly request: AgencyRequest;
    readonly officer: Named;
    readonly supervisor: Named | null;
  };
  readonly link: string;
  readonly jurisdiction: Polygon | null;
  readonly logged: string | null;
  readonly ended: string | null;
  readonly last_call: string | null;
  readonly next_round: string | null;
  readonly rounds_waiting: number;
  readonly missed: number;
  readonly outcome: string;
  readonly deletion: string;
  readonly due: readonly Due[];
  readonly answers: readonly Answer[];
  readonly custody: readonly CustodyLine[];
  readonly problem: string;
}

export interface Warnings {
  readonly warnings: readonly string[];
  readonly has_copies: boolean;
}

export interface Verdict {
  readonly right: boolean;
  readonly steps: readonly { readonly what: string; readonly told: string }[];
  readonly problem: string;
  readonly log: string;
}
