/** What this page knows: the desk, whether it is locked, and which part of it is open. */

import { Problem } from "../api/client";
import { Store } from "../state/store";
import { DeskClient } from "./client";
import type { DeskState } from "./types";

export type View = "cases" | "request" | "warn" | "sign" | "verify" | "keys";

export const VIEWS: readonly View[] = ["cases", "request", "warn", "sign", "verify", "keys"];
const LOOK_EVERY_MS = 20_000;
const ENTER = /^#enter=([\w-]+)$/;
const CASE = /^#case=([0-9a-f]{32})$/;

export const client = new DeskClient();
/** Null until it is known, and while this browser has no session. */
export const desk = new Store<DeskState | null>(null);
export const isOutside = new Store(false);
export const view = new Store<View>("cases");
/** The case that is open; null for the list. */
export const openCase = new Store<string | null>(null);
/** Sentences for a screen reader, one at a time. */
export const announcement = new Store("");

/** Enter by the link that the program printed, and look again from time to time. */
export async function begin(): Promise<void> {
  client.refused = (problem) => refused(problem);
  window.addEventListener("hashchange", () => void enter(location.hash));
  window.setInterval(() => {
    if (!document.hidden && desk.value !== null) void look();
  }, LOOK_EVERY_MS);
  await enter(location.hash);
  await look();
}

async function enter(hash: string): Promise<void> {
  const token = ENTER.exec(hash)?.[1];
  if (token !== undefined) {
    // A secret must not stay in the address: it would be in the history and in bookmarks.
    history.replaceState(null, "", location.pathname);
    await client.enter(token).catch(() => {});
    await look();
    return;
  }
  const named = hash.replace(/^#/, "");
  openCase.value = CASE.exec(hash)?.[1] ?? null;
  view.value = VIEWS.find((each) => each === named) ?? "cases";
}

/** Ask how the desk is. */
export async function look(): Promise<void> {
  try {
    const now = await client.state();
    if (desk.value?.locked !== false && !now.locked) beginWithKeys(now);
    desk.value = now;
    isOutside.value = false;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "no_session") return;
    desk.value = null;
    isOutside.value = true;
  }
}

/** Who has nothing to ask with yet begins with the keys. */
function beginWithKeys({ hub, own }: DeskState): void {
  if (view.value !== "cases" || (hub !== null && own !== null)) return;
  history.replaceState(null, "", `${location.pathname}#keys`);
  view.value = "keys";
}

function refused(problem: Problem): void {
  if (problem.code === "no_session") isOutside.value = true;
  if (problem.code === "locked" && desk.value?.locked === false) void look();
}

export async function lock(): Promise<void> {
  await client.lock();
  await look();
}
