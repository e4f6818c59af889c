import { expect, test } from "vitest";
import { sentence } from "../src/api/client";
import type { CameraView } from "../src/api/types";
import { pick } from "../src/cameras/profiles";
import { closes, patchOf, shapesOf } from "../src/cameras/shapes";
import { slugOf } from "../src/cameras/words";
import { bytes, length } from "../src/time/words";

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

test.each(["Front door", "Tür zum Hof", "<img src=x onerror=1>", "日本", "-", "x".repeat(80)])(
  "the name %s gives an identifier that the engine takes",
  (name) => {
    expect(slugOf(name, [])).toMatch(SLUG);
  },
);

test("two cameras of one name get two identifiers", () => {
  expect(slugOf("Door", ["door", "door-2"])).toBe("door-3");
});

test("the largest profile is recorded and the one nearest to 640 wide finds motion", () => {
  const profile = (width: number, url: string) => ({
    token: url, name: url, codec: "h264", width, height: (width * 9) / 16, url,
  });
  const profiles = [profile(320, "c"), profile(1920, "a"), profile(704, "b")];
  expect(pick(profiles)).toEqual({ main_url: "a", sub_url: "b" });
  expect(pick([profile(1920, "a")])).toEqual({ main_url: "a", sub_url: null });
  expect(pick([])).toBeNull();
});

test("shapes come back as they were; a new zone gets an identifier of its own", () => {
  const polygon = [[0, 0], [1, 0], [1, 1]] as const;
  const camera = {
    zones: [{ id: "gate", name: "Gate", polygon, sensitivity: 70 }],
    masks: [polygon],
    privacy_masks: [],
  } as unknown as CameraView;
  const shapes = shapesOf(camera);
  expect(patchOf(shapes)).toEqual({ zones: camera.zones, masks: [polygon], privacy_masks: [] });
  const more = [...shapes, { kind: "zone", polygon, name: "Gate", id: "", sensitivity: null } as const];
  expect(patchOf(more).zones?.map(({ id }) => id)).toEqual(["gate", "gate-2"]);
});

test("an outline closes at its first corner, once it has three", () => {
  expect(closes([[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]], [0.11, 0.11], 0.03)).toBe(true);
  expect(closes([[0.1, 0.1], [0.5, 0.1]], [0.1, 0.1], 0.03)).toBe(false);
});

test("lengths, sizes and reasons are said as people say them", () => {
  expect([length(8_400), length(60_000), length(125_000), length(4_800_000)]).toEqual([
    "8 s", "1 min", "2 min 5 s", "1 h 20 min",
  ]);
  expect([bytes(12), bytes(1_400_000_000)]).toEqual(["12 bytes", "1.4 GB"]);
  expect(sentence("the password is wrong")).toBe("The password is wrong.");
});
