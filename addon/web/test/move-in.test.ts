import { describe, expect, it } from "vitest";
import { variablesOf } from "../src/cameras/variables";

describe("variables of a configuration of Frigate", () => {
  it("are named once, in the order of the file", () => {
    const text = "a: '{FRIGATE_B}'\nb: rtsp://u:{FRIGATE_A}@h/{FRIGATE_B}";
    expect(variablesOf(text)).toEqual(["FRIGATE_B", "FRIGATE_A"]);
  });

  it("are not every word in braces", () => {
    expect(variablesOf("{detector} {FRIGATE_} {{x}} {OTHER_A}")).toEqual([]);
  });
});
