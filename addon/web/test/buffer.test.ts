import { expect, test } from "vitest";
import { backoff, stepBuffer } from "../src/live/buffer";

const view = { start: 10, end: 20, position: 19, chunk: 0.1 };

test("near the live edge nothing is done", () => {
  expect(stepBuffer(view)).toEqual({ seekTo: null, rate: 1, removeBefore: null });
});

test("a small lag is played away, not jumped over", () => {
  expect(stepBuffer({ ...view, position: 17 })).toMatchObject({ seekTo: null, rate: 1.1 });
});

test("a large lag is jumped over, to a little before the newest picture", () => {
  const { seekTo, rate } = stepBuffer({ ...view, position: 12 });
  expect(seekTo).toBeCloseTo(19.2);
  expect(rate).toBe(1);
});

test("a stream that does not begin at zero is entered", () => {
  expect(stepBuffer({ ...view, position: 0 }).seekTo).toBeCloseTo(19.2);
});

test("where a whole second arrives at once, more lag is kept", () => {
  expect(stepBuffer({ ...view, position: 18.5, chunk: 1.2 })).toMatchObject({ rate: 1 });
});

test("what was played long ago is removed", () => {
  expect(stepBuffer({ start: 0, end: 40, position: 39, chunk: 0.1 }).removeBefore).toBe(31);
});

test("attempts become rarer, up to a quarter of a minute, and differ between pages", () => {
  expect(backoff(0, () => 0.5)).toBe(500);
  expect(backoff(3, () => 0.5)).toBe(4000);
  expect(backoff(30, () => 0.5)).toBe(15000);
  expect(backoff(0, () => 0)).toBeLessThan(backoff(0, () => 1));
});
