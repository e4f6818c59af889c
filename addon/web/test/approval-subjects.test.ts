import { expect, test } from "vitest";
import vectors from "../../../spec/vectors/approvals.json";
import { renewalSubject, restorationSubject, signedMoment } from "../src/hub/approval-subjects";

test("a steward signs what the specification says", async () => {
  for (const { agency, ends, fact, subject } of vectors.restoration)
    expect(await restorationSubject({ id: agency, ends, until: "" }, fact)).toBe(subject);
  for (const { agency, present, until, subject } of vectors.renewal)
    expect(await renewalSubject({ id: agency, ends: "", until: present }, until)).toBe(subject);
});

test("a moment is a whole second in UTC", () => {
  expect(signedMoment("2027-11-23T18:30:00Z")).toBe("2027-11-23T18:30:00+00:00");
});
