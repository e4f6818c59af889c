import { expect, test } from "vitest";
import type { DiaryLine, MadePicture, NeighbourAlert } from "../src/api/neighbours";
import type { Episode } from "../src/api/types";
import { ago, badges, current, fate, standing } from "../src/neighbours/words";
import { aboutEpisode, draftOf, withCategory } from "../src/neighbours/writing";
import { EMPTY, reduce } from "../src/state/home";

const alert = (id: string, more: Partial<NeighbourAlert> = {}): NeighbourAlert => ({
  id,
  msg_type: "alert",
  origin: "person",
  agency: "",
  category: "fire",
  urgency: "unknown",
  severity: "unknown",
  certainty: "unknown",
  headline: id,
  text: "",
  instruction: "",
  onset: "2026-11-23T10:00:00Z",
  expires: "2026-11-24T10:00:00Z",
  cell: "881f1d4887fffff",
  references: [],
  verified: false,
  confirmations: 0,
  disputes: 0,
  comments: 0,
  reaction: null,
  mine: false,
  media: [],
  ...more,
});
const on = { state: "on", hub: null, waiting: 0, problem: "" } as const;
const changes = (...news: object[]) =>
  ({ type: "changes", seq: 2, changes: news, sharing: on }) as never;

test("an update takes the place of what it is a version of, and a cancel too", () => {
  const update = alert("b", { msg_type: "update", references: ["a"] });
  const cancel = alert("c", { msg_type: "cancel", references: ["a"] });
  expect(current([update, alert("a"), alert("x")]).map(({ id }) => id)).toEqual(["b", "x"]);
  expect(current([cancel, update, alert("a")]).map(({ id }) => id)).toEqual(["c"]);
});

test("alerts come, change in their place, and go", () => {
  const one = reduce(EMPTY, changes({ type: "AlertReceived", alert: alert("a") }));
  const two = reduce(one, changes({ type: "AlertReceived", alert: alert("b") }));
  expect(two.alerts.map(({ id }) => id)).toEqual(["b", "a"]);
  const seen = reduce(two, changes({ type: "AlertChanged", alert: alert("a", { verified: true }) }));
  expect(seen.alerts.map(({ verified }) => verified)).toEqual([false, true]);
  const gone = reduce(seen, changes({ type: "AlertEnded", alert: "a" }));
  expect(gone.alerts.map(({ id }) => id)).toEqual(["b"]);
});

test("leaving takes the alerts along", () => {
  const home = reduce(EMPTY, changes({ type: "AlertReceived", alert: alert("a") }));
  const off = { state: "off", hub: null, waiting: 0, problem: "" } as const;
  const left = reduce(home, { type: "changes", seq: 3, changes: [], sharing: off });
  expect(left.alerts).toEqual([]);
  expect(left.sharing.state).toBe("off");
});

test("times are said as people say them", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const at = (minutes: number) => ago(now - minutes * 60_000, now);
  expect([at(0), at(1), at(59), at(60), at(60 * 47), at(60 * 48)]).toEqual([
    "just now",
    "1 minute ago",
    "59 minutes ago",
    "1 hour ago",
    "47 hours ago",
    "2 days ago",
  ]);
});

test("an alert says how it stands and how far it can be believed", () => {
  const told = (more: Partial<NeighbourAlert>) => badges(alert("a", more)).map(({ text }) => text);
  expect(told({})).toEqual(["Not confirmed yet"]);
  expect(told({ origin: "automation", verified: true, severity: "severe" })).toEqual([
    "Automatic",
    "Confirmed by neighbours",
    "Severe",
  ]);
  expect(told({ msg_type: "update", urgency: "past", mine: true })).toEqual([
    "Over",
    "Yours",
    "Not confirmed yet",
    "Updated",
  ]);
  expect(told({ msg_type: "cancel", urgency: "past" })).toEqual(["Cancelled"]);
  expect(standing(alert("a", { confirmations: 3, disputes: 4 }))).toBe(
    "3 say it is so · 4 say it is not",
  );
  expect(told({ origin: "agency", agency: "Milltown Fire Brigade" })).toEqual([
    "Of an agency: Milltown Fire Brigade",
  ]);
});

test("what waits and what was refused is told, with its reason and for a day", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const line = (more: Partial<DiaryLine>): DiaryLine => ({
    id: 1,
    at: "2026-11-23T10:00:00Z",
    kind: "alert",
    summary: "Smoke",
    size_bytes: 9,
    state: "sent",
    answer: "",
    about: "a",
    ...more,
  });
  expect(fate(line({}), now)).toBeNull();
  expect(fate(line({ state: "waiting" }), now)?.text).toBe("Waits for the hub");
  const refused = { state: "refused", answer: "outside_limits: too long" } as const;
  expect(fate(line(refused), now)?.text).toBe("Not sent: too long");
  expect(fate(line(refused), now + 24 * 3_600_000)).toBeNull();
  expect(fate(line({ ...refused, answer: "not sent: it was taken back before" }), now)).toBeNull();
});

test("an episode fills in when, which camera and a covered picture, and waits for it", () => {
  const episode = { id: "e", camera: "door", started_at: "2026-11-23T10:07:00Z" } as Episode;
  const begun = withCategory(aboutEpisode(episode, "Front door", true), "theft");
  expect(begun.headline).toMatch(/^Theft, at /);
  expect(begun.text).toContain("Front door");
  expect(draftOf(begun)).toBeNull();
  const made = { id: "f".repeat(64), kind: "picture" } as MadePicture;
  const ready = { ...begun, chosen: begun.chosen.map((each) => ({ ...each, made })) };
  expect(draftOf(ready)).toMatchObject({
    category: "theft",
    onset: episode.started_at,
    pictures: [made.id],
  });
  const own = { ...begun, headline: "My bicycle is gone", ownHeadline: true };
  expect(withCategory(own, "vehicle").headline).toBe("My bicycle is gone");
  expect(aboutEpisode(episode, "Front door", false).chosen).toEqual([]);
});
