import { expect, test } from "vitest";
import { leadsHere, readAddress, readInvite } from "../src/hub/address";
import {
  byCell,
  categories,
  current,
  filtered,
  fromEvent,
  fromFeature,
  nextIn,
  take,
  withDetails,
} from "../src/hub/alerts";
import { unbroken, withRings } from "../src/hub/cells";
import type { Feature, Published, RawAlert } from "../src/hub/types";

const id = (n: number) => n.toString(16).padStart(32, "0");
const NOW = Date.parse("2026-11-23T18:37:00Z");
const CELL = "881f1d4887fffff";

function published(n: number, changes: Partial<RawAlert> = {}, more: Partial<Published> = {}) {
  const alert: RawAlert = {
    id: id(n),
    references: [],
    msgType: "alert",
    status: "actual",
    scope: "region",
    origin: "person",
    category: "fire",
    severity: "unknown",
    onset: "2026-11-23T18:30:00Z",
    expires: "2026-11-23T21:00:00Z",
    cell: CELL,
    headline: `Alert ${n}`,
    text: "",
    instruction: "",
    media: [],
    ...changes,
  };
  return {
    type: "published",
    seq: n,
    alert,
    published: `2026-11-23T18:3${n}:00Z`,
    verified: false,
    reactions: {},
    comments: 0,
    media: [],
    ...more,
  } as Published;
}

const feature: Feature = {
  id: id(1),
  geometry: {
    coordinates: [
      [
        [9.9, 53.5],
        [9.8, 53.6],
        [9.9, 53.5],
      ],
    ],
  },
  properties: {
    ...published(1).alert,
    verified: false,
    link: `https://hub.example/feeds/${id(7)}.cap`,
  } as Feature["properties"],
};

test("a pass leaves nothing of itself unread, and only regions are regions", () => {
  const region = "861f1d48fffffff";
  const found = readAddress("/", `#pass=abc&region=${region}&region=nonsense&region=${region}`);
  expect(found).toMatchObject({ view: "alerts", pass: "abc", regions: [region], secret: true });
  expect(readAddress("/", "").secret).toBe(false);
});

test("the address names the part of the page", () => {
  expect(readAddress("/", "#numbers").view).toBe("numbers");
  expect(readAddress("/", "#elsewhere").view).toBe("alerts");
  expect(readAddress("/join", "#eyJ2IjoxfQ")).toMatchObject({ view: "join", secret: false });
  expect(readAddress("/", "#steward=ABC")).toMatchObject({
    view: "stewards",
    code: "ABC",
    secret: true,
  });
});

test("a code of a takedown does not stay in the address, an alert's id may", () => {
  const takedown = readAddress("/", "#takedown=ABC%20DEF");
  expect(takedown).toMatchObject({ view: "takedown", item: "ABC DEF", secret: true });
  expect(readAddress("/", "#takedown")).toMatchObject({ view: "takedown", item: null, secret: false });
  expect(readAddress("/", "#decisions=00ff")).toMatchObject({ item: "00ff", secret: false });
});

test("an invite is read, and must lead to the hub that it names", () => {
  const text = JSON.stringify({ code: "A", hub: "https://hub.example", quorum: 1, witnesses: ["ü"] });
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
  const invite = readInvite(`#${base64.replaceAll("+", "-").replaceAll("/", "_")}`);
  expect(invite).toEqual({ hub: "https://hub.example", witnesses: 1, quorum: 1 });
  if (invite === null) throw new Error("no invite");
  expect(leadsHere(invite, `https://hub.example/join#${base64}`)).toBe(true);
  expect(leadsHere(invite, `https://other.example/join#${base64}`)).toBe(false);
  expect(readInvite("#half-a-link")).toBeNull();
  expect(readInvite("")).toBeNull();
});

test("an update takes the place of its alert, even after a vote on the old version", () => {
  const first = published(1);
  const update = published(2, { msgType: "update", references: [id(1)], headline: "Out" });
  const voted = published(1, {}, { seq: 9, comments: 4 });
  const shown = current(take(new Map(), [first, update, voted]), NOW);
  expect(shown.map(({ original, headline }) => [original, headline])).toEqual([[id(1), "Out"]]);
});

test("a withdrawn or expired alert goes; a repeated event changes nothing", () => {
  const versions = take(new Map(), [published(1), published(2), published(2)]);
  expect(current(versions, NOW)).toHaveLength(2);
  const rest = take(versions, [{ type: "withdrawn", seq: 3, id: id(1) }]);
  expect(current(rest, NOW).map((each) => each.id)).toEqual([id(2)]);
  expect(current(rest, Date.parse("2026-11-23T21:00:00Z"))).toEqual([]);
});

test("the newest stands first", () => {
  const old = published(2, { onset: "2026-11-23T12:00:00Z" });
  const shown = current(take(new Map(), [old, published(1)]), NOW);
  expect(shown.map((each) => each.id)).toEqual([id(1), id(2)]);
});

test("a feature of the public feed gives the newest version's id and its corners", () => {
  const shown = fromFeature(feature);
  expect(shown).toMatchObject({ id: id(7), original: id(1), media: null });
  expect(shown.ring?.[0]).toEqual([53.5, 9.9]);
  const media = [{ sha256: "ab", kind: "picture" }] as const;
  const whole = withDetails(shown, published(7, { references: [id(1)] }, { media, comments: 2 }));
  expect(whole).toMatchObject({ original: id(1), media, comments: 2, ring: shown.ring });
});

test("filters choose categories; none chosen is all", () => {
  const alerts = [published(1), published(2, { category: "gas" })].map(fromEvent);
  expect([...categories(alerts)]).toEqual([
    ["fire", 1],
    ["gas", 1],
  ]);
  expect(filtered(alerts, new Set())).toHaveLength(2);
  expect(filtered(alerts, new Set(["gas"] as const)).map((each) => each.id)).toEqual([id(2)]);
});

test("alerts of one cell share a hexagon, and each press goes to the next", () => {
  const ring = [[1, 2]] as const;
  const alerts = [1, 2].map((n) => ({ ...fromEvent(published(n)), ring }));
  const [cell, ...others] = byCell(alerts);
  expect(others).toEqual([]);
  if (cell === undefined) throw new Error("no cell");
  expect(nextIn(cell, null)).toBe(id(1));
  expect(nextIn(cell, id(1))).toBe(id(2));
  expect(nextIn(cell, id(2))).toBe(id(1));
});

test("corners are computed for cells, and a cell that is none stays without", async () => {
  const alerts = [published(1), published(2, { cell: "nonsense" })].map(fromEvent);
  const [placed, lost] = await withRings(alerts);
  expect(placed?.ring).toHaveLength(6);
  for (const [latitude, longitude] of placed?.ring ?? []) {
    expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
    expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
  }
  expect(lost?.ring).toBeNull();
});

test("a cell on the 180th meridian stays in one piece", () => {
  const ring = unbroken([
    [0, 179.9],
    [0, -179.9],
  ]);
  expect(ring[1]?.[1]).toBeCloseTo(180.1);
});
