import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Hub } from "../api/neighbours";
import type { Scope } from "../api/types";
import type { Home } from "../state/home";
import { home, scope } from "../state/session";
import { Watch } from "../state/store";
import "../ui/dialog";
import { base, buttons } from "../ui/styles";
import "./alerts-view";
import "./diary";
import "./hub-page-link";
import "./join";
import "./membership";
import "./own-alerts";
import "./requests";
import { neighbourly } from "./style";
import "./trust-problem";
import "./write";

const TABS = {
  alerts: "Alerts",
  write: "Write",
  requests: "Requests",
  diary: "Diary",
  membership: "Membership",
} as const;
export type Tab = keyof typeof TABS;
/** What somebody who may only look can see. */
const LOOKING: ReadonlySet<Tab> = new Set<Tab>(["alerts", "requests"]);

const STATES: Readonly<Record<Hub["state"], { word: string; tone: string }>> = {
  connected: { word: "connected", tone: "good" },
  connecting: { word: "connecting…", tone: "warn" },
  unreachable: { word: "cannot be reached; what you write waits here", tone: "warn" },
  refused: { word: "refuses this home", tone: "bad" },
  distrusted: { word: "not trusted any more", tone: "bad" },
};

/** The neighbourhood: joining, alerts, writing one, the diary of what left. Fires `close`. */
@customElement("nc-neighbours")
export class Neighbours extends LitElement {
  static override styles = [
    base,
    buttons,
    neighbourly,
    css`
      nc-dialog {
        --dialog-width: 1080px;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1);
        margin: var(--space-3) 0 var(--space-4);
      }
      .wrote {
        margin-bottom: var(--space-2);
      }
      @media (max-width: 520px) {
        nav button {
          padding: 0 var(--space-3);
        }
      }
      .narrow {
        max-width: 720px;
        margin: 0 auto;
      }
    `,
  ];

  @property() tab: Tab = "alerts";
  private readonly home = new Watch<Home>(this, home);
  private readonly scope = new Watch<Scope>(this, scope);
  @state() private wrote = false;

  override render(): TemplateResult {
    const { state } = this.home.value.sharing;
    return html`<nc-dialog heading="Neighbours" @close=${() => this.dispatchEvent(new CustomEvent("close"))}>
      ${state === "on" ? this.renderOn() : html`<nc-join class="narrow"></nc-join>`}
    </nc-dialog>`;
  }

  private renderOn(): TemplateResult {
    const { hub, waiting, problem } = this.home.value.sharing;
    const { word, tone } = STATES[hub?.state ?? "connecting"];
    const tabs = (Object.keys(TABS) as Tab[]).filter(
      (tab) => this.scope.value === "admin" || LOOKING.has(tab),
    );
    return html`
      <div class="row">
      <p class="small" role="status">
        <span class=${`badge ${tone}`}>${hub?.name}: ${word}</span>
        <span class="soft">${hub?.state === "distrusted" ? "" : (hub?.reason ?? "")}${waiting > 0 ? ` ${waiting} to be sent.` : ""}</span>
      </p>
      <nc-hub-page-link class="push"></nc-hub-page-link>
      </div>
      ${hub?.state === "distrusted" ? html`<nc-trust-problem .hub=${hub}></nc-trust-problem>` : nothing}
      ${problem === "" ? nothing : html`<p class="notice" role="alert">${problem}</p>`}
      <nav aria-label="Parts of the neighbourhood">
        ${tabs.map(
          (tab) => html`<button
            class=${tab === this.tab ? "primary" : "plain"}
            aria-current=${tab === this.tab ? "page" : "false"}
            @click=${() => this.go(tab)}
          >${TABS[tab]}${tab === "requests" ? this.open() : ""}</button>`,
        )}
      </nav>
      ${this.wrote && this.tab === "alerts" ? html`<p class="sunk small wrote" role="status">On its way to the hub. It stands in this list once the hub has it; with pictures, once a steward has looked at them.</p>` : nothing}
      ${this.renderTab()}
    `;
  }

  private renderTab(): TemplateResult {
    switch (this.tab) {
      case "write":
        return html`<nc-write-alert class="narrow" @sent=${() => this.go("alerts", true)}></nc-write-alert>`;
      case "requests":
        return html`<nc-requests class="narrow"></nc-requests>`;
      case "diary":
        return html`<div class="narrow"><nc-own-alerts></nc-own-alerts><nc-diary></nc-diary></div>`;
      case "membership":
        return html`<nc-membership class="narrow"></nc-membership>`;
      default:
        return html`<nc-alerts-view @write=${() => this.go("write")}></nc-alerts-view>`;
    }
  }

  private go(tab: Tab, wrote = false): void {
    this.tab = tab;
    this.wrote = wrote;
  }

  private open(): string {
    const open = this.home.value.requests.filter(({ state }) => state === "open").length;
    return open === 0 ? "" : ` (${open})`;
  }
}
