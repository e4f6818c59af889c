import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { AnswerWish, GivenAnswer, MadeClip, Proposal, Review, Viewpoint } from "../api/requests";
import { announcement, client } from "../state/session";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { answerWords, clipWords, fromLocal, receiptWord, spaced, stateWord, takenBackWords, toLocal, when, windowWords } from "./request-words";
import "./sketch";

const FIRST_S = 30;

/** One request: what is asked, what this home has, what it answers, what became of that. */
@customElement("nc-request-review")
export class RequestReview extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-1) var(--space-4);
        margin: 0;
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .rights {
        padding: var(--space-4);
        border: 2px solid currentColor;
        border-radius: var(--radius-m);
      }
      video,
      img {
        max-width: 100%;
        border-radius: var(--radius-m);
      }
      textarea {
        font: inherit;
      }
    `,
  ];

  @property() request = "";
  @state() private review: Review | null = null;
  @state() private viewpoints: readonly Viewpoint[] = [];
  @state() private clips: readonly { made: MadeClip; address: string }[] = [];
  @state() private problem = "";
  @state() private done = "";
  @state() private working = false;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("request")) void this.doing(() => this.load());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.drop();
  }

  override render(): TemplateResult {
    const { review } = this;
    return html`<div class="stack">
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.done === "" ? nothing : html`<p class="notice" role="status">${this.done}</p>`}
      ${review === null ? nothing : this.renderReview(review)}
    </div>`;
  }

  private renderReview(review: Review): TemplateResult {
    const { request } = review;
    return html`
      <h3>${request.agency} asks about ${spaced(request.offence)}</h3>
      ${this.renderRights()}
      ${this.renderFacts(review)}
      <nc-sketch .area=${request.area} .viewpoints=${this.viewpoints}></nc-sketch>
      ${request.state === "open" ? this.renderDecision(review) : html`<p>This request is ${stateWord(request.state)}. Nothing leaves any more.</p>`}
      ${review.answers.length === 0 ? nothing : html`<h4>What you answered</h4>`}
      ${review.answers.map((each) => this.renderAnswer(each))}
    `;
  }

  private renderRights(): TemplateResult {
    return html`<section class="rights" aria-label="Your rights">
      <p><b>This is voluntary.</b> Refusing, or not answering, has no effect on you. Nobody learns that
        you looked, that you have a camera, or that you said no. You need give no reason. A clip shows
        where it was taken from. If an officer asks you for more, ask for an order of a court.</p>
    </section>`;
  }

  private renderFacts(review: Review): TemplateResult {
    const { request, agency } = review;
    const rows: [string, string][] = [
      ["What", request.what],
      ["Why here", request.necessity],
      ["Already tried", review.tried.map(spaced).join(", ")],
      ["When it was", windowWords(request)],
      ["Area", `${review.area_km2.toFixed(2)} km²`],
      ["Would help", review.media_wanted.join(", ")],
      ["Case", request.case_ref],
      ["Signed by", `${request.officer} and ${review.supervisor}`],
      ["Agency", `${agency.name} (${agency.domain}), ${agency.requests} requests, ${agency.overdue} overdue`],
      ["Contact", review.contact],
      ["Clips are kept", `${review.retention_days} days at most`],
      ["Open until", when(request.expires)],
      ["Public log", `entry ${review.log_index}, ${review.witnesses} witnesses`],
      ["Outcome", spaced(review.outcome)],
      ["Deletion", spaced(review.deletion)],
    ];
    return html`<dl>
      ${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<dt class="soft">${name}</dt><dd>${value}</dd>`)}
    </dl>`;
  }

  private renderDecision(review: Review): TemplateResult {
    return html`
      ${review.declined ? html`<p>You declined. You may still change your mind.</p>` : nothing}
      <h4>What your cameras recorded</h4>
      ${review.proposals.length === 0 ? html`<p class="soft">Nothing that was asked for.</p>` : review.proposals.map((each) => this.renderProposal(each, review))}
      ${this.clips.map(({ made, address }) => this.renderClip(made, address))}
      <form class="stack" @submit=${(event: SubmitEvent) => this.answer(event)}>
        <label>Words to the agency
          <textarea name="text" maxlength="1000" rows="3"></textarea>
        </label>
        <label>How to reach you, only if you want that
          <input name="contact" maxlength="200" autocomplete="off" />
        </label>
        <label class="row small"><input type="checkbox" name="holds" />hold the original recordings here as evidence</label>
        ${review.pin_needed ? html`<label>PIN <input name="pin" type="password" required autocomplete="off" /></label>` : nothing}
        <div class="row">
          <button class="primary" name="answer" value="approve" ?disabled=${this.working || this.clips.length === 0}>Approve these clips</button>
          <button name="answer" value="tip" ?disabled=${this.working}>Send words only</button>
        </div>
        <p class="soft small">It leaves with this home's next capsule, at a moment that was drawn before you decided.</p>
      </form>
      <div class="row">
        <button @click=${() => this.say({ answer: "decline", confirm: true }, "You declined; nobody is told")}>Decline</button>
        <button class="plain" @click=${() => this.say({ answer: "mute", confirm: true, mutes: "agency" }, "Muted")}>Mute this agency</button>
        <button class="plain" @click=${() => this.say({ answer: "mute", confirm: true, mutes: "offence" }, "Muted")}>Mute ${spaced(review.request.offence)}</button>
      </div>
    `;
  }

  private renderProposal(proposal: Proposal, review: Review): TemplateResult {
    const first = proposal.spans[0];
    if (first === undefined) return html``;
    const end = new Date(Math.min(Date.parse(first.start) + FIRST_S * 1000, Date.parse(first.end)));
    return html`<form class="stack" aria-label=${proposal.name} @submit=${(event: SubmitEvent) => this.make(event, proposal.camera)}>
      <p><b>${proposal.name}</b> <span class="soft small">${proposal.spans.map(({ start, end: until }) => `${when(start)} to ${when(until)}`).join("; ")}</span></p>
      <div class="row">
        <label class="small">From <input name="start" type="datetime-local" step="1" required
          min=${toLocal(review.request.window_start)} max=${toLocal(review.request.window_end)} .value=${toLocal(first.start)} /></label>
        <label class="small">to <input name="end" type="datetime-local" step="1" required
          min=${toLocal(review.request.window_start)} max=${toLocal(review.request.window_end)} .value=${toLocal(end.toISOString())} /></label>
      </div>
      <div class="row small">
        <label class="row"><input type="checkbox" name="moving" />cover everything that moves</label>
        <label class="row"><input type="checkbox" name="faces" />faces</label>
        <label class="row"><input type="checkbox" name="plates" />plates</label>
        <label class="row"><input type="checkbox" name="still" />one picture only</label>
      </div>
      <div class="row"><button ?disabled=${this.working}>Make the clip and look at it</button></div>
    </form>`;
  }

  private renderClip(made: MadeClip, address: string): TemplateResult {
    return html`<figure>
      ${made.kind === "clip" ? html`<video src=${address} controls muted playsinline aria-label="The clip that would leave"></video>` : html`<img src=${address} alt="The picture that would leave" />`}
      <figcaption class="soft small">These exact bytes would leave: ${clipWords(made)}</figcaption>
      <button class="plain" @click=${() => this.leaveOut(made.id)}>Leave it out</button>
    </figure>`;
  }

  private renderAnswer(answer: GivenAnswer): TemplateResult {
    const asked = answer.receipts.some(({ what }) => what === "question");
    return html`<section class="stack" aria-label="Answer">
      <p><b>${answer.kind === "clips" ? `${answer.clips.length} clips` : "Words"}</b>, ${when(answer.at)}. ${answerWords(answer)}.</p>
      ${answer.text === "" ? nothing : html`<p>${answer.text}</p>`}
      <ol>
        ${answer.receipts.map(({ at, what, text }) => html`<li>${when(at)}: ${receiptWord(what)}${text === "" ? "" : `: ${text}`}</li>`)}
      </ol>
      ${asked ? html`<form class="row" @submit=${(event: SubmitEvent) => this.write(event, answer.id)}><input name="text" required maxlength="1000" aria-label="Your reply" />${this.review?.pin_needed ? html`<input name="pin" type="password" required autocomplete="off" aria-label="PIN" placeholder="PIN" />` : nothing}<button>Reply</button></form>` : nothing}
      ${answer.state === "revoked" || answer.state === "ended" ? nothing : html`<nc-confirm question="Take it back?" yes="Yes, take it back" @confirmed=${() => this.revoke(answer.id)}>Take it back</nc-confirm>`}
    </section>`;
  }

  private async load(): Promise<void> {
    [this.review, this.viewpoints] = await Promise.all([
      client.review(this.request),
      client.viewpoints(),
    ]);
  }

  private async make(event: SubmitEvent, camera: string): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const at = (name: string): string => fromLocal(String(form.get(name)));
    await this.doing(async () => {
      const made = await client.makeClip(this.request, {
        camera,
        start: at("start"),
        end: form.has("still") ? null : at("end"),
        faces: form.has("faces"),
        plates: form.has("plates"),
        moving: form.has("moving"),
      });
      const address = await client.madeClip(this.request, made.id);
      this.clips = [...this.clips.filter((each) => each.made.id !== made.id), { made, address }];
      announcement.value = "The clip is made: look at it";
    });
  }

  private leaveOut(id: string): void {
    for (const { made, address } of this.clips) if (made.id === id) URL.revokeObjectURL(address);
    this.clips = this.clips.filter(({ made }) => made.id !== id);
  }

  private async answer(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    const chosen = (event.submitter as HTMLButtonElement | null)?.value === "tip" ? "tip" : "approve";
    const wish: AnswerWish = {
      answer: chosen,
      confirm: true,
      contact: text("contact"),
      holds_originals: form.has("holds"),
      clips: chosen === "approve" ? this.clips.map(({ made }) => made.id) : [],
      ...(text("text") === "" ? {} : { text: text("text") }),
      ...(text("pin") === "" ? {} : { pin: text("pin") }),
    };
    await this.say(wish, "Your answer waits for this home's next capsule");
  }

  private say(wish: AnswerWish, said: string): Promise<void> {
    return this.doing(async () => {
      await client.answer(this.request, wish);
      this.drop();
      await this.load();
      announcement.value = said;
    });
  }

  private async write(event: SubmitEvent, answer: string): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = String(form.get("text") ?? "").trim();
    const pin = form.has("pin") ? { pin: String(form.get("pin")) } : {};
    await this.doing(async () => {
      await client.writeAgain(this.request, answer, { text, ...pin });
      await this.load();
    });
  }

  private revoke(answer: string): Promise<void> {
    return this.doing(async () => {
      const { reach } = await client.revokeAnswer(this.request, answer);
      await this.load();
      this.done = takenBackWords(reach);
    });
  }

  private drop(): void {
    for (const { address } of this.clips) URL.revokeObjectURL(address);
    this.clips = [];
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.problem = this.done = "";
    this.working = true;
    try {
      await action();
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.working = false;
    }
  }
}
