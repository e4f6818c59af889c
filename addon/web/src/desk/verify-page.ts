import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { client } from "./session";
import { sheet } from "./style";
import { T } from "./texts";
import type { Verdict } from "./types";
import "./verdict";

/** Check a bundle that somebody exported. */
@customElement("nc-desk-verify")
export class VerifyPage extends LitElement {
  static override styles = [base, buttons, fields, panel, sheet];

  private readonly doing = new Doing(this);
  @state() private verdict: Verdict | null = null;

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">${T.verify.title}</h2>
      <p class="lead soft">${T.verify.lead}</p>
      <section class="panel">
        <label>${T.verify.choose}<input type="file" accept=".zip" @change=${this.check} /></label>
        <p class="problem" role="alert">${this.doing.problem || nothing}</p>
        ${this.verdict === null ? nothing : html`<nc-desk-verdict .verdict=${this.verdict}></nc-desk-verdict>`}
      </section>
    </div>`;
  }

  private check(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    this.verdict = null;
    if (file === undefined) return;
    void this.doing.do(async () => {
      this.verdict = await client.verify(file);
      input.value = ""; // the same file may be chosen again: it may have changed
    });
  }
}
