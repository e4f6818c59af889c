import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Hub } from "../api/neighbours";
import { client, scope } from "../state/session";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { neighbourly } from "./style";

/** Why the hub is not believed, the evidence, and, once that was read, the way back. */
@customElement("nc-trust-problem")
export class TrustProblem extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      section.card {
        border-color: var(--danger);
        margin: var(--space-3) 0;
      }
      .check {
        display: flex;
        gap: var(--space-2);
        align-items: flex-start;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @state() private read = false;
  private readonly doing = new Doing(this);

  override render(): TemplateResult {
    const { name, reason, evidence } = this.hub;
    return html`<section class="card" aria-labelledby="title">
      <h3 id="title">This home does not believe ${name} any more</h3>
      <dl>
        <dt>Why</dt>
        <dd>${reason}</dd>
        <dt>Evidence</dt>
        <dd>${evidence === "" ? "None was kept." : html`<code>${evidence}</code>, in the engine's data folder`}</dd>
      </dl>
      <p class="small">
        Nothing is sent and nothing is shown until you decide. A hub that lies may hide what agencies
        ask. Show the evidence to your stewards, or to those of another hub. If it was a mishap, such
        as a backup that was restored, they know of it.
      </p>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      ${scope.value === "admin" ? this.renderTrust() : nothing}
    </section>`;
  }

  private renderTrust(): TemplateResult {
    const off = !this.read || this.doing.busy;
    return html`
      <label class="check">
        <input type="checkbox" .checked=${this.read} @change=${(event: Event) => (this.read = (event.target as HTMLInputElement).checked)} />
        I have read why, and asked somebody who knows
      </label>
      <div class="row">
        <button ?disabled=${off} @click=${() => this.trust(false)}>Trust it again</button>
        <button class="danger" ?disabled=${off} @click=${() => this.trust(true)}>Trust another past of its log</button>
      </div>
      <p class="hint">
        The first finds the hub out again at once if its log still contradicts what this home has
        read. The second forgets what it has read.
      </p>
    `;
  }

  private trust(anew: boolean): Promise<boolean> {
    return this.doing.tell(() => client.trust(this.hub.reason, anew), "The hub is trusted again");
  }
}
