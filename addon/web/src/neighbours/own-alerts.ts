import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { words } from "../api/client";
import type { OwnAlert, OwnAlertState } from "../api/neighbours";
import { client } from "../state/session";
import { base } from "../ui/styles";
import "./own-alert";

const ASK_EVERY_MS = 5_000;
/** What may be another soon: a letter is on its way, a steward looks, the hub is asked. */
const PASSING: readonly OwnAlertState[] = ["waiting", "sent", "review"];

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
  private clock = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.clock = window.setInterval(() => {
      const isPassing = this.found.some(({ state }) => PASSING.includes(state));
      if (isPassing && !document.hidden) void this.load();
    }, ASK_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.clock);
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
      this.problem = "";
    } catch (error) {
      this.problem = words(error);
    }
  }
}
