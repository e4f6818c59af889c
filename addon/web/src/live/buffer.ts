/** Pure policy of a live buffer: stay near the newest picture without stutter. */

export interface BufferView {
  /** First and last buffered second, and where the video plays; seconds of media time. */
  readonly start: number;
  readonly end: number;
  readonly position: number;
  /** How much arrives at once: the player must lag at least that far behind. */
  readonly chunk: number;
}

export interface BufferStep {
  readonly seekTo: number | null;
  readonly rate: number;
  readonly removeBefore: number | null;
}

const LAG_S = 0.8;
const TOLERATED_S = 0.8;
const JUMP_S = 4;
const KEPT_S = 20;
const TRIM_TO_S = 8;

/** What to do now. Small lag is played away 10 % faster; a large one is jumped over. */
export function stepBuffer(view: BufferView): BufferStep {
  const wanted = Math.max(LAG_S, view.chunk * 1.3);
  const lag = view.end - view.position;
  const outside = view.position < view.start || view.position > view.end;
  const behind = lag > wanted + JUMP_S;
  const seekTo = outside || behind ? Math.max(view.start, view.end - wanted) : null;
  const position = seekTo ?? view.position;
  return {
    seekTo,
    rate: seekTo === null && lag > wanted + TOLERATED_S ? 1.1 : 1,
    removeBefore: position - view.start > KEPT_S ? position - TRIM_TO_S : null,
  };
}

/** Milliseconds until the next attempt: 0.5 s, doubling to 15 s, ±20 % so that pages do not march. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(15_000, 500 * 2 ** Math.max(0, attempt));
  return base * (0.8 + 0.4 * random());
}
