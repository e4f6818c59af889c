import { expect, test } from "vitest";
import type { Shown } from "../src/hub/alerts";
import { canonical, readShare, takedown } from "../src/hub/messages";
import { creationOptions, requestOptions, toBytes, toText } from "../src/hub/passkey";
import type { Case } from "../src/hub/types";
import { badges, decisionWord, reasons, relative, tone, verdictWord } from "../src/hub/words";

const alert = {
  msgType: "alert",
  status: "actual",
  origin: "person",
  severity: "unknown",
  verified: false,
} as Shown;
const said = (changes: Partial<Shown>) => badges({ ...alert, ...changes }).map(({ text }) => text);

test("a message is canonical: names in order, no spaces, nothing undefined", () => {
  const text = canonical({ b: [1, "ä\n"], a: { d: null, c: true }, e: undefined });
  expect(text).toBe('{"a":{"c":true,"d":null},"b":[1,"ä\\n"]}');
});

test("a takedown has the names of the spec, and at most 300 characters of reason", () => {
  const wish = canonical(takedown("aa", "bb", `  ${"x".repeat(400)}`, " door 4 "));
  expect(wish).toBe(
    `{"alert":"aa","contact":"door 4","reason":"${"x".repeat(300)}","sha256":"bb","type":"takedown","v":1}`,
  );
});

test("a share is what the command printed, without the rest of its names", () => {
  const share = { subject: "aa", x: 2, y: "AAA=" };
  expect(readShare(`{"v":1,"type":"share",${JSON.stringify(share).slice(1)}\n`)).toEqual(share);
  expect(() => readShare('{"x":2}')).toThrow("no share");
  expect(() => readShare("AGE-SECRET-KEY")).toThrow("no share");
});

test("half of a character is replaced: it has no canonical form", () => {
  expect(canonical("a\ud83d")).toBe('"a\ufffd"');
  expect(canonical("😀")).toBe('"😀"');
});

test("an exercise, a cancel and an unverified automation never look like a fire", () => {
  expect(said({ status: "exercise" })).toEqual(["Exercise"]);
  expect(said({ msgType: "cancel" })).toEqual(["Cancelled"]);
  expect(said({ origin: "automation" })).toEqual(["Automatic, unverified"]);
  expect(said({ origin: "automation", verified: true })).toEqual([
    "Automatic",
    "Confirmed by neighbours",
  ]);
  expect(said({ severity: "severe" })).toEqual(["Severe"]);
  expect(said({ origin: "agency", agency: "Milltown Police" })).toEqual([
    "Of an agency: Milltown Police",
  ]);
  expect(said({ origin: "agency", agency: "0".repeat(32) })).toEqual(["Of an agency"]);
  expect(tone({ ...alert, severity: "extreme", status: "test" })).toBe("calm");
  expect(tone({ ...alert, severity: "extreme" })).toBe("bad");
});

test("times are said by their distance", () => {
  const now = Date.parse("2026-11-23T18:00:00Z");
  expect(relative(now - 5_000, now, "en")).toBe("now");
  expect(relative(now - 125_000, now, "en")).toBe("2 minutes ago");
  expect(relative(now - 3 * 3_600_000, now, "en")).toBe("3 hours ago");
  expect(relative(now + 25 * 3_600_000, now, "en")).toBe("tomorrow");
});

test("bytes go to base64url and back", () => {
  const bytes = Uint8Array.from([251, 255, 0, 62]);
  expect(toText(bytes)).toBe("-_8APg");
  expect([...toBytes("-_8APg")]).toEqual([...bytes]);
});

test("a passkey's options become bytes where browsers want bytes", () => {
  const made = creationOptions({ challenge: "AQI", user: { id: "AwQ", name: "Ann" } });
  expect([...(made.challenge as Uint8Array)]).toEqual([1, 2]);
  expect(made.user).toMatchObject({ name: "Ann" });
  expect([...(made.user.id as Uint8Array)]).toEqual([3, 4]);
  const asked = requestOptions({ challenge: "AQI", allowCredentials: [{ id: "BQ", type: "public-key" }] });
  expect([...(asked.allowCredentials?.[0]?.id as Uint8Array)]).toEqual([5]);
});

test("what waits says why: concerns by words, people by their own", () => {
  const waits = { opened_by: "rule", reason: "reward, plate" } as Case;
  expect(reasons(waits)).toEqual(["offers a reward", "a number plate"]);
  expect(reasons({ ...waits, opened_by: "flag", reason: "a plate, seen" })).toEqual([
    "a plate, seen",
  ]);
});

test("a verdict says what it does to the alert as it stands", () => {
  expect(verdictWord("approved", "review")).toBe("Show it");
  expect(verdictWord("approved", "shown")).toBe("Leave it");
  expect(verdictWord("approved", "gone")).toBe("Close the case");
  expect(decisionWord("takedown upheld")).toBe("Removal of a picture asked for: kept away");
});
