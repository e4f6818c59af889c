/** What entries of the public log say, in words (spec/log.md, spec/agencies.md). */

import { decided, moment, openedBy } from "./words";
import type { RawAlert, Verdict } from "./types";

export interface GeoPolygon {
  readonly type: "Polygon";
  readonly coordinates: readonly (readonly (readonly [number, number])[])[];
}

/** A request as the log has it. */
export interface LoggedRequest {
  readonly id: string;
  readonly agency: string;
  readonly case_ref: string;
  readonly offence: string;
  readonly necessity: string;
  readonly tried: readonly string[];
  readonly what: string;
  readonly area: GeoPolygon;
  readonly window_start: string;
  readonly window_end: string;
  readonly retention_days: number;
  readonly expires: string;
  readonly urgent?: boolean;
}

interface Approved {
  readonly approvals: readonly { readonly steward: string }[];
}

/** An entry: its kind, its moment, and what that kind has. Of kinds that are unknown only those. */
export type LogEntry = { readonly at: string } & (
  | { readonly type: "hub-opened"; readonly name: string }
  | { readonly type: "token-keys"; readonly epoch: string }
  | { readonly type: "release"; readonly version: string }
  | { readonly type: "rules-set" }
  | { readonly type: "steward-appointed" | "steward-left"; readonly steward: string }
  | { readonly type: "steward-interest"; readonly steward: string; readonly agency: string }
  | {
      readonly type: "decision";
      readonly subject: string;
      readonly opened_by: string;
      readonly decision: Verdict;
      readonly rule: string;
      readonly fact: string;
      readonly steward: string;
    }
  | { readonly type: "envelope-opened"; readonly stewards: readonly string[]; readonly reason: string }
  | { readonly type: "account-closed"; readonly stewards: readonly string[] }
  | {
      readonly type: "application-refused";
      readonly agency: string;
      readonly rule: string;
      readonly fact: string;
      readonly steward: string;
    }
  | { readonly type: "legal-demand"; readonly kind: string; readonly given: string }
  | ({
      readonly type: "agency-announced";
      readonly agency: { readonly agency: { readonly name: string; readonly key: string } };
      readonly until: string;
    } & Approved)
  | {
      readonly type: "agency-joined" | "agency-vetoed";
      readonly agency: string;
      readonly households: number;
      readonly vetoes: number;
    }
  | ({ readonly type: "agency-renewed"; readonly agency: string; readonly until: string } & Approved)
  | ({ readonly type: "agency-restored"; readonly agency: string; readonly fact: string } & Approved)
  | {
      readonly type: "agency-suspended";
      readonly agency: string;
      readonly reason: string;
      readonly fact?: string;
      readonly steward?: string;
      readonly request?: string | null;
    }
  | { readonly type: "certificate-logged"; readonly agency: string; readonly role: string; readonly not_after: string }
  | { readonly type: "certificate-revoked"; readonly revocation: { readonly revocation: { readonly agency: string } } }
  | ({ readonly type: "request-logged"; readonly request: { readonly request: LoggedRequest } } & Approved)
  | {
      readonly type: "request-refused";
      readonly agency: string;
      readonly offence: string;
      readonly rule: string;
      readonly fact: string;
      readonly steward: string;
    }
  | {
      readonly type: "agency-said";
      readonly word: {
        readonly type: string;
        readonly request: string;
        readonly how?: string;
        readonly result?: string;
        readonly text?: string;
        readonly what?: string;
      };
      readonly certificate: { readonly certificate: { readonly agency: string } };
    }
  | ({
      readonly type: "agency-alert-logged";
      readonly alert: {
        readonly alert: RawAlert;
        readonly officer: { readonly certificate: { readonly agency: string } };
      };
    } & Approved)
  | {
      readonly type: "agency-alert-refused";
      readonly agency: string;
      readonly category: string;
      readonly rule: string;
      readonly fact: string;
      readonly steward: string;
    }
  | { readonly type: "overdue"; readonly agency: string; readonly request: string; readonly what: string }
);

export const GROUPS = {
  requests: "Requests of agencies",
  warnings: "Warnings of agencies",
  agencies: "Agencies come and go",
  decisions: "Decisions about posts",
  stewards: "Stewards",
  demands: "Demands for data, opened envelopes, closed accounts",
  technical: "Keys, software, limits",
} as const;
export type Group = keyof typeof GROUPS;

const GROUP_OF: Readonly<Record<LogEntry["type"], Group>> = {
  "hub-opened": "technical",
  "token-keys": "technical",
  release: "technical",
  "rules-set": "technical",
  "certificate-logged": "technical",
  "certificate-revoked": "technical",
  "steward-appointed": "stewards",
  "steward-left": "stewards",
  "steward-interest": "stewards",
  decision: "decisions",
  "envelope-opened": "demands",
  "account-closed": "demands",
  "legal-demand": "demands",
  "agency-announced": "agencies",
  "application-refused": "agencies",
  "agency-joined": "agencies",
  "agency-vetoed": "agencies",
  "agency-renewed": "agencies",
  "agency-restored": "agencies",
  "agency-suspended": "agencies",
  "request-logged": "requests",
  "request-refused": "requests",
  "agency-said": "requests",
  overdue: "requests",
  "agency-alert-logged": "warnings",
  "agency-alert-refused": "warnings",
};

export const groupOf = (entry: LogEntry): Group => GROUP_OF[entry.type] ?? "technical";

/** The id of the agency that an entry is about; null for none, and for an announcement. */
export function agencyOf(entry: LogEntry): string | null {
  switch (entry.type) {
    case "request-logged":
      return entry.request.request.agency;
    case "agency-said":
      return entry.certificate.certificate.agency;
    case "certificate-revoked":
      return entry.revocation.revocation.agency;
    case "agency-alert-logged":
      return entry.alert.officer.certificate.agency;
    default:
      return "agency" in entry && typeof entry.agency === "string" ? entry.agency : null;
  }
}

const plain = (word: string): string => word.replaceAll("-", " ");
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const by = ({ approvals }: Approved): string =>
  `Approved by ${approvals.map(({ steward }) => steward).join(" and ")}`;
const RESULTS: Readonly<Record<string, string>> = {
  helped: "It helped",
  "led-to-charge": "It led to a charge",
  "excluded-somebody": "It cleared somebody",
  "no-use": "It was of no use",
  open: "The case is still open",
};

/** An outcome as people say it. */
export const resultWord = (result: string): string => RESULTS[result] ?? capital(plain(result));

/** A headline, and the lines below it. `name` gives the name of an agency's id. */
export interface Words {
  readonly title: string;
  readonly lines: readonly string[];
}

export function entryWords(entry: LogEntry, name: (agency: string) => string): Words {
  const said = (title: string, ...lines: string[]): Words => ({
    title,
    lines: lines.filter((each) => each !== ""),
  });
  switch (entry.type) {
    case "hub-opened":
      return said(`The hub “${entry.name}” opened`);
    case "token-keys":
      return said(`Token keys of ${entry.epoch}`);
    case "release":
      return said(`The hub runs NeighborCam ${entry.version}`);
    case "rules-set":
      return said("Limits for requests were set");
    case "steward-appointed":
      return said(`${entry.steward} became a steward`);
    case "steward-left":
      return said(`${entry.steward} is a steward no more`);
    case "steward-interest":
      return said(`${entry.steward} is close to ${name(entry.agency)}`, "Decides nothing about it.");
    case "decision":
      return said(
        `${capital(entry.subject)}: ${decided(entry.decision).replace(/^It /, "it ")}`,
        openedBy(entry.opened_by),
        `Rule: ${entry.rule}`,
        `It rests on: ${entry.fact}`,
        `Decided by ${entry.steward}`,
      );
    case "envelope-opened":
      return said(
        "Two stewards learned who posted something",
        `Why: ${entry.reason}`,
        `By ${entry.stewards.join(" and ")}`,
      );
    case "account-closed":
      return said("Two stewards closed an account", `By ${entry.stewards.join(" and ")}`);
    case "application-refused":
      return said(
        `The application of ${name(entry.agency)} was refused`,
        `Rule: ${entry.rule}`,
        `It rests on: ${entry.fact}`,
        `By ${entry.steward}`,
      );
    case "legal-demand":
      return said(`Somebody demanded data: ${plain(entry.kind)}`, `Given: ${entry.given}`);
    case "agency-announced":
      return said(
        `${entry.agency.agency.name} wants to join`,
        `Members may object until ${moment(entry.until)}`,
        by(entry),
      );
    case "agency-joined":
      return said(`${name(entry.agency)} joined`, `${entry.vetoes} of ${entry.households} households objected`);
    case "agency-vetoed":
      return said(
        `${name(entry.agency)} is kept out by the members`,
        `${entry.vetoes} of ${entry.households} households objected`,
      );
    case "agency-renewed":
      return said(`${name(entry.agency)} may ask until ${moment(entry.until)}`, by(entry));
    case "agency-restored":
      return said(`${name(entry.agency)} may ask again`, entry.fact, by(entry));
    case "agency-suspended":
      return said(
        `${name(entry.agency)} is suspended: ${plain(entry.reason)}`,
        entry.fact ?? "",
        entry.steward ? `By ${entry.steward}` : "By the hub itself",
      );
    case "certificate-logged":
      return said(`A certificate of ${name(entry.agency)}: ${entry.role}`, `Until ${moment(entry.not_after)}`);
    case "certificate-revoked":
      return said(`A certificate of ${name(entry.revocation.revocation.agency)} counts no more`);
    case "request-logged":
      return requestWords(entry.request.request, name, by(entry));
    case "request-refused":
      return said(
        `A request of ${name(entry.agency)} was refused: ${plain(entry.offence)}`,
        `Rule: ${entry.rule}`,
        `It rests on: ${entry.fact}`,
        entry.steward === "" ? "By the hub itself" : `By ${entry.steward}`,
      );
    case "agency-said":
      return saidWords(entry, name);
    case "agency-alert-logged":
    case "agency-alert-refused":
      return warningWords(entry, name);
    case "overdue":
      return said(`${name(entry.agency)} is overdue: ${entry.what} of a request`);
    default:
      return said(`Something of a newer version: ${(entry as { type: string }).type}`);
  }
}

function requestWords(request: LoggedRequest, name: (agency: string) => string, approved: string): Words {
  const urgent = request.urgent === true ? "Urgent: " : "";
  return {
    title: `${urgent}${name(request.agency)} asks about ${plain(request.offence)}`,
    lines: [
      request.what,
      `From ${moment(request.window_start)} to ${moment(request.window_end)}`,
      `Case ${request.case_ref}, open until ${moment(request.expires)}, clips are kept ${request.retention_days} days`,
      approved,
    ],
  };
}

function warningWords(
  entry: LogEntry & { type: "agency-alert-logged" | "agency-alert-refused" },
  name: (agency: string) => string,
): Words {
  if (entry.type === "agency-alert-refused")
    return {
      title: `A warning of ${name(entry.agency)} was refused: ${plain(entry.category)}`,
      lines: [
        `Rule: ${entry.rule}`,
        `It rests on: ${entry.fact}`,
        entry.steward === "" ? "No steward looked in time" : `By ${entry.steward}`,
      ],
    };
  const { alert, officer } = entry.alert;
  const verb = { alert: "warns", update: "says more", cancel: "takes back" }[alert.msgType];
  const lines = [alert.text, entry.approvals.length === 0 ? "" : by(entry)];
  return {
    title: `${name(officer.certificate.agency)} ${verb}: ${alert.headline}`,
    lines: lines.filter((each) => each !== ""),
  };
}

function saidWords(entry: LogEntry & { type: "agency-said" }, name: (agency: string) => string): Words {
  const who = name(entry.certificate.certificate.agency);
  const { word } = entry;
  switch (word.type) {
    case "ending":
      return { title: `${who} ended a request: ${word.how ?? ""}`, lines: [] };
    case "outcome":
      return {
        title: `${who} told what came of a request: ${resultWord(word.result ?? "").toLowerCase()}`,
        lines: word.text ? [word.text] : [],
      };
    default:
      return { title: `${who} told what became of the clips: ${plain(word.what ?? "")}`, lines: [] };
  }
}
