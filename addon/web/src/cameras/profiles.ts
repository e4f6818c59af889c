/** Pure: which of a camera's streams are taken. */

import type { OnvifProfile } from "../api/types";

export interface Streams {
  readonly main_url: string;
  readonly sub_url: string | null;
}

/** The largest stream to record, and the one nearest to 640 wide for finding motion. */
export function pick(
  profiles: readonly OnvifProfile[],
): Streams | null {
  const [main, ...others] = [...profiles].sort((a, b) => b.width * b.height - a.width * a.height);
  if (main === undefined) return null;
  const smaller = others
    .filter(({ url, width }) => url !== main.url && width < main.width)
    .sort((a, b) => Math.abs(a.width - 640) - Math.abs(b.width - 640));
  return { main_url: main.url, sub_url: smaller[0]?.url ?? null };
}
