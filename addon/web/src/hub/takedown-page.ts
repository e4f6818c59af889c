import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Watch } from "../state/store";
import { Action, spoken } from "../ui/action";
import { base, buttons, facts, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { client, item, view } from "./session";
import type { TakedownState } from "./types";
import { moment } from "./words";

const STATES: Readonly<Record<TakedownState["state"], string>> = {
  waiting: "It is hidden, and waits for a steward",
  queued: "It waits for a steward, and can be seen until then",
  removed: "It is removed",
  shown: "It is shown again",
};

/** What came of the wish that a picture goes, by its code; and another look at it. */
@customElement("nc-hub-takedown-page")
export class TakedownPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    facts,
    panel,
    css`
      :host {
        max-width: 640px;
        margin: 0 auto;
      }
      form {
        display: grid;
        gap: var(--space-3);
      }
      input {
        font-family: ui-monospace, monospace !important;
        letter-spacing: 0.06em;
        text-transform: uppercase;
      }
    `,
  ];

  private readonly item = new Watch(this, item);
  @state() private code = "";
  @state() private found: TakedownState | null = null;
  @state() private appealed = false;
  private readonly asking = new Action(this);
  private readonly appealing = new Action(this);

  override willUpdate(): void {
    const given = this.item.value;
    if (given === null || view.value !== "takedown") return;
    this.code = given;
    item.value = null;
    void this.ask();
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">You asked for a picture to go</h2>
      <form class="panel" @submit=${this.submit}>
        <label>
          The code that you were given
          <input
            name="code"
            required
            maxlength="40"
            autocomplete="off"
            spellcheck="false"
            .value=${this.code}
          />
          <span class="hint">
            Lost? Nobody can find it again: the hub keeps no more than its hash. Ask for the
            removal once more, at the picture.
          </span>
        </label>
        <p class="problem" role="alert">${this.asking.problem || nothing}</p>
        <div class="row"><button class="primary" ?disabled=${this.asking.busy}>What came of it?</button></div>
      </form>
      <div role="status">${this.found === null ? nothing : this.renderFound(this.found)}</div>
    </div>`;
  }

  private renderFound(found: TakedownState): TemplateResult {
    return html`<section class="panel stack" aria-labelledby="state">
      <h3 id="state">${STATES[found.state]}</h3>
      <dl>
        <dt class="soft">Asked</dt>
        <dd>${moment(found.asked)}</dd>
        ${
          found.decided === null
            ? nothing
            : html`<dt class="soft">Decided</dt>
                <dd>${moment(found.decided)}</dd>
                <dt class="soft">Rule</dt>
                <dd>${found.rule}</dd>
                <dt class="soft">It rests on</dt>
                <dd>${found.fact}</dd>`
        }
      </dl>
      <p class="soft small">
        ${
          found.state === "waiting"
            ? "Nobody but stewards sees it meanwhile. They look within 24 hours."
            : html`<a href=${`./#decisions=${found.alert}`}>All decisions about this alert</a>. What
                you wrote about how to reach you is deleted.`
        }
      </p>
      ${this.appealed ? html`<p><b>Another steward looks at it.</b> Ask again with your code.</p>` : nothing}
      ${found.may_appeal && !this.appealed ? this.renderAppeal() : nothing}
    </section>`;
  }

  private renderAppeal(): TemplateResult {
    return html`<form @submit=${this.appeal} aria-label="Appeal">
      <label>
        Why should another steward look? (only stewards read it)
        <textarea name="reason" required maxlength="300"></textarea>
      </label>
      <p class="problem" role="alert">${this.appealing.problem || nothing}</p>
      <div class="row"><button ?disabled=${this.appealing.busy}>Appeal</button></div>
    </form>`;
  }

  private submit(event: SubmitEvent): void {
    this.code = spoken(event)("code");
    void this.ask();
  }

  private async ask(): Promise<void> {
    this.found = null;
    this.appealed = false;
    await this.asking.run(async () => {
      this.found = await client.takedownState(this.code);
    });
  }

  private async appeal(event: SubmitEvent): Promise<void> {
    const reason = spoken(event)("reason");
    this.appealed = await this.appealing.run(() => client.appealTakedown(this.code, reason));
  }
}
