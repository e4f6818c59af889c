import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Problem } from "../api/client";
import { panel } from "../hub/hub-style";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { polygonIn } from "./areas";
import "./carry";
import { Doing } from "./doing";
import { client, look } from "./session";
import { sheet } from "./style";
import { T } from "./texts";
import type { Carried, Hub } from "./types";

interface Wish {
  readonly role: string;
  readonly name: string;
  readonly text: string;
}

/** What the root does, on its machine; and what a desk with a network sends for it. */
@customElement("nc-desk-root")
export class RootKeys extends LitElement {
  static override styles = [base, buttons, fields, panel, sheet];

  @property() root = "";
  @property({ attribute: false }) hub: Hub | null = null;
  private readonly doing = new Doing(this);
  @state() private wish: Wish | null = null;
  @state() private made: Carried | null = null;
  @state() private said = "";

  override render(): TemplateResult {
    return html`<details class="panel" ?open=${this.root !== ""}>
      <summary>${T.keys.root}</summary>
      <div class="stack">
        <p class="soft small">${T.keys.rootHow}</p>
        <p class="problem" role="alert">${this.doing.problem || nothing}</p>
        <p class="good" role="status">${this.said || nothing}</p>
        ${this.made === null ? nothing : html`<nc-carry-out .text=${this.made.text} file=${this.made.file} label=${T.keys.certifyOut}></nc-carry-out>`}
        ${this.root === "" ? this.renderMake() : this.renderWork()}
        ${this.hub === null ? nothing : this.renderSend()}
      </div>
    </details>`;
  }

  private renderMake(): TemplateResult {
    return html`<nc-confirm tone="" question=${T.keys.rootAsk} yes=${T.keys.rootYes} @confirmed=${() => this.act(async () => {
      await client.makeRoot();
      await look();
    })}>${T.keys.rootMake}</nc-confirm>`;
  }

  private renderWork(): TemplateResult {
    return html`
      <p>${T.keys.rootId}: <code>${this.root}</code></p>
      <h4>${T.keys.certify}</h4>
      <nc-carry-in label=${T.keys.certifyIn} ?disabled=${this.doing.busy} @read=${(event: CustomEvent<string>) => this.readWish(event.detail)}></nc-carry-in>
      ${this.renderWish()}
      <h4>${T.keys.revoke}</h4>
      <p class="soft small">${T.keys.revokeHow}</p>
      <form @submit=${this.revoke}>
        <label>${T.keys.hash}<input name="sha256" required pattern="[0-9a-f]{64}" autocomplete="off" /></label>
        <div class="row"><button class="danger" ?disabled=${this.doing.busy}>${T.keys.revokeDo}</button></div>
      </form>
      <h4>${T.keys.record}</h4>
      <p class="soft small">${T.keys.recordHow}</p>
      ${this.renderRecord()}
    `;
  }

  private renderWish(): TemplateResult | typeof nothing {
    const { wish } = this;
    if (wish === null) return nothing;
    return html`<div class="row"><button class="primary" ?disabled=${this.doing.busy} @click=${() => this.certify(wish)}>${T.keys.certifyAsk(wish.role, wish.name)}</button></div>`;
  }

  private renderRecord(): TemplateResult {
    return html`<form @submit=${this.signRecord}>
      <div class="pair">
        <label>${T.keys.name}<input name="name" required minlength="3" maxlength="80" autocomplete="off" /></label>
        <label>${T.keys.domain}<input name="domain" required autocomplete="off" placeholder="police.example" /></label>
        <label>${T.keys.kind}<select name="kind"><option>police</option><option>rescue</option></select></label>
        <label>${T.keys.contact}<input name="contact" required minlength="3" maxlength="200" autocomplete="off" /></label>
      </div>
      <label>${T.keys.jurisdiction}<textarea class="code" name="jurisdiction" rows="3" required spellcheck="false"></textarea></label>
      <div class="row"><button ?disabled=${this.doing.busy}>${T.keys.recordSign}</button></div>
    </form>`;
  }

  private renderSend(): TemplateResult {
    return html`
      <nc-carry-in label=${T.keys.applyIn} action=${T.keys.apply} ?disabled=${this.doing.busy}
        @read=${(event: CustomEvent<string>) => this.act(async () => this.say(await client.apply(event.detail)))}></nc-carry-in>
      <nc-carry-in label=${T.keys.publishIn} action=${T.keys.publishDo} ?disabled=${this.doing.busy}
        @read=${(event: CustomEvent<string>) => this.act(async () => this.say(await client.publish(event.detail)))}></nc-carry-in>
    `;
  }

  private readWish(text: string): Promise<void> {
    return this.act(async () => {
      this.wish = { ...(await client.readKey(text)), text };
    });
  }

  private certify(wish: Wish): Promise<void> {
    return this.act(async () => {
      this.made = await client.certify(wish.text);
      this.wish = null;
    });
  }

  private revoke(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement);
    return this.act(async () => {
      this.made = await client.revoke(String(said.get("sha256")).trim());
    });
  }

  private signRecord(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(event.target as HTMLFormElement));
    return this.act(async () => {
      const jurisdiction = polygonIn(read(String(said["jurisdiction"])));
      if (jurisdiction === null) throw new Problem(0, T.map.none);
      this.made = await client.signRecord({ ...said, jurisdiction });
    });
  }

  private act(action: () => Promise<void>): Promise<void> {
    this.said = "";
    this.made = null;
    return this.doing.do(action);
  }

  private say({ text }: { readonly text: string }): void {
    this.said = text;
  }
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
