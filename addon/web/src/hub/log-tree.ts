/** The public log's tree and files: pure, but for the browser's hashes (RFC 9162, C2SP tlog-tiles). */

const WIDTH = 256;
const GROUP = 1000;
const EMPTY = new Uint8Array();

export type Bytes = Uint8Array<ArrayBuffer>;

const joined = (...parts: readonly Uint8Array[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const sha256 = async (...parts: readonly Uint8Array[]): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

export const leafHash = (entry: Uint8Array): Promise<Bytes> => sha256(Uint8Array.of(0), entry);

/** The root of a tree with these entries. */
export async function rootOf(entries: readonly Uint8Array[]): Promise<Bytes> {
  if (entries.length === 0) return sha256(EMPTY);
  const whole: { readonly size: number; readonly hash: Bytes }[] = [];
  const merge = async (): Promise<void> => {
    const [right, left] = [whole.pop(), whole.pop()];
    if (left === undefined || right === undefined) return;
    const hash = await sha256(Uint8Array.of(1), left.hash, right.hash);
    whole.push({ size: left.size + right.size, hash });
  };
  for (const entry of entries) {
    whole.push({ size: 1, hash: await leafHash(entry) });
    while (whole.length > 1 && whole.at(-1)?.size === whole.at(-2)?.size) await merge();
  }
  while (whole.length > 1) await merge();
  return whole[0]?.hash ?? sha256(EMPTY);
}

/** Where the entries of a log of `size` lie, the oldest first; each file has up to 256. */
export function bundles(size: number): string[] {
  return Array.from({ length: Math.ceil(size / WIDTH) }, (_, index) => {
    const width = Math.min(size - index * WIDTH, WIDTH);
    return `log/tile/entries/${numbered(index)}${width === WIDTH ? "" : `.p/${width}`}`;
  });
}

function numbered(index: number): string {
  const last = String(index % GROUP).padStart(3, "0");
  let [rest, path] = [Math.floor(index / GROUP), last];
  while (rest > 0) {
    path = `x${String(rest % GROUP).padStart(3, "0")}/${path}`;
    rest = Math.floor(rest / GROUP);
  }
  return path;
}

/** The entries of a bundle; each stands behind its length. Raises for one that is cut. */
export function entriesOf(bundle: Bytes): Bytes[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const found: Bytes[] = [];
  for (let at = 0; at < bundle.length; ) {
    const length = view.getUint16(at);
    if (at + 2 + length > bundle.length) throw new RangeError("a bundle of the log is cut");
    found.push(bundle.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}
