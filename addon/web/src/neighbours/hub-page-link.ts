import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import { client } from "../state/session";
import { base, buttons, fields } from "../ui/styles";

/** Leads to the hub's own page with the pass of the day, which is asked for when it is wanted. */
@customElement("nc-hub-page-link")
export class HubPageLink extends LitElement {
  static override styles = [base, buttons, fields];

  @state() private problem = "";

  override render(): TemplateResult {
    return html`<div class="row">
      <button @click=${this.open}>Open the hub’s page</button>
      ${this.problem === "" ? nothing : html`<span class="problem" role="alert">${this.problem}</span>`}
    </div>`;
  }

  /** The tab is opened within the press: one that opens later is taken for an advertisement. */
  private async open(): Promise<void> {
    this.problem = "";
    const tab = window.open("", "_blank");
    if (tab !== null) tab.opener = null; // a hub must not lead this page elsewhere
    try {
      const { url } = await client.hubPage();
      if (tab === null) location.assign(url);
      else tab.location.replace(url);
    } catch (error) {
      tab?.close();
      this.problem = words(error);
    }
  }
}
