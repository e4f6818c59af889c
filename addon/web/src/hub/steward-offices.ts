import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { Watch } from "../state/store";
import { Action } from "../ui/action";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { client, hub, loadHub, steward } from "./session";
import type { OfficeWish } from "./types";

/** Who is a steward, and what two stewards have to agree to about that. */
@customElement("nc-hub-steward-offices")
export class StewardOffices extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      .panel,
      ul {
        display: grid;
        gap: var(--space-3);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
    `,
  ];

  private readonly hub = new Watch(this, hub);
  private readonly steward = new Watch(this, steward);
  private readonly doing = new Action(this);
  @state() private wishes: readonly OfficeWish[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult {
    const names = this.hub.value?.stewards ?? [];
    return html`<section class="panel" aria-labelledby="title">
      <h3 id="title">Stewards</h3>
      <ul aria-label="Stewards">
        ${repeat(names, (name) => html`<li class="row">${name} ${this.renderEnd(name)}</li>`)}
      </ul>
      ${
        this.wishes.length === 0
          ? nothing
          : html`<h4>Another steward has to agree</h4>
              <ul aria-label="Waiting">
                ${repeat(
                  this.wishes,
                  ({ id }) => id,
                  (wish) => this.renderWish(wish),
                )}
              </ul>`
      }
      <p class="problem" role="alert">${this.doing.problem || nothing}</p>
    </section>`;
  }

  private renderEnd(name: string): TemplateResult {
    const mine = name === this.steward.value;
    return html`<nc-confirm
      class="push"
      tone=""
      question=${mine ? "You will not be a steward any more." : "Another steward has to agree."}
      yes=${mine ? "Yes, lay it down" : "Yes, ask for it"}
      ?disabled=${this.doing.busy}
      @confirmed=${() => this.change(() => client.removeSteward(name))}
      >${mine ? "Lay down" : "Remove"}</nc-confirm
    >`;
  }

  private renderWish({ id, kind, name, by, seconded }: OfficeWish): TemplateResult {
    const what = kind === "removal" ? `${by} wants to remove ${name}` : `${by} invites ${name || "somebody"}`;
    const isOurs = [by, name].includes(this.steward.value ?? "");
    return html`<li class="row">
      <span>${what}${seconded === "" ? "" : `; ${seconded} agrees`}</span>
      ${
        isOurs || seconded !== ""
          ? nothing
          : html`<button
              class="push"
              ?disabled=${this.doing.busy}
              @click=${() => this.change(() => client.confirmOffice(id))}
            >
              Agree
            </button>`
      }
      <button
        class=${isOurs || seconded !== "" ? "plain push" : "plain"}
        ?disabled=${this.doing.busy}
        @click=${() => this.change(() => client.withdrawOffice(id))}
      >
        Withdraw
      </button>
    </li>`;
  }

  private async change(work: () => Promise<void>): Promise<void> {
    if (await this.doing.run(work)) await this.load();
  }

  private async load(): Promise<void> {
    await this.doing.run(async () => {
      this.wishes = await client.offices();
    });
    void loadHub();
  }
}
