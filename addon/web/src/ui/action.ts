import type { ReactiveController, ReactiveControllerHost } from "lit";
import { words } from "../api/client";

/** What a form does: one thing at a time, and the words of what went wrong. */
export class Action implements ReactiveController {
  busy = false;
  problem = "";

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {}

  /** Do it unless something is being done; tells whether it was done. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = "";
    this.host.requestUpdate();
    try {
      await work();
    } catch (error) {
      this.problem = words(error);
    }
    this.busy = false;
    this.host.requestUpdate();
    return this.problem === "";
  }
}

/** What a form's fields hold, without white space around. Keeps the browser from sending it. */
export function spoken(event: SubmitEvent): (name: string) => string {
  event.preventDefault();
  const form = new FormData(event.target as HTMLFormElement);
  return (name) => String(form.get(name) ?? "").trim();
}
