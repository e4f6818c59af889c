import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { DiaryLine } from "../api/neighbours";
import type { Home } from "../state/home";
import { client, home } from "../state/session";
import { Watch } from "../state/store";
import "../ui/confirm";
import { base, buttons } from "../ui/styles";
import { Doing } from "./doing";
import { neighbourly } from "./style";
import { fate } from "./words";

const ASK_EVERY_MS = 4_000;

/** What this home wrote and the hub has not taken: it waits, or was refused, and why. */
@customElement("nc-own-words")
export class OwnWords extends LitElement {
  static override styles = [
    base,
    buttons,
    neighbourly,
    css`
      ul {
        display: grid;
        gap: var(--space-2);
        margin-bottom: var(--space-4);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        align-items: center;
      }
      .what {
        flex: 1 1 180px;
        min-width: 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  private readonly home = new Watch<Home>(this, home);
  private heard: Home["alerts"] | null = null;
  @state() private lines: readonly DiaryLine[] = [];
  private readonly doing = new Doing(this);
  private clock = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.clock = window.setInterval(() => {
      if (!document.hidden) void this.load();
    }, ASK_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.clock);
  }

  override willUpdate(): void {
    // What has just come back from the hub waits no more.
    if (this.heard !== null && this.heard !== this.home.value.alerts) void this.load();
    this.heard = this.home.value.alerts;
  }

  override render(): TemplateResult | typeof nothing {
    const now = Date.now();
    const told = this.lines.flatMap((line) => {
      const said = fate(line, now);
      return said === null ? [] : [{ line, said }];
    });
    if (told.length === 0) return nothing;
    return html`<section aria-label="On its way">
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      <ul role="list">
        ${told.map(
          ({ line, said }) => html`<li class="sunk small">
            <span class="what">${line.kind}: <b>${line.summary}</b></span>
            <span class=${`badge ${said.tone}`}>${said.text}</span>
            ${line.state === "waiting" && line.kind === "alert" ? this.renderTakeBack(line) : nothing}
          </li>`,
        )}
      </ul>
    </section>`;
  }

  private renderTakeBack({ about }: DiaryLine): TemplateResult {
    return html`<nc-confirm tone="" question="Not send it?" yes="Yes, take it back"
      @confirmed=${() => this.doing.tell(() => client.cancelAlert(about).then(() => this.load()), "Taken back")}
    >Take back</nc-confirm>`;
  }

  private async load(): Promise<void> {
    // What cannot be had now is asked for again in a moment; the diary itself says what is wrong.
    this.lines = (await client.diary().catch(() => null)) ?? this.lines;
  }
}
