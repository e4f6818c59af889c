import type { ReactiveController, ReactiveControllerHost } from "lit";
import { announcement } from "./session";
import { T } from "./texts";
import type { Examined } from "./types";

const PAUSE_MS = 350;

/** What the desk finds in a draft while it is written: asked at each pause, and the newest answer counts. */
export class Examination<Found extends Examined> implements ReactiveController {
  found: Found | null = null;
  /** Somebody looks at what they would sign. */
  isPreviewed = false;
  private touched: ReadonlySet<string> = new Set();
  private timer = 0;
  private asked = 0;

  /** `good` is said when nothing has to change. */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly ask: () => Promise<Found>,
    private readonly good: string,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    window.clearTimeout(this.timer);
  }

  /** Nothing keeps the draft from being signed. */
  get isPassed(): boolean {
    return this.found !== null && this.found.problems.length === 0 && this.found.text !== "";
  }

  problemsOf(field: string): string[] {
    const all = this.found?.problems.filter((each) => each.field === field) ?? [];
    return all.map(({ text }) => text);
  }

  isTouched(field: string): boolean {
    return this.touched.has(field);
  }

  /** Note that somebody wrote in a field, and examine the draft once they pause. */
  touch(field: string): void {
    // What is inside the map has no name of a field; the draft changes all the same.
    if (field) this.touched = new Set([...this.touched, field]);
    this.host.requestUpdate();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.examine(), PAUSE_MS);
  }

  /** Begin with another draft, in which nobody wrote yet. */
  forget(): void {
    this.touched = new Set();
    this.host.requestUpdate();
  }

  async examine(): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    const found = await this.ask().catch(() => null);
    if (found === null || asked !== this.asked) return;
    this.found = found;
    this.host.requestUpdate();
    announcement.value = found.problems.length === 0 ? this.good : T.request.problems(found.problems.length);
  }

  /** Show what would be signed, if all of it passes now. */
  async preview(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    window.clearTimeout(this.timer);
    await this.examine();
    if (this.isPassed) this.showPreview(true);
  }

  leavePreview(): void {
    this.showPreview(false);
  }

  private showPreview(isPreviewed: boolean): void {
    this.isPreviewed = isPreviewed;
    this.host.requestUpdate();
  }
}
