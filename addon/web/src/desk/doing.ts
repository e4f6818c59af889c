import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Problem, words } from "../api/client";

/** One action of a component at a time, and what went wrong with the last. */
export class Doing implements ReactiveController {
  busy = false;
  problem = "";
  field: string | null = null;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {}

  /** Do it, unless something else is being done; a failure is kept as words. */
  async do(action: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.set(true, "");
    try {
      await action();
      this.set(false, "");
    } catch (error) {
      this.field = error instanceof Problem ? error.field : null;
      this.set(false, words(error));
    }
  }

  private set(busy: boolean, problem: string): void {
    this.busy = busy;
    this.problem = problem;
    this.host.requestUpdate();
  }
}
