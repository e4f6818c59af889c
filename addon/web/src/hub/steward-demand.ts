import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { announcement, client } from "./session";

const KINDS: readonly (readonly [string, string])[] = [
  ["informal", "A question without any order"],
  ["subpoena", "A subpoena"],
  ["order", "An order of a court or an authority"],
  ["warrant", "A search warrant"],
  ["other", "Something else"],
];

/** Writes into the public log that somebody demanded data of the hub. */
@customElement("nc-hub-steward-demand")
export class StewardDemand extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      form {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  @state() private busy = false;
  @state() private problem = "";

  override render(): TemplateResult {
    return html`<section class="panel" aria-labelledby="title">
      <h3 id="title">A demand for data</h3>
      <p class="soft small">
        <a href="api/inventory">All that this hub has.</a> What you write here is public for ever:
        no names.
      </p>
      <form @submit=${this.enter}>
        <label>What was it?
          <select name="kind">${KINDS.map(([kind, text]) => html`<option value=${kind}>${text}</option>`)}</select></label>
        <label>What was given?
          <textarea name="given" required maxlength="300" placeholder="Nothing: there was nothing of that."></textarea></label>
        <div class="row"><button ?disabled=${this.busy}>Write it into the log</button></div>
      </form>
      <p class="problem" role="alert">${this.problem || nothing}</p>
    </section>`;
  }

  private async enter(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const said = new FormData(form);
    this.busy = true;
    this.problem = "";
    try {
      await client.enterDemand(String(said.get("kind")), String(said.get("given") ?? "").trim());
      form.reset();
      announcement.value = "The demand stands in the public log.";
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}
