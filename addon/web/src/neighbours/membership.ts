import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Home } from "../state/home";
import { client, home } from "../state/session";
import { Watch } from "../state/store";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import "./hub-card";
import "./invite";
import { neighbourly } from "./style";
import "./wishes";

/** Which hub, what this home wants to hear, invites for neighbours, and leaving. */
@customElement("nc-membership")
export class Membership extends LitElement {
  static override styles = [base, buttons, fields, neighbourly];

  private readonly home = new Watch<Home>(this, home);
  @state() private stuck = false;
  private readonly doing = new Doing(this);

  override render(): TemplateResult {
    const { hub } = this.home.value.sharing;
    return html`<div class="stack">
      ${hub === null ? nothing : html`<nc-hub-card .hub=${hub}></nc-hub-card>`}
      <nc-wishes></nc-wishes>
      <nc-invite .hub=${hub?.name ?? ""}></nc-invite>
      ${this.renderLeave()}
    </div>`;
  }

  private renderLeave(): TemplateResult {
    return html`<section class="card" aria-labelledby="leave">
      <h3 id="leave">Leave</h3>
      <p class="small">What is deleted, and cannot be had back:</p>
      <ul class="small soft">
        <li>· at the hub: this home's account. Your alerts that still hold are taken back, for all who have them.</li>
        <li>· here: what you wrote and heard, the diary, answers to agencies and their receipts, wishes, the place of this home, evidence about the hub.</li>
        <li>· not deleted: cameras and recordings, and what an agency has already fetched.</li>
      </ul>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      <div class="row">
        <nc-confirm question="Leave the hub, and delete all that?" yes="Yes, leave" no="Stay"
          @confirmed=${() => this.leave(false)}
        >Leave the hub</nc-confirm>
      </div>
      ${this.stuck ? this.renderStuck() : nothing}
    </section>`;
  }

  private renderStuck(): TemplateResult {
    return html`<p class="soft small">
        The hub did not take part. Forget it here anyway, and everything about sharing in this
        engine is deleted; the hub keeps the account, and your alerts until they run out.
      </p>
      <div class="row">
        <nc-confirm question="Forget the hub though it does not know?" yes="Yes, forget it here" no="Stay"
          @confirmed=${() => this.leave(true)}
        >Forget it here anyway</nc-confirm>
      </div>`;
  }

  private async leave(anyway: boolean): Promise<void> {
    this.stuck = !(await this.doing.tell(() => client.leave(anyway), "This home has left the hub"));
  }
}
