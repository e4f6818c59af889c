import { expect, test } from "vitest";
import merkle from "../../../spec/vectors/merkle.json";
import notes from "../../../spec/vectors/notes.json";
import { agencyOf, entryWords, groupOf, type LogEntry } from "../src/hub/log-entries";
import { confirmation, readCheckpoint } from "../src/hub/log-note";
import { bundles, entriesOf, rootOf } from "../src/hub/log-tree";

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array): string =>
  Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

test("the root is that of the reference tree, for every size", async () => {
  const entries = merkle.entries.map(bytes);
  for (const [size, root] of merkle.roots.entries())
    expect(hex(await rootOf(entries.slice(0, size)))).toBe(root);
});

test("entries lie where C2SP says, and come out as they went in", () => {
  expect(bundles(0)).toEqual([]);
  expect(bundles(513)).toEqual([
    "log/tile/entries/000",
    "log/tile/entries/001",
    "log/tile/entries/002.p/1",
  ]);
  const { index, path } = notes.paths[0] ?? { index: 0, path: "" };
  expect(bundles((index + 1) * 256).at(-1)).toBe(`log/tile/entries/${path}`);
  const bundle = bytes("0001aa0000000300ffee");
  expect(entriesOf(bundle).map(hex)).toEqual(["aa", "", "00ffee"]);
  expect(() => entriesOf(bundle.slice(0, -1))).toThrow("cut");
});

test("a signature is right, wrong, or not there", async () => {
  const note = { ...(await signed("a log")), text: "" };
  const text = notes.note.slice(0, notes.note.indexOf("\n\n") + 1);
  expect(await confirmation({ ...note, text }, notes.vkey)).toMatchObject({ checked: true });
  expect(await confirmation({ ...note, text: `${text}!` }, notes.vkey)).toMatchObject({ checked: false });
  expect(await confirmation({ ...note, text }, notes.vkey.replace("c74f20a3", "00000000"))).toBeNull();
  expect(() => readCheckpoint(notes.note)).toThrow("no checkpoint");
});

async function signed(origin: string): Promise<ReturnType<typeof readCheckpoint>> {
  const signature = notes.note.slice(notes.note.indexOf("\n\n") + 2);
  return readCheckpoint(`${origin}\n7\nAAAA\n\n${signature}`);
}

test("entries of a newer version are told as such, and belong to nobody", () => {
  const odd = { type: "moon-landed", at: "2026-11-28T07:00:00Z" } as unknown as LogEntry;
  expect(entryWords(odd, (id) => id).title).toContain("moon-landed");
  expect([groupOf(odd), agencyOf(odd)]).toEqual(["technical", null]);
});
