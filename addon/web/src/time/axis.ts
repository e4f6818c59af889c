/** Pure arithmetic of a day shown as a bar. Instants are milliseconds since 1970. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The local day that holds `at`: 23 or 25 hours long when the clocks change. */
export function dayOf(at: number): Span {
  const start = new Date(at);
  start.setHours(0, 0, 0, 0);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  return { start: start.getTime(), end: end.getTime() };
}

/** Where `at` lies in `span`, 0 … 1, held at the ends. */
export function fractionOf(at: number, span: Span): number {
  return Math.min(1, Math.max(0, (at - span.start) / (span.end - span.start)));
}

/** The instant at a fraction of `span`. */
export function instantAt(fraction: number, span: Span): number {
  return span.start + Math.min(1, Math.max(0, fraction)) * (span.end - span.start);
}

/** Cut `span` to `within`; null when nothing is left. */
export function clip(span: Span, within: Span): Span | null {
  const start = Math.max(span.start, within.start);
  const end = Math.min(span.end, within.end);
  return end > start ? { start, end } : null;
}

/** Is this instant recorded? */
export function covers(spans: readonly Span[], at: number): boolean {
  return spans.some((span) => at >= span.start && at < span.end);
}

/** The recorded instant nearest to `at`; null when nothing is recorded. */
export function nearestCovered(spans: readonly Span[], at: number): number | null {
  let best: number | null = null;
  for (const span of spans) {
    const candidate = Math.min(Math.max(at, span.start), span.end - 1);
    if (best === null || Math.abs(candidate - at) < Math.abs(best - at)) best = candidate;
  }
  return best;
}

/** Full hours inside `span`, every `step` hours by the wall clock (right across a clock change). */
export function hourTicks(span: Span, step: number): number[] {
  const ticks: number[] = [];
  const hour = new Date(span.start);
  hour.setMinutes(0, 0, 0);
  while (hour.getTime() <= span.end) {
    const at = hour.getTime();
    if (at >= span.start && (at === span.end || hour.getHours() % step === 0)) ticks.push(at);
    hour.setTime(at + 3_600_000);
  }
  return ticks;
}
