import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import { Watch } from "../state/store";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import "./carry";
import { Doing } from "./doing";
import "./root-keys";
import { client, desk, look } from "./session";
import { sheet } from "./style";
import { T } from "./texts";
import type { DeskState, Hub } from "./types";
import { day } from "./words";

/** The hub, the own key, the passphrase; and the root, where that is. */
@customElement("nc-desk-keys")
export class KeysPage extends LitElement {
  static override styles = [base, buttons, fields, panel, sheet];

  private readonly desk = new Watch(this, desk);
  private readonly doing = new Doing(this);
  @state() private changesHub = false;
  @state() private said = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void look();
  }

  override render(): TemplateResult | typeof nothing {
    const known = this.desk.value;
    if (known === null) return nothing;
    return html`<div class="stack">
      <h2 class="page-title">${T.keys.title}</h2>
      <p class="lead soft">${T.keys.lead}</p>
      <p class="problem" role="alert">${this.doing.problem || nothing}</p>
      <p class="good" role="status">${this.said || nothing}</p>
      ${this.renderHub(known.hub)} ${this.renderOwn(known)} ${this.renderPassphrase()}
      <nc-desk-root .root=${known.root} .hub=${known.hub}></nc-desk-root>
    </div>`;
  }

  private renderHub(hub: Hub | null): TemplateResult {
    const shows = hub !== null && !this.changesHub;
    return html`<section class="panel" aria-labelledby="hub">
      <h3 id="hub">${T.keys.hub}</h3>
      ${
        shows
          ? html`<dl>
                <dt class="soft">${T.keys.hubNow}</dt><dd>${hub.hub}</dd>
                <dt class="soft">${T.keys.logKey}</dt><dd><code>${hub.log}</code></dd>
                <dt class="soft">${T.keys.witnesses}</dt><dd>${T.keys.quorum(hub.quorum, hub.witnesses.length)}</dd>
              </dl>
              <div class="row"><button @click=${() => (this.changesHub = true)}>${T.keys.hubChange}</button></div>`
          : html`<p class="soft small">${T.keys.hubHow}</p>
              <form @submit=${this.setHub}>
                <label>${T.keys.hubPaste}<textarea class="code" name="text" rows="3" required spellcheck="false"></textarea></label>
                <label class="file">${T.carry.file}<input type="file" accept=".json,.txt" @change=${this.loadHub} /></label>
                <label>${T.keys.hubAddress}<input name="hub" inputmode="url" autocomplete="off" placeholder="https://hub.example" /></label>
                <div class="row"><button class="primary" ?disabled=${this.doing.busy}>${T.keys.hubSet}</button></div>
              </form>`
      }
    </section>`;
  }

  private renderOwn({ own, pending, hub }: DeskState): TemplateResult {
    return html`<section class="panel" aria-labelledby="own">
      <h3 id="own">${T.keys.own}</h3>
      <p class="soft small">${T.keys.ownHow}</p>
      ${
        own === null
          ? nothing
          : html`<p><b>${T.keys.ownNow(own.role, own.name)}</b>, ${T.keys.ownUntil(day(own.not_after))}${own.is_logged ? "" : `, ${T.keys.notLogged}`}</p>
              <p class="small soft">${T.keys.hash} <code>${own.sha256}</code></p>`
      }
      ${
        pending === null
          ? this.renderMakeKey(own === null)
          : html`<p><b>${T.keys.ownNow(pending.role, pending.name)}</b></p>
              <nc-carry-out .text=${pending.text} file=${`${pending.role}.key`} label=${T.keys.carryToRoot}></nc-carry-out>
              ${
                hub === null
                  ? nothing
                  : html`<nc-carry-in label=${T.keys.carryBack} action=${T.keys.accept} ?disabled=${this.doing.busy}
                      @read=${(event: CustomEvent<string>) => this.accept(event.detail)}></nc-carry-in>`
              }
              <nc-confirm question=${T.keys.dropAsk} yes=${T.keys.dropYes} @confirmed=${() => this.change(() => client.dropKey())}>${T.keys.drop}</nc-confirm>`
      }
    </section>`;
  }

  private renderMakeKey(isFirst: boolean): TemplateResult {
    return html`<form @submit=${this.makeKey}>
      <div class="pair">
        <label>${T.keys.ownRole}<select name="role">
          <option value="officer">${T.shell.role.officer}</option>
          <option value="supervisor">${T.shell.role.supervisor}</option>
        </select></label>
        <label>${T.keys.ownName}<input name="name" required maxlength="60" autocomplete="off" /></label>
      </div>
      <div class="row"><button class=${isFirst ? "primary" : ""} ?disabled=${this.doing.busy}>${isFirst ? T.keys.ownMake : T.keys.ownNext}</button></div>
    </form>`;
  }

  private renderPassphrase(): TemplateResult {
    return html`<section class="panel" aria-labelledby="passphrase">
      <h3 id="passphrase">${T.keys.passphrase}</h3>
      <p class="soft small">${T.keys.passphraseHow}</p>
      <form @submit=${this.changePassphrase}>
        <div class="pair">
          <label>${T.keys.old}<input name="old" type="password" required autocomplete="off" /></label>
          <label>${T.keys.next}<input name="next" type="password" required minlength="10" autocomplete="new-password" /></label>
        </div>
        <div class="row"><button ?disabled=${this.doing.busy}>${T.keys.change}</button></div>
      </form>
    </section>`;
  }

  private async loadHub(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const area = this.renderRoot.querySelector<HTMLTextAreaElement>("textarea[name=text]");
    const file = input.files?.[0];
    if (file !== undefined && area !== null) area.value = (await file.text()).trim();
  }

  private setHub(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement);
    return this.change(async () => {
      const done = await client.setHub(String(said.get("text")), String(said.get("hub")));
      this.changesHub = false;
      this.say(done.text);
    });
  }

  private makeKey(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement);
    return this.change(async () => {
      await client.makeKey(String(said.get("role")), String(said.get("name")).trim());
    });
  }

  private accept(text: string): Promise<void> {
    return this.change(async () => this.say((await client.accept(text)).text));
  }

  private changePassphrase(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const said = new FormData(form);
    return this.change(async () => {
      await client.changePassphrase(String(said.get("old")), String(said.get("next")));
      form.reset();
      this.say(T.keys.changed);
    });
  }

  private change(action: () => Promise<void>): Promise<void> {
    this.said = "";
    return this.doing.do(async () => {
      await action();
      await look();
    });
  }

  private say(text: string): void {
    this.said = text;
  }
}
