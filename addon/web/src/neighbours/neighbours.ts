import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Home } from "../state/home";
import { home } from "../state/session";
import { Watch } from "../state/store";
import "../ui/dialog";
import { base, buttons } from "../ui/styles";
import "./alert-item";
import "./diary";
import "./hub-page-link";
import "./join";
import "./membership";
import "./own-alerts";
import "./requests";
import "./write";
import { current } from "./words";

const TABS = {
  alerts: "Alerts",
  write: "Write",
  requests: "Requests",
  diary: "Diary",
  membership: "Membership",
} as const;
type Tab = keyof typeof TABS;

/** The neighbourhood: joining, alerts, writing one, the diary of what left. */
@customElement("nc-neighbours")
export class Neighbours extends LitElement {
  static override styles = [
    base,
    buttons,
    css`
      nc-dialog {
        --dialog-width: 680px;
      }
      nav {
        margin-bottom: var(--space-4);
      }
    `,
  ];

  private readonly home = new Watch<Home>(this, home);
  @state() private tab: Tab = "alerts";

  override render(): TemplateResult {
    return html`<nc-dialog heading="Neighbours" @close=${() => this.dispatchEvent(new CustomEvent("close"))}>
      ${this.home.value.sharing.state === "on" ? this.renderOn() : html`<nc-join></nc-join>`}
    </nc-dialog>`;
  }

  private renderOn(): TemplateResult {
    const { hub, waiting, problem } = this.home.value.sharing;
    return html`
      <p class="soft small" role="status">
        ${hub?.name}: ${hub?.state}${hub?.reason ? ` (${hub.reason})` : ""}${waiting > 0 ? `, ${waiting} to be sent` : ""}
      </p>
      <nc-hub-page-link></nc-hub-page-link>
      ${problem === "" ? nothing : html`<p class="notice" role="alert">${problem}</p>`}
      <nav class="row" aria-label="Parts of the neighbourhood">
        ${Object.entries(TABS).map(
          ([tab, name]) => html`<button
            class=${tab === this.tab ? "primary" : "plain"}
            aria-current=${tab === this.tab ? "page" : "false"}
            @click=${() => (this.tab = tab as Tab)}
          >${name}${tab === "requests" ? this.open() : ""}</button>`,
        )}
      </nav>
      ${this.renderTab()}
    `;
  }

  private renderTab(): TemplateResult | typeof nothing {
    switch (this.tab) {
      case "write":
        return html`<nc-write-alert @sent=${() => (this.tab = "diary")}></nc-write-alert>`;
      case "requests":
        return html`<nc-requests></nc-requests>`;
      case "diary":
        return html`<nc-own-alerts></nc-own-alerts><nc-diary></nc-diary>`;
      case "membership":
        return html`<nc-membership></nc-membership>`;
      default:
        return this.renderAlerts();
    }
  }

  private open(): string {
    const open = this.home.value.requests.filter(({ state }) => state === "open").length;
    return open === 0 ? "" : ` (${open})`;
  }

  private renderAlerts(): TemplateResult {
    const alerts = current(this.home.value.alerts);
    if (alerts.length === 0) return html`<p class="soft">No alerts near this home.</p>`;
    return html`${repeat(
      alerts,
      ({ id }) => id,
      (alert) => html`<nc-alert-item .alert=${alert}></nc-alert-item>`,
    )}`;
  }
}
