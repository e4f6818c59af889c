import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Hub } from "../api/neighbours";
import { base } from "../ui/styles";
import { neighbourly } from "./style";

/** Which hub this home is at, and who watches over it. */
@customElement("nc-hub-card")
export class HubCard extends LitElement {
  static override styles = [base, neighbourly];

  @property({ attribute: false }) hub!: Hub;

  override render(): TemplateResult {
    const { name, url, witnesses, quorum } = this.hub;
    const watched =
      witnesses.length === 0
        ? "Nobody but this home: the invite names no witnesses. Homes still find a log that contradicts itself."
        : `${witnesses.join(", ")}. ${quorum} of ${witnesses.length} must have signed what this home believes.`;
    return html`<section class="card" aria-labelledby="title">
      <h3 id="title">${name}</h3>
      <dl>
        <dt>Address</dt>
        <dd>${url}</dd>
        <dt>Witnesses of its log</dt>
        <dd>${watched}</dd>
      </dl>
    </section>`;
  }
}
