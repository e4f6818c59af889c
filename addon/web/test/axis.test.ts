import { expect, test } from "vitest";
import { clip, covers, dayOf, fractionOf, hourTicks, instantAt, nearestCovered } from "../src/time/axis";

const HOUR = 3_600_000;
const span = { start: 0, end: 10 };

test("a day begins and ends at midnight of the place", () => {
  const day = dayOf(new Date(2026, 10, 23, 15, 30).getTime());
  expect(new Date(day.start).getHours()).toBe(0);
  expect(new Date(day.end).getDate()).toBe(24);
});

test("every day of a year has its midnights at its ends, whatever the clocks do", () => {
  for (let at = new Date(2026, 0, 1, 12).getTime(), n = 0; n < 365; at += 24 * HOUR, n += 1) {
    const day = dayOf(at);
    expect(at >= day.start && at < day.end).toBe(true);
    expect([23, 24, 25]).toContain((day.end - day.start) / HOUR);
    expect(hourTicks(day, 3).length).toBeGreaterThanOrEqual(8);
  }
});

test("fractions and instants are each other's inverse, held at the ends", () => {
  expect(fractionOf(5, span)).toBe(0.5);
  expect(instantAt(0.5, span)).toBe(5);
  expect(fractionOf(-3, span)).toBe(0);
  expect(instantAt(7, span)).toBe(10);
});

test("spans are cut to the day; what lies outside is nothing", () => {
  expect(clip({ start: -5, end: 4 }, span)).toEqual({ start: 0, end: 4 });
  expect(clip({ start: 10, end: 14 }, span)).toBeNull();
});

test("a click in a gap plays from the nearest recorded instant", () => {
  const spans = [
    { start: 0, end: 10 },
    { start: 50, end: 60 },
  ];
  expect(covers(spans, 20)).toBe(false);
  expect(nearestCovered(spans, 20)).toBe(9);
  expect(nearestCovered(spans, 45)).toBe(50);
  expect(nearestCovered(spans, 55)).toBe(55);
  expect(nearestCovered([], 5)).toBeNull();
});
