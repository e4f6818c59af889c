/** What the page's address says. Secrets stand behind `#`, which browsers do not send. */

const VIEWS = [
  "alerts",
  "agencies",
  "agency",
  "log",
  "numbers",
  "about",
  "stewards",
  "takedown",
  "decisions",
] as const;
export type View = (typeof VIEWS)[number] | "join";

export interface Address {
  readonly view: View;
  /** What the part of the page is about: an alert's id, the code of a takedown. */
  readonly item: string | null;
  /** The pass of the day and the regions it is meant for; null when the address has none. */
  readonly pass: string | null;
  readonly regions: readonly string[];
  /** A steward's invite. */
  readonly code: string | null;
  readonly secret: boolean;
}

const REGION = /^8[56][0-9a-f]{13}$/;

export function readAddress(path: string, hash: string): Address {
  const text = hash.replace(/^#/, "");
  const said = new URLSearchParams(text);
  const pass = said.get("pass");
  const code = said.get("steward");
  const regions = said.getAll("region").flatMap((each) => each.split(","));
  const [name = "", item = ""] = text.split("=", 2);
  const named = VIEWS.find((each) => each === name) ?? "alerts";
  const takedown = named === "takedown" && item !== "";
  return {
    view: isJoin(path) ? "join" : code !== null ? "stewards" : named,
    item: item === "" || named === "alerts" ? null : decodeURIComponent(item),
    pass,
    regions: [...new Set(regions)].filter((each) => REGION.test(each)),
    code,
    secret: pass !== null || code !== null || takedown,
  };
}

function isJoin(path: string): boolean {
  return /\/join\/?$/.test(path);
}

export interface Invite {
  readonly hub: string;
  readonly witnesses: number;
  readonly quorum: number;
}

/** What an invite's link holds, or null when it is none (spec/accounts.md). */
export function readInvite(hash: string): Invite | null {
  try {
    const base64 = hash.replace(/^#/, "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof said.hub !== "string" || typeof said.code !== "string") return null;
    const witnesses = Array.isArray(said.witnesses) ? said.witnesses.length : 0;
    return { hub: said.hub, witnesses, quorum: Number(said.quorum ?? 0) };
  } catch {
    return null;
  }
}

/** A link must lead to the hub that it names, or it shows one and has homes join another. */
export function leadsHere(invite: Invite, page: string): boolean {
  return `${invite.hub.replace(/\/+$/, "")}/join` === page.replace(/#.*$/, "").replace(/\/+$/, "");
}
