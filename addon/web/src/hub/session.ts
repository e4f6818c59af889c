/** What this page knows: the hub, who reads, and which part of the page is open. */

import { Store } from "../state/store";
import { type Address, readAddress, type View } from "./address";
import { HubClient } from "./client";
import { listen, readPublic } from "./feed";
import type { HubView } from "./types";

const MEMBER = "neighborcam.hub.member";
const STEWARD = "neighborcam.hub.steward";

export const client = new HubClient();
export const hub = new Store<HubView | null>(null);
export const view = new Store<View>("alerts");
/** What the open part of the page is about. */
export const item = new Store<string | null>(null);
export const isMember = new Store(false);
/** Sentences for a screen reader, one at a time. */
export const announcement = new Store("");
/** A steward's invite that the address held. */
export const invite = new Store<string | null>(null);
/** Who is logged in; null for nobody, and until it is known. */
export const steward = new Store<string | null>(null);

interface Member {
  readonly pass: string;
  readonly regions: readonly string[];
}

/** Whether this browser has a network at all. */
export const online = new Store(navigator.onLine);

/** Begin with what the address says, or with the pass of this tab. */
export function begin(): void {
  window.addEventListener("hashchange", () => enter(readAddress(location.pathname, location.hash)));
  for (const change of ["online", "offline"] as const)
    window.addEventListener(change, () => {
      online.value = change === "online";
      if (online.value && hub.value === null) void loadHub();
    });
  const address = readAddress(location.pathname, location.hash);
  enter(address);
  void loadHub();
  if (address.view === "join") return;
  const member = address.pass === null ? kept() : null;
  if (member !== null) open(member);
  else if (!isMember.value) readPublic(client);
}

function enter(address: Address): void {
  // Secrets must not stay in the address: they would be in the history and in bookmarks.
  if (address.secret) {
    const rest = address.view === "alerts" ? "" : `#${address.view}`;
    history.replaceState(null, "", `${location.pathname}${rest}`);
  }
  if (address.code !== null) invite.value = address.code;
  item.value = address.item;
  view.value = address.view;
  if (address.pass !== null) open({ pass: address.pass, regions: address.regions });
}

function open(member: Member): void {
  client.pass = member.pass;
  isMember.value = true;
  sessionStorage.setItem(MEMBER, JSON.stringify(member));
  listen(client, member.pass, member.regions);
}

/** Forget the pass: from now on only the public alerts. */
export function readAsGuest(): void {
  client.pass = null;
  isMember.value = false;
  sessionStorage.removeItem(MEMBER);
  readPublic(client);
}

function kept(): Member | null {
  const text = sessionStorage.getItem(MEMBER);
  return text === null ? null : (JSON.parse(text) as Member);
}

export async function loadHub(): Promise<void> {
  hub.value = await client.hub().catch(() => null);
}

/** Ask who is logged in, but only where somebody was: for all others the answer is known. */
export async function findSteward(): Promise<void> {
  if (localStorage.getItem(STEWARD) === null) return;
  try {
    becomeSteward((await client.steward()).name);
  } catch {
    endSteward();
  }
}

export function becomeSteward(name: string): void {
  // The session itself is a cookie that no script can read.
  localStorage.setItem(STEWARD, "yes");
  steward.value = name;
  invite.value = null;
}

export function endSteward(): void {
  localStorage.removeItem(STEWARD);
  steward.value = null;
}
