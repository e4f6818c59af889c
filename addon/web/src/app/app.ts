import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { Home } from "../state/home";
import { announcement, begin, home, onlyLooking, outdated, signedIn } from "../state/session";
import { Watch } from "../state/store";
import { base } from "../ui/styles";
import "./home-page";
import "./sign-in";

const LOST_AFTER_MS = 1_500;

/** The page: pairing or the home, the banner of a lost connection, announcements. */
@customElement("nc-app")
export class App extends LitElement {
  static override styles = [
    base,
    css`
      .banner {
        position: sticky;
        top: 0;
        z-index: 10;
        padding: var(--space-2) var(--space-4);
        background: var(--motion-soft);
        color: var(--motion);
        font-size: var(--text-s);
        font-weight: 600;
        text-align: center;
      }
    `,
  ];

  private readonly signedIn = new Watch<boolean>(this, signedIn);
  private readonly home = new Watch<Home>(this, home);
  private readonly outdated = new Watch<boolean>(this, outdated);
  private readonly onlyLooking = new Watch<string>(this, onlyLooking);
  private readonly announcement = new Watch<string>(this, announcement);
  @state() private problem = "";
  @state() private lost = false;
  @state() private pairing = true;
  private patience = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    begin()
      .catch((error: unknown) => {
        this.problem = words(error);
      })
      .finally(() => {
        this.pairing = false;
      });
  }

  override willUpdate(): void {
    const online = this.home.value.connection !== "lost";
    if (online) {
      window.clearTimeout(this.patience);
      this.patience = 0;
      this.lost = false;
    } else if (this.patience === 0) {
      // A restart of a second needs no alarm.
      this.patience = window.setTimeout(() => {
        this.lost = true;
      }, LOST_AFTER_MS);
    }
  }

  override render(): TemplateResult {
    const within = this.signedIn.value;
    return html`
      <div role="status">
        ${within && this.lost ? html`<p class="banner">Connection lost. Trying again…</p>` : ""}
        ${within && this.onlyLooking.value !== "" ? html`<p class="banner">${this.onlyLooking.value}</p>` : ""}
        ${this.outdated.value ? html`<p class="banner">The engine is newer than this page. Reload it.</p>` : ""}
      </div>
      <p class="hidden-visually" aria-live="polite">${this.announcement.value}</p>
      ${
        within
          ? html`<nc-home-page></nc-home-page>`
          : html`<nc-sign-in ?hidden=${this.pairing} .problem=${this.problem}></nc-sign-in>`
      }
    `;
  }
}
