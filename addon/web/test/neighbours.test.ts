import { expect, test } from "vitest";
import type { NeighbourAlert } from "../src/api/neighbours";
import { ago, current, standing } from "../src/neighbours/words";
import { EMPTY, reduce } from "../src/state/home";

const alert = (id: string, more: Partial<NeighbourAlert> = {}): NeighbourAlert => ({
  id,
  msg_type: "alert",
  origin: "person",
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

test("an alert says how far it can be believed", () => {
  expect(standing(alert("a"))).toBe("not confirmed yet");
  const more = { origin: "automation", verified: true, confirmations: 3, disputes: 4 } as const;
  expect(standing(alert("a", more))).toBe(
    "automatic · confirmed · 3 say it is so · 4 say it is not",
  );
});
