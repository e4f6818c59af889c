import { expect, test } from "vitest";
import type { GivenAnswer } from "../src/api/requests";
import { timeline } from "../src/neighbours/request-words";

const answer = (more: Partial<GivenAnswer>): GivenAnswer => ({
  id: "a",
  kind: "clips",
  at: "2026-11-23T10:00:00Z",
  state: "waiting",
  leaves_at: "2026-11-23T20:00:00Z",
  text: "",
  contact: "",
  clips: [],
  holds_originals: false,
  receipts: [],
  ...more,
});
const told = (more: Partial<GivenAnswer>) =>
  timeline(answer(more)).map(({ said, mark }) => (mark === "" ? said : `${said} (${mark})`));

test("the timeline tells what was, and what is to come", () => {
  expect(told({})).toEqual(["You answered", "Leaves with this home's capsule (waits)"]);
  expect(timeline(answer({}))[1]?.at).toBe("2026-11-23T20:00:00Z");
  expect(told({ state: "sent" })).toEqual([
    "You answered",
    "It has left with a capsule",
    "The agency has not fetched it yet (waits)",
  ]);
  const at = "2026-11-24T10:00:00Z";
  const receipts = [
    { at, what: "opened", text: "" },
    { at, what: "question", text: "Which way?" },
  ];
  expect(told({ state: "sent", receipts }).slice(2)).toEqual([
    "The agency has opened it",
    "The agency asks: Which way? (asks)",
  ]);
  expect(told({ state: "revoked" })).toEqual(["You answered", "Taken back"]);
});
