import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Watch } from "../state/store";
import { partLinks, shell } from "../ui/shell";
import { base, buttons } from "../ui/styles";
import "./cases-page";
import "./gate";
import "./keys-page";
import "./request-page";
import { announcement, begin, desk, isOutside, lock, openCase, VIEWS, type View, view } from "./session";
import "./sign-page";
import { sheet } from "./style";
import { T } from "./texts";
import type { DeskState } from "./types";
import "./verify-page";
import "./warn-page";

/** The page of an agency's desk. */
@customElement("nc-desk")
export class DeskPage extends LitElement {
  static override styles = [
    base,
    buttons,
    sheet,
    shell(1240, 720),
    css`
      .title {
        flex: 1 1 auto;
        min-width: 0;
        line-height: 1.25;
      }
    `,
  ];

  private readonly desk = new Watch(this, desk);
  private readonly isOutside = new Watch(this, isOutside);
  private readonly view = new Watch(this, view);
  private readonly openCase = new Watch(this, openCase);
  private readonly announcement = new Watch(this, announcement);
  private last = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void begin();
  }

  override updated(): void {
    const now = `${this.view.value} ${this.openCase.value}`;
    document.title = `${T.shell.views[this.view.value]} · ${T.shell.title}`;
    if (this.last !== "" && this.last !== now)
      this.renderRoot.querySelector("main")?.focus({ preventScroll: true });
    this.last = now;
  }

  override render(): TemplateResult {
    const known = this.desk.value;
    const isIn = known !== null && !known.locked && !this.isOutside.value;
    return html`
      <header>
        <img src="./icon.svg" alt="" width="34" height="34" />
        <div class="title">
          <h1>${T.shell.title}</h1>
          <p class="soft small">${isIn ? who(known) : ""}</p>
        </div>
        ${isIn ? html`${this.renderViews()}<button @click=${lock}>${T.shell.lock}</button>` : nothing}
      </header>
      <p class="hidden-visually" role="status" aria-label="News">${this.announcement.value}</p>
      <main tabindex="-1">${this.renderMain(known, isIn)}</main>
    `;
  }

  private renderViews(): TemplateResult {
    return partLinks(
      VIEWS.map((each) => ({ href: `#${each}`, word: T.shell.views[each], isOpen: each === this.view.value })),
    );
  }

  private renderMain(known: DeskState | null, isIn: boolean): TemplateResult | typeof nothing {
    if (this.isOutside.value || (known !== null && !isIn)) return html`<nc-desk-gate></nc-desk-gate>`;
    if (known === null) return nothing;
    const evidence = known.evidence.length === 0 ? nothing : html`<p class="caution" role="alert">${T.shell.evidence} ${known.evidence.join(", ")}</p>`;
    return html`${evidence}${this.renderView(this.view.value)}`;
  }

  private renderView(named: View): TemplateResult {
    switch (named) {
      case "request":
        return html`<nc-desk-request></nc-desk-request>`;
      case "warn":
        return html`<nc-desk-warn></nc-desk-warn>`;
      case "sign":
        return html`<nc-desk-sign></nc-desk-sign>`;
      case "verify":
        return html`<nc-desk-verify></nc-desk-verify>`;
      case "keys":
        return html`<nc-desk-keys></nc-desk-keys>`;
      default:
        return html`<nc-desk-cases></nc-desk-cases>`;
    }
  }
}

function who(known: DeskState): string {
  if (known.own !== null) return `${T.shell.role[known.own.role]} ${known.own.name}`;
  return known.root === "" ? T.shell.noKey : T.shell.root;
}
