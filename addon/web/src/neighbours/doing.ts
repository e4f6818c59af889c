import { announcement } from "../state/session";
import { Action } from "../ui/action";

/** What a component does at the engine; whoever listens to the page hears when it went well. */
export class Doing extends Action {
  /** Do it, then say `said`. Tells whether it was done. */
  async tell(work: () => Promise<unknown>, said: string): Promise<boolean> {
    const done = await this.run(work);
    if (done) announcement.value = said;
    return done;
  }
}
