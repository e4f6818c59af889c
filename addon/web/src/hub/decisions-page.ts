import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { item } from "./session";
import "./statements";

/** The statements of reasons about one alert, and how to appeal. */
@customElement("nc-hub-decisions")
export class DecisionsPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      :host {
        max-width: 760px;
        margin: 0 auto;
      }
    `,
  ];

  private readonly item = new Watch(this, item);

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">What stewards decided</h2>
      <section class="panel stack" aria-label="Decisions">
        <nc-hub-statements .alert=${this.item.value ?? ""}></nc-hub-statements>
      </section>
      <section class="panel stack" aria-labelledby="appeal">
        <h3 id="appeal">You think that it is wrong?</h3>
        <p>
          <b>You wrote it:</b> in your own NeighborCam, under Neighbours, Diary, ask for another
          look. Only your engine has the key that proves it.
        </p>
        <p>
          <b>You are in the picture:</b> with the code that you were given when you asked for its
          removal, <a href="./#takedown">ask what came of it and appeal</a>.
        </p>
        <p class="soft small">
          Another steward decides than the first, where there is one. Every decision stands in the
          public log, without what was written.
        </p>
      </section>
    </div>`;
  }
}
