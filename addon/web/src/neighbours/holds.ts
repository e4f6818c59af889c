import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Hold } from "../api/requests";
import { client } from "../state/session";
import { bytes } from "../time/words";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { when } from "./request-words";
import { neighbourly } from "./style";

/** Original recordings that are held for answers, until their owner lets them go. */
@customElement("nc-holds")
export class Holds extends LitElement {
  static override styles = [base, buttons, fields, neighbourly];

  @state() private holds: readonly Hold[] = [];
  private readonly doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.doing.run(() => this.load());
  }

  override render(): TemplateResult | typeof nothing {
    if (this.holds.length === 0 && this.doing.problem === "") return nothing;
    return html`<section class="stack" aria-labelledby="title">
      <h3 id="title">Held as evidence</h3>
      <p class="soft small">
        Original recordings of clips that you sent. They stay past every limit of age and space, also
        after you leave the hub, until you let them go.
      </p>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      ${this.holds.map((each) => this.renderOne(each))}
    </section>`;
  }

  private renderOne(hold: Hold): TemplateResult {
    const frees = hold.frees_bytes === 0 ? "frees nothing yet" : `frees ${bytes(hold.frees_bytes)}`;
    return html`<div class="card">
      <p>
        ${hold.files} ${hold.files === 1 ? "recording" : "recordings"}, ${bytes(hold.size_bytes)}
        <span class="soft small">since ${when(hold.since)}; letting go ${frees}</span>
      </p>
      <div class="row">
        <nc-confirm question="Let it go? It may be the only original." yes="Yes, let it go" no="Hold it"
          @confirmed=${() => this.letGo(hold.id)}
        >Let it go</nc-confirm>
      </div>
    </div>`;
  }

  private letGo(id: string): Promise<boolean> {
    return this.doing.tell(async () => {
      await client.letGo(id);
      await this.load();
    }, "Let go");
  }

  private async load(): Promise<void> {
    this.holds = await client.holds();
  }
}
