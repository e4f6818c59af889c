/** Who this browser is to the engine, and the live picture of the home it gets. */

import { ChangesSocket } from "../api/changes";
import { Client, media, Problem, words } from "../api/client";
import type { Episode, Scope, ServerMessage, Visit } from "../api/types";
import { dayOf } from "../time/axis";
import { EMPTY, type Home, reduce, settledBy, withEpisodes, withoutEpisode } from "./home";
import { Store } from "./store";

const KEY = "neighborcam.token";
/** Home Assistant shows the page below this path, and says who its user is. */
const INGRESS = "/hassio_ingress/";
const DAY_CHECK_MS = 30_000;
const PICTURES_AFTER_MS = 4_000;

export { media };

const inHomeAssistant = location.pathname.includes(INGRESS);

// A token of a paired browser is not used inside Home Assistant: there the user counts.
export const client = new Client(inHomeAssistant ? null : localStorage.getItem(KEY));
export const home = new Store<Home>(EMPTY);
export const signedIn = new Store<boolean>(client.token !== null);
/** What this browser may do; the page hides what would only be refused. */
export const scope = new Store<Scope>("admin");
/** Why it may only look; empty when it may all. */
export const onlyLooking = new Store<string>("");
export const outdated = new Store<boolean>(false);
/** Sentences for a screen reader, one at a time. */
export const announcement = new Store<string>("");
/** The day that the page shows: today, moving on at midnight. */
export const today = new Store(dayOf(Date.now()));

const changes = new ChangesSocket(client, {
  message: receive,
  connection(connection) {
    home.value = { ...home.value, connection };
  },
  outdated: () => {
    outdated.value = true;
  },
});

client.onRefused = () => {
  if (!inHomeAssistant) return signOut();
  changes.stop();
  client.token = null;
  visit().catch((error: unknown) => {
    onlyLooking.value = words(error);
  });
};

/** Let Home Assistant say who this is, and begin. Raises `Problem`. */
async function visit(): Promise<void> {
  const found = await client.visit();
  client.token = found.token;
  scope.value = found.scope;
  onlyLooking.value = reason(found);
  signedIn.value = true;
  changes.start();
}

function reason({ scope, knows_administrators }: Visit): string {
  if (scope === "admin") return "";
  return knows_administrators
    ? "You can look around here. Changes and decisions are for administrators of Home Assistant."
    : "You can only look until Home Assistant has said who administers it: add NeighborCam, which it has found, under Settings → Devices & services. Then reload this page.";
}

/** Trade a one-time code for a token and begin. Raises `Problem`. */
export async function signIn(code: string): Promise<void> {
  const paired = await client.pair(code.trim(), deviceName());
  const { token } = paired;
  client.token = token;
  scope.value = paired.scope;
  localStorage.setItem(KEY, token);
  signedIn.value = true;
  changes.start();
}

export function signOut(): void {
  changes.stop();
  client.token = null;
  localStorage.removeItem(KEY);
  home.value = EMPTY;
  signedIn.value = false;
}

/** Begin with the token of an earlier visit, or the code in `#pair=CODE`. */
export async function begin(): Promise<void> {
  window.setInterval(followDay, DAY_CHECK_MS);
  if (inHomeAssistant) return visit();
  const code = new URLSearchParams(location.hash.slice(1)).get("pair");
  if (code !== null) {
    // The code must not stay in the address: it would be in the history and in bookmarks.
    history.replaceState(null, "", location.pathname + location.search);
    if (client.token !== null && (await stillValid())) return changes.start();
    return signIn(code);
  }
  if (client.token === null) return;
  changes.start();
  // An engine that is away says later, by refusing, what this browser may not do.
  const info = await client.info().catch(() => null);
  if (info !== null) scope.value = info.scope;
}

async function stillValid(): Promise<boolean> {
  try {
    await client.settings();
    return true;
  } catch (error) {
    return !(error instanceof Problem && error.status === 401);
  }
}

export async function loadEpisodes(): Promise<void> {
  const { start, end } = today.value;
  let before: string | undefined;
  for (let page = 0; page < 10; page += 1) {
    const rows = await client
      .episodes({ start, end, ...(before === undefined ? {} : { before }) })
      .catch((): Episode[] => []);
    home.value = withEpisodes(home.value, rows);
    before = rows.at(-1)?.id;
    if (rows.length < 100) return;
  }
}

export async function refreshEpisode(id: string): Promise<void> {
  try {
    home.value = withEpisodes(home.value, [await client.episode(id)]);
  } catch (error) {
    if (error instanceof Problem && error.status === 404)
      home.value = withoutEpisode(home.value, id);
  }
}

function receive(message: ServerMessage): void {
  home.value = reduce(home.value, message);
  // Not before: an episode that ended in between would last for ever.
  if (message.type === "snapshot") void loadEpisodes();
  if (message.type !== "changes") return;
  for (const news of message.changes) if (news.type === "MotionStarted") announce(news.camera);
  for (const id of settledBy(message)) {
    void refreshEpisode(id);
    // The thumbnail and the preview are written a moment after the episode ended.
    window.setTimeout(() => void refreshEpisode(id), PICTURES_AFTER_MS);
  }
}

function announce(camera: string): void {
  const name = home.value.cameras.find(({ id }) => id === camera)?.name ?? camera;
  announcement.value = `Motion on ${name}`;
}

function followDay(): void {
  const day = dayOf(Date.now());
  if (day.start === today.value.start) return;
  today.value = day;
  home.value = {
    ...home.value,
    episodes: home.value.episodes.filter(({ started_at }) => Date.parse(started_at) >= day.start),
  };
  void loadEpisodes();
}

function deviceName(): string {
  const agent = navigator.userAgent;
  const browser = ["Firefox", "Edg", "Chrome", "Safari"].find((name) => agent.includes(name));
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"].find((name) =>
    agent.includes(name),
  );
  return [browser === "Edg" ? "Edge" : (browser ?? "Browser"), system && `on ${system}`]
    .filter(Boolean)
    .join(" ");
}
