import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../ui/styles";
import { sheet } from "./style";
import { T } from "./texts";
import type { Verdict } from "./types";

/** What a bundle proves, step by step. */
@customElement("nc-desk-verdict")
export class VerdictView extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      .bad {
        color: var(--danger);
      }
      dl {
        font-size: var(--text-s);
      }
    `,
  ];

  @property({ attribute: false }) verdict!: Verdict;

  override render(): TemplateResult {
    const { right, steps, problem, log } = this.verdict;
    return html`<div class="stack" role="status">
      <p class=${right ? "good" : "bad"}><b>${right ? T.verify.right : `${T.verify.wrong}: ${problem}`}</b></p>
      ${steps.length === 0 ? nothing : html`<dl>${steps.map(({ what, told }) => html`<dt class="soft">${what}</dt><dd>${told}</dd>`)}</dl>`}
      <p class="small soft">${T.verify.by} <code>${log}</code></p>
    </div>`;
  }
}
