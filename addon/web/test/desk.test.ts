import { describe, expect, test } from "vitest";
import { circle, closed, cornersOf, insertAt, polygonIn, type Ring } from "../src/desk/areas";
import { left, number, size, stateTone, stateWord, toUtc } from "../src/desk/words";

const SQUARE: Ring = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

describe("areas", () => {
  test("a polygon is closed, and its corners are not repeated", () => {
    const polygon = closed(SQUARE);
    expect(polygon?.coordinates[0]).toHaveLength(5);
    expect(cornersOf(polygon)).toEqual(SQUARE);
    expect(closed([])).toBeNull();
    expect(cornersOf(null)).toEqual([]);
  });

  test("a new corner goes between the two whose side is nearest", () => {
    expect(insertAt(SQUARE, [1.1, 0.5])[2]).toEqual([1.1, 0.5]);
    expect(insertAt(SQUARE, [-0.1, 0.5])[4]).toEqual([-0.1, 0.5]);
    expect(insertAt([[0, 0]], [1, 1])).toEqual([[0, 0], [1, 1]]);
  });

  test("a circle has its radius north and east", () => {
    const ring = circle([13, 60], 240);
    expect(ring).toHaveLength(16);
    expect((ring[4]?.[1] ?? 0) - 60).toBeCloseTo((240 / 6_371_009) * (180 / Math.PI), 5);
    expect(((ring[0]?.[0] ?? 0) - 13) / 2).toBeCloseTo((240 / 6_371_009) * (180 / Math.PI), 5);
  });

  test("a polygon is found wherever GeoJSON has it", () => {
    const polygon = closed(SQUARE);
    const feature = { type: "Feature", geometry: polygon };
    expect(polygonIn(polygon)).toEqual(polygon);
    expect(polygonIn(feature)).toEqual(polygon);
    expect(polygonIn({ type: "FeatureCollection", features: [{}, feature] })).toEqual(polygon);
    expect(polygonIn({ type: "MultiPolygon", coordinates: [polygon?.coordinates] })).toEqual(polygon);
    for (const none of [null, 1, "x", {}, { type: "Point", coordinates: [1, 2] }])
      expect(polygonIn(none)).toBeNull();
  });
});

describe("words", () => {
  test("moments are sent in UTC and in whole seconds", () => {
    expect(toUtc("2026-11-23T18:30:00.500Z")).toBe("2026-11-23T18:30:00Z");
    expect(toUtc("")).toBe("");
    expect(toUtc("yesterday")).toBe("");
  });

  test("numbers have their unit, and counts none", () => {
    expect(number(0.17612, "km²")).toMatch(/^0.176 km²$/);
    expect(number(3, "")).toBe("3");
    expect(size(161_787)).toBe("0.2 MiB");
    expect(size(900)).toBe("1 KiB");
  });

  test("what is due is said by how long there is", () => {
    const now = Date.parse("2026-11-23T18:30:00Z");
    expect(left("2026-11-26T19:00:00Z", now)).toBe("in 3 days");
    expect(left("2026-11-23T17:00:00Z", now)).toBe("1 hour ago");
  });

  test("a state of a newer hub is shown as it is", () => {
    expect(stateWord("outcome-filed")).toBe("Outcome filed");
    expect(stateWord("un-heard-of")).toBe("un heard of");
    expect(stateTone("overdue")).toBe("bad");
    expect(stateTone("un-heard-of")).toBe("plain");
  });
});
