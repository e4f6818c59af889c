import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Problem } from "../api/client";
import { panel } from "../hub/hub-style";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { client, desk, isOutside, look } from "./session";
import { sheet } from "./style";
import { T } from "./texts";

/** Before the desk: the link, the first passphrase, the passphrase. */
@customElement("nc-desk-gate")
export class Gate extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    sheet,
    css`
      .panel {
        max-width: 460px;
        margin: min(12vh, 96px) auto 0;
      }
    `,
  ];

  private readonly desk = new Watch(this, desk);
  private readonly isOutside = new Watch(this, isOutside);
  private readonly doing = new Doing(this);

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("input")?.focus();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.isOutside.value)
      return html`<section class="panel">
        <h2>${T.gate.outside}</h2>
        <p class="soft">${T.gate.outsideHow}</p>
      </section>`;
    const known = this.desk.value;
    if (known === null) return nothing;
    return known.has_keys ? this.renderLocked() : this.renderFirst();
  }

  private renderLocked(): TemplateResult {
    return html`<form class="panel" @submit=${this.unlock}>
      <h2>${T.gate.locked}</h2>
      <p class="soft small">${T.gate.lockedHow}</p>
      <label>${T.gate.passphrase}<input name="passphrase" type="password" required autocomplete="off" /></label>
      ${this.desk.value?.needs_pin ? html`<label>${T.gate.pin}<input name="pin" type="password" autocomplete="off" /></label>` : nothing}
      ${this.renderProblem()}
      <button class="primary" ?disabled=${this.doing.busy}>${T.gate.unlock}</button>
    </form>`;
  }

  private renderFirst(): TemplateResult {
    return html`<form class="panel" @submit=${this.make}>
      <h2>${T.gate.first}</h2>
      <p class="soft small">${T.gate.firstHow}</p>
      <label>${T.gate.passphrase}<input name="passphrase" type="password" required minlength="10" autocomplete="new-password" /></label>
      <label>${T.gate.again}<input name="again" type="password" required autocomplete="new-password" /></label>
      ${this.renderProblem()}
      <button class="primary" ?disabled=${this.doing.busy}>${T.gate.make}</button>
    </form>`;
  }

  private renderProblem(): TemplateResult {
    return html`<p class="problem" role="alert">${this.doing.problem || nothing}</p>`;
  }

  private unlock(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const said = new FormData(form);
    return this.doing.do(async () => {
      await client.unlock(String(said.get("passphrase")), String(said.get("pin") ?? ""));
      form.reset();
      await look();
    });
  }

  private make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement);
    return this.doing.do(async () => {
      if (said.get("passphrase") !== said.get("again")) throw new Problem(0, T.gate.differ);
      await client.makeKeys(String(said.get("passphrase")));
      await look();
    });
  }
}
