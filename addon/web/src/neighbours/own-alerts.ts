import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { words } from "../api/client";
import type { OwnAlert } from "../api/neighbours";
import { client } from "../state/session";
import { base } from "../ui/styles";
import "./own-alert";

/** This home's alerts, and what stewards decided about them. */
@customElement("nc-own-alerts")
export class OwnAlerts extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        margin-bottom: var(--space-5);
      }
      h3 {
        margin-bottom: var(--space-2);
      }
    `,
  ];

  @state() private found: readonly OwnAlert[] = [];
  @state() private problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.problem !== "") return html`<p class="notice" role="alert">${this.problem}</p>`;
    if (this.found.length === 0) return nothing;
    return html`<h3>Alerts of this home</h3>
      ${repeat(
        this.found,
        ({ id }) => id,
        (alert) => html`<nc-own-alert .alert=${alert}></nc-own-alert>`,
      )}`;
  }

  private async load(): Promise<void> {
    try {
      this.found = await client.ownAlerts();
    } catch (error) {
      this.problem = words(error);
    }
  }
}
