import { expect, test } from "vitest";
import type { CameraView, Episode, News } from "../src/api/types";
import { EMPTY, isMoving, reduce, settledBy, withEpisodes } from "../src/state/home";

const box = { x: 0, y: 0, width: 1, height: 1 };
const door = { id: "door", name: "Door", state: "live", reason: "" } as CameraView;
const started: News = {
  type: "MotionStarted",
  camera: "door",
  at: "2026-11-23T10:00:00Z",
  episode: "02",
  zone: null,
  box,
  score: 0.5,
};
const ended: News = { ...started, type: "MotionEnded", at: "2026-11-23T10:00:09Z" };
const changes = (...news: News[]) => ({ type: "changes", seq: 1, changes: news }) as const;
const row = (id: string, more: Partial<Episode> = {}): Episode => ({
  id,
  camera: "door",
  zone: null,
  started_at: "2026-11-23T09:00:00Z",
  ended_at: "2026-11-23T09:00:05Z",
  peak_score: 1,
  box,
  labels: [],
  has_thumbnail: true,
  has_preview: true,
  held: false,
  ...more,
});

test("motion opens an episode at the top and its end closes it", () => {
  const moving = reduce(withEpisodes(EMPTY, [row("01")]), changes(started));
  expect(moving.episodes.map(({ id }) => id)).toEqual(["02", "01"]);
  expect(isMoving(moving, "door")).toBe(true);
  const calm = reduce(moving, changes(ended));
  expect(isMoving(calm, "door")).toBe(false);
  expect(calm.episodes[0]?.ended_at).toBe(ended.at);
});

test("an update keeps when the episode began", () => {
  const later = { ...started, type: "MotionUpdated", at: "2026-11-23T10:00:04Z" } as const;
  const home = reduce(EMPTY, changes(started, later));
  expect(home.episodes).toHaveLength(1);
  expect(home.episodes[0]?.started_at).toBe(started.at);
});

test("a snapshot ends what ended while we were away and keeps what is past", () => {
  const before = reduce(withEpisodes(EMPTY, [row("01")]), changes(started));
  const settings = { name: "Home", keep_bytes: null, min_free_bytes: 0, labels: true };
  const after = reduce(before, { type: "snapshot", seq: 9, cameras: [door], episodes: [], settings });
  expect(after.episodes.map(({ id }) => id)).toEqual(["01"]);
  expect(after.cameras).toEqual([door]);
});

test("cameras change, arrive and go", () => {
  const added = reduce(EMPTY, { ...changes(), cameras: [door] });
  const lost = reduce(
    added,
    changes({ type: "CameraStateChanged", camera: "door", at: "", state: "stalled", reason: "why" }),
  );
  expect(lost.cameras[0]).toMatchObject({ state: "stalled", reason: "why" });
  expect(reduce(lost, changes({ type: "CameraRemoved", camera: "door", at: "" })).cameras).toEqual([]);
});

test("deleted episodes go; unknown news change nothing", () => {
  const home = withEpisodes(EMPTY, [row("01")]);
  const removed = { type: "EpisodeRemoved", camera: "door", at: "", episode: "01" } as const;
  expect(reduce(home, changes(removed)).episodes).toEqual([]);
  expect(reduce(home, changes({ type: "Later" } as unknown as News))).toEqual(home);
});

test("rows are asked for again once their pictures may be there, each once", () => {
  const labelled = { type: "EpisodeLabelled", camera: "door", at: "", episode: "02", labels: [] } as const;
  expect(settledBy({ type: "changes", seq: 1, changes: [started, ended, labelled] })).toEqual(["02"]);
});

test("an answer that was on its way while an episode ended does not let it last", () => {
  const row = { id: "e", camera: "door", ended_at: "2026-11-23T10:00:00Z" } as Episode;
  const known = withEpisodes(EMPTY, [row]);
  const late = withEpisodes(known, [{ ...row, ended_at: null }]);
  expect(late.episodes.map(({ ended_at }) => ended_at)).toEqual([row.ended_at]);
});
