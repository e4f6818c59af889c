/** The alerts that the page shows: the public ones, or live those of a member's regions. */

import { Problem, words } from "../api/client";
import { Store } from "../state/store";
import { named } from "./agency-names";
import {
  current,
  fromFeature,
  type Shown,
  sorted,
  take,
  type Versions,
  withDetails,
} from "./alerts";
import { withRings } from "./cells";
import type { HubClient } from "./client";
import { LiveFeed } from "./live-feed";
import type { HubEvent, Published } from "./types";

const ASK_EVERY_MS = 60_000;
const EXPIRY_CHECK_MS = 30_000;
const LOST = "Connection lost. Trying again…";
const RESTARTS = "The hub restarts. Trying again…";

export type FeedState = "loading" | "ready" | "lost" | "refused" | "nowhere";

export const alerts = new Store<readonly Shown[]>([]);
export const feedState = new Store<FeedState>("loading");
export const feedProblem = new Store("");
/** The alert that list and map point out, by its first version. */
export const selected = new Store<string | null>(null);

let versions: Versions = new Map();
let details: ReadonlyMap<string, Published> = new Map();
let stop: () => void = () => {};
let turn = 0;

/** Show the public alerts, and ask for them again while somebody looks. */
export function readPublic(client: HubClient): void {
  restart();
  const ask = () => {
    if (!document.hidden) void refresh(client, false);
  };
  ask();
  const clock = window.setInterval(ask, ASK_EVERY_MS);
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("online", ask);
  stop = () => {
    window.clearInterval(clock);
    document.removeEventListener("visibilitychange", ask);
    window.removeEventListener("online", ask);
  };
}

/** Ask for the public alerts; `fresh` after something was changed from here. */
export async function refresh(client: HubClient, fresh: boolean): Promise<void> {
  if (client.pass !== null) return; // the live feed tells by itself
  const asked = turn;
  try {
    const features = await client.publicAlerts(fresh);
    if (asked !== turn) return;
    alerts.value = sorted(features.map(fromFeature).map(known));
    feedState.value = "ready";
  } catch (error) {
    if (asked !== turn) return;
    feedProblem.value = words(error);
    feedState.value = "lost";
  }
}

function known(alert: Shown): Shown {
  const event = details.get(alert.id);
  return event === undefined ? alert : withDetails(alert, event);
}

/** Ask for what the public feed leaves out: pictures, comments, reactions. */
export async function loadDetails(client: HubClient, alert: Shown): Promise<void> {
  try {
    const event = await client.alert(alert.id);
    if (event.type === "withdrawn") return forget(alert.id);
    details = new Map(details).set(alert.id, event);
    alerts.value = alerts.value.map(known);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) forget(alert.id);
  }
}

/** Show an alert no more, before the hub says so: its picture was just taken down. */
export function forget(id: string): void {
  alerts.value = alerts.value.filter((each) => each.id !== id);
}

/** Follow the regions of a member. */
export function listen(client: HubClient, pass: string, regions: readonly string[]): void {
  restart();
  if (regions.length === 0) {
    feedState.value = "nowhere";
    return;
  }
  const waiting = new Set(regions);
  const feeds = regions.map((region) => {
    const listener = {
      events: (events: readonly HubEvent[], live: boolean) => {
        versions = take(versions, events);
        if (live) waiting.delete(region);
        if (waiting.size === 0) void show();
      },
      connection: (state: "online" | "lost" | "restarting" | "refused") => {
        if (state === "online") return void waiting.delete(region);
        waiting.add(region);
        const restarts = state === "restarting" || feedProblem.value === RESTARTS;
        // While it restarts nothing answers: that is no other trouble.
        feedProblem.value = restarts ? RESTARTS : LOST;
        feedState.value = state === "restarting" ? "lost" : state;
      },
    };
    return new LiveFeed((after) => client.openFeed(region, after), pass, listener);
  });
  const clock = window.setInterval(() => void show(), EXPIRY_CHECK_MS);
  stop = () => {
    window.clearInterval(clock);
    for (const feed of feeds) feed.stop();
  };
  for (const feed of feeds) feed.start();

  async function show(): Promise<void> {
    if (waiting.size > 0) return;
    const asked = turn;
    const seen = versions;
    const shown = await named(client, await withRings(current(seen, Date.now())));
    if (asked !== turn || seen !== versions) return;
    alerts.value = shown;
    feedProblem.value = "";
    feedState.value = "ready";
  }
}

function restart(): void {
  stop();
  stop = () => {};
  turn += 1;
  versions = new Map();
  details = new Map();
  alerts.value = [];
  feedState.value = "loading";
}
