import { describe, expect, it } from "vitest";
import type { EntityEntry, Hass } from "../src/card/hass";
import { anyCamera, type CardConfig, checked, isLive, type Scene, scene } from "../src/card/model";
import { textsOf } from "../src/card/texts";

const CONFIG: CardConfig = { type: "custom:neighborcam-card", camera: "camera.gate" };

const entity = (entity_id: string, translation_key: string, device_id = "gate"): EntityEntry => ({
  entity_id,
  translation_key,
  device_id,
  platform: "neighborcam",
});

const ENTITIES = [
  entity("camera.gate", "camera"),
  entity("binary_sensor.a", "motion"),
  entity("binary_sensor.b", "connectivity"),
  entity("binary_sensor.c", "zone_motion"),
  entity("binary_sensor.other", "motion", "yard"),
  entity("switch.d", "privacy"),
  entity("image.e", "latest_episode"),
  entity("sensor.f", "police_requests", "engine"),
];

function hass(states: Record<string, string>, attributes: Record<string, unknown> = {}): Hass {
  const all = { "camera.gate": "recording", ...states };
  return {
    language: "en",
    states: Object.fromEntries(
      Object.entries(all).map(([entity_id, state]) => [
        entity_id,
        { entity_id, state, attributes: { friendly_name: "Gate", ...attributes } },
      ]),
    ),
    entities: Object.fromEntries(ENTITIES.map((each) => [each.entity_id, each])),
    devices: { gate: { via_device_id: "engine" } },
    callWS: () => Promise.reject(new Error("not here")),
  };
}

describe("a configuration", () => {
  it("needs a camera, and says so", () => {
    expect(() => checked(null)).toThrow("camera: choose");
    expect(() => checked({ camera: "light.gate" })).toThrow("light.gate is no camera");
    expect(() => checked({ camera: "camera.gate", view: "x" as never })).toThrow("view: x");
    expect(checked(CONFIG)).toEqual(CONFIG);
  });

  it("is suggested with a camera of ours", () => {
    expect(anyCamera(hass({}))).toBe("camera.gate");
    expect(anyCamera({ ...hass({}), entities: {} })).toBeUndefined();
  });
});

describe("what is shown", () => {
  it("is the camera's own motion, not that of a zone or of another camera", () => {
    expect(scene(hass({ "binary_sensor.a": "on" }), CONFIG).moves).toBe(true);
    const others = { "binary_sensor.c": "on", "binary_sensor.other": "on" };
    expect(scene(hass(others), CONFIG).moves).toBe(false);
  });

  it("is named by the title, or as Home Assistant names the camera", () => {
    expect(scene(hass({}), CONFIG).name).toBe("Gate");
    expect(scene(hass({}), { ...CONFIG, title: "Way in" }).name).toBe("Way in");
  });

  it("counts the open requests of the camera's own engine", () => {
    expect(scene(hass({ "sensor.f": "2" }), CONFIG).requests).toBe(2);
    expect(scene(hass({ "sensor.f": "unavailable" }), CONFIG).requests).toBe(0);
    expect(scene(hass({}), CONFIG).requests).toBe(0);
  });

  it("is asked for anew when an episode came or went", () => {
    const before = scene(hass({ "image.e": "10:00" }), CONFIG).news;
    expect(scene(hass({ "image.e": "10:05" }), CONFIG).news).not.toBe(before);
    expect(scene(hass({ "image.e": "10:00" }), CONFIG).news).toBe(before);
  });

  it.each([
    ["missing", { ...CONFIG, camera: "camera.none" }, {}],
    ["away", CONFIG, { "camera.gate": "unavailable" }],
    ["private", CONFIG, { "switch.d": "on" }],
    ["off", CONFIG, { "camera.gate": "off" }],
    ["unreachable", CONFIG, { "binary_sensor.b": "off" }],
    [null, CONFIG, { "binary_sensor.b": "on", "switch.d": "off" }],
  ])("says what is wrong: %s", (trouble, config, states) => {
    expect(scene(hass(states as Record<string, string>), config).trouble).toBe(trouble);
  });
});

describe("video", () => {
  const calm: Scene = { name: "Gate", trouble: null, moves: false, requests: 0, news: "" };
  it("plays always, while something moves, or never", () => {
    expect(isLive("live", calm)).toBe(true);
    expect(isLive("auto", calm)).toBe(false);
    expect(isLive(undefined, { ...calm, moves: true })).toBe(true);
    expect(isLive("latest", { ...calm, moves: true })).toBe(false);
    expect(isLive("live", { ...calm, trouble: "private" })).toBe(false);
  });
});

describe("words", () => {
  it("are the same in number in both languages", () => {
    const [en, de] = [textsOf("en-GB"), textsOf("de-CH")];
    expect(de).not.toBe(en);
    expect(textsOf("fr")).toBe(en);
    for (const part of ["trouble", "labels", "editor"] as const) {
      expect(Object.keys(de[part])).toEqual(Object.keys(en[part]));
    }
    expect(en.requests(1)).toContain("voluntary");
    expect(de.requests(2)).toContain("freiwillig");
  });
});
