import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import { Watch } from "../state/store";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import "./carry";
import { Doing } from "./doing";
import "./facts";
import { announcement, client, desk } from "./session";
import { sheet } from "./style";
import { T } from "./texts";
import type { LinkView, Signed } from "./types";

/** A request that came from another desk: checked, signed, sent to the stewards. */
@customElement("nc-desk-sign")
export class SignPage extends LitElement {
  static override styles = [base, buttons, fields, panel, sheet];

  private readonly desk = new Watch(this, desk);
  private readonly doing = new Doing(this);
  @state() private link = "";
  @state() private seen: LinkView | null = null;
  @state() private signed: Signed | null = null;
  @state() private said = "";

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">${T.sign.title}</h2>
      <p class="lead soft">${T.sign.lead}</p>
      <section class="panel">
        <nc-carry-in label=${T.sign.in} ?disabled=${this.doing.busy} @read=${(event: CustomEvent<string>) => this.read(event.detail)}></nc-carry-in>
        <p class="problem" role="alert">${this.doing.problem || nothing}</p>
        <p class="good" role="status">${this.said || nothing}</p>
      </section>
      ${this.seen === null ? nothing : this.renderSeen(this.seen)}
    </div>`;
  }

  private renderSeen(seen: LinkView): TemplateResult {
    const { own } = this.desk.value ?? { own: null };
    const isSigned = seen.supervisor !== "";
    const maySign = own?.role === "supervisor" && !isSigned && seen.problem === "";
    return html`<article class="panel" aria-labelledby="asks">
      <h3 id="asks">${T.sign.asks(seen.officer)}${isSigned ? `, ${T.sign.answered(seen.supervisor)}` : ""}</h3>
      ${this.renderChecked(seen, own?.role === "supervisor" && !isSigned)}
      ${seen.findings.map(({ words, advice }) => html`<p class="caution">“${words}”: ${advice}</p>`)}
      <nc-desk-facts .request=${seen.request} .jurisdiction=${seen.jurisdiction} officer=${seen.officer} supervisor=${seen.supervisor}></nc-desk-facts>
      <details><summary>${T.sign.show}</summary><pre tabindex="0">${seen.text}</pre></details>
      ${maySign ? html`<nc-confirm tone="primary" question=${T.sign.countersignAsk} yes=${T.sign.countersignYes} ?disabled=${this.doing.busy} @confirmed=${this.countersign}>${T.sign.countersign}</nc-confirm>` : nothing}
      ${this.signed === null ? nothing : html`<nc-carry-out .text=${this.signed.link} file=${`request-${seen.id.slice(0, 8)}-countersigned.txt`} label=${T.sign.out}></nc-carry-out>`}
      ${isSigned ? html`<div class="row"><button class="primary" ?disabled=${this.doing.busy} @click=${this.submit}>${T.sign.submit}</button></div>` : nothing}
    </article>`;
  }

  private renderChecked(seen: LinkView, isAsked: boolean): TemplateResult | typeof nothing {
    if (!isAsked) return nothing;
    return seen.problem === ""
      ? html`<p class="calm">${T.sign.fine}</p>`
      : html`<p class="notice" role="alert">${T.sign.problem}: ${seen.problem}</p>`;
  }

  private read(text: string): Promise<void> {
    this.seen = this.signed = null;
    this.said = "";
    return this.doing.do(async () => {
      this.link = text;
      this.seen = await client.readLink(text);
    });
  }

  private countersign(): Promise<void> {
    return this.doing.do(async () => {
      this.signed = await client.countersign(this.link);
      this.link = this.signed.link;
      this.seen = await client.readLink(this.link);
      announcement.value = T.sign.out;
    });
  }

  private submit(): Promise<void> {
    return this.doing.do(async () => {
      await client.submit(this.link);
      this.said = T.sign.submitted;
      this.seen = this.signed = null;
    });
  }
}
