import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Problem, sentence, words } from "../api/client";
import type { CameraProbe, NewCamera, Onvif } from "../api/types";
import { client, home } from "../state/session";
import "../ui/dialog";
import { icon } from "../ui/icon";
import { base, buttons, fields } from "../ui/styles";
import "./find-cameras";
import type { FoundStreams } from "./find-cameras";
import "./move-in";
import { slugOf } from "./words";

type Field = "name" | "main_url" | "sub_url" | "username" | "password";
const FIELDS: readonly string[] = ["name", "main_url", "sub_url", "username", "password"];

/** A form for one more camera, by address or found on the network, with a test picture. */
@customElement("nc-camera-add")
export class CameraAdd extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      nc-dialog {
        --dialog-width: 600px;
      }
      .result {
        overflow: hidden;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
      }
      .result img {
        display: block;
        width: 100%;
        max-height: 300px;
        object-fit: contain;
        background: var(--stage);
      }
      .result p {
        padding: var(--space-2) var(--space-4);
        font-size: var(--text-s);
        color: var(--good);
        font-weight: 550;
      }
      details {
        margin-top: var(--space-4);
      }
      summary {
        cursor: pointer;
        font-size: var(--text-s);
        font-weight: 550;
      }
      details[open] summary {
        margin-bottom: var(--space-3);
      }
      hr {
        width: 100%;
        margin: 0;
        border: 0;
        border-top: 1px solid var(--line);
      }
    `,
  ];

  @state() private values: Record<Field, string> = {
    name: "",
    main_url: "",
    sub_url: "",
    username: "",
    password: "",
  };
  @state() private problems: Partial<Record<Field | "", string>> = {};
  @state() private probe: CameraProbe | null = null;
  @state() private busy: "" | "test" | "save" = "";
  private onvif: Onvif | null = null;

  override render(): TemplateResult {
    return html`<nc-dialog
      footer
      heading="Add a camera"
      @close=${() => this.dispatchEvent(new CustomEvent("close"))}
    >
      <form class="stack" @submit=${this.submit} id="form">
        <nc-find-cameras
          .username=${this.values.username}
          .password=${this.values.password}
          @found=${(event: CustomEvent<FoundStreams>) => this.take(event.detail)}
        ></nc-find-cameras>
        <hr />
        ${this.renderField("name", "Name", "Front door")}
        ${this.renderField("main_url", "Address", "rtsp://192.168.1.20/stream1")}
        <div class="pair">
          ${this.renderField("username", "User", "")}
          ${this.renderField("password", "Password", "", "password")}
        </div>
        ${this.renderField(
          "sub_url",
          "Small stream (if it has one)",
          "rtsp://192.168.1.20/stream2",
          "text",
          "A second, smaller stream saves most of the work of finding motion.",
        )}
        <div aria-live="polite" class="stack">${this.renderResult()}</div>
      </form>
      <details class="stack">
        <summary>Moving in from Frigate?</summary>
        <nc-move-in @done=${() => this.dispatchEvent(new CustomEvent("close"))}></nc-move-in>
      </details>
      <button slot="footer" class="test" ?disabled=${this.busy !== ""} @click=${this.test}>
        ${icon("play")}${this.busy === "test" ? "Testing…" : "Test"}
      </button>
      <button
        slot="footer"
        class="primary push save"
        ?disabled=${this.busy !== ""}
        @click=${this.save}
      >
        ${this.busy === "save" ? "Adding…" : "Add camera"}
      </button>
    </nc-dialog>`;
  }

  private renderField(
    field: Field,
    label: string,
    placeholder: string,
    type = "text",
    hint = "",
  ): TemplateResult {
    const problem = this.problems[field] ?? "";
    return html`<label>
      ${label}
      <input
        name=${field}
        type=${type}
        .value=${this.values[field]}
        placeholder=${placeholder}
        autocomplete=${type === "password" ? "new-password" : "off"}
        autocapitalize="off"
        spellcheck="false"
        aria-invalid=${problem !== ""}
        @input=${(event: Event) => this.set(field, (event.target as HTMLInputElement).value)}
      />
      ${hint === "" ? nothing : html`<span class="hint">${hint}</span>`}
      ${problem === "" ? nothing : html`<span class="problem" role="alert">${problem}</span>`}
    </label>`;
  }

  private renderResult(): TemplateResult | typeof nothing {
    const general = this.problems[""];
    if (general !== undefined) return html`<p class="notice" role="alert">${general}</p>`;
    const { probe } = this;
    if (probe === null) return nothing;
    if (!probe.ok)
      return html`<p class="notice" role="alert">
        ${sentence(probe.reason) || "The camera does not answer."}
      </p>`;
    return html`<figure class="result">
      ${probe.picture === null ? nothing : html`<img src="data:image/jpeg;base64,${probe.picture}" alt="Picture of the camera, just now" />`}
      <p>It works: ${formatWords(probe)}</p>
    </figure>`;
  }

  private set(field: Field, value: string): void {
    this.values = { ...this.values, [field]: value };
    const { [field]: _mended, ...problems } = this.problems;
    this.problems = problems;
  }

  private take(found: FoundStreams): void {
    this.onvif = found.onvif;
    this.values = {
      ...this.values,
      name: this.values.name || found.name,
      main_url: found.main_url,
      sub_url: found.sub_url ?? "",
      username: found.username ?? this.values.username,
      password: found.password ?? this.values.password,
    };
    this.problems = {};
    this.probe = null;
  }

  private submit(event: Event): void {
    event.preventDefault();
    void this.save();
  }

  private test(): Promise<void> {
    return this.doing("test", async () => {
      const { main_url, username, password } = this.wish();
      this.probe = await client.testCamera({ main_url, username, password });
    });
  }

  private save(): Promise<void> {
    return this.doing("save", async () => {
      if (this.values.name.trim() === "")
        throw new Problem(0, "Give the camera a name.", "", "name");
      await client.addCamera(this.wish());
      this.dispatchEvent(new CustomEvent("close"));
    });
  }

  private wish(): NewCamera {
    const filled = (field: Field) => this.values[field].trim() || null;
    const main_url = filled("main_url");
    if (main_url === null) throw new Problem(0, "Type the camera's address.", "", "main_url");
    const name = this.values.name.trim();
    return {
      id: slugOf(
        name,
        home.value.cameras.map(({ id }) => id),
      ),
      name,
      main_url,
      sub_url: filled("sub_url"),
      username: filled("username"),
      password: this.values.password || null,
      onvif: this.onvif,
    };
  }

  private async doing(what: "test" | "save", action: () => Promise<void>): Promise<void> {
    if (this.busy !== "") return;
    this.busy = what;
    this.problems = {};
    this.probe = null;
    try {
      await action();
    } catch (error) {
      const field = error instanceof Problem ? error.field : null;
      this.problems = { [FIELDS.includes(field ?? "") ? (field as Field) : ""]: words(error) };
    } finally {
      this.busy = "";
    }
    await this.updateComplete;
    this.renderRoot
      .querySelector(".problem, .notice, .result")
      ?.scrollIntoView({ block: "nearest" });
  }
}

function formatWords(probe: CameraProbe): string {
  const parts = [
    probe.width && probe.height ? `${probe.width} × ${probe.height}` : "",
    probe.fps ? `${Math.round(probe.fps)} pictures a second` : "",
    probe.codec?.toUpperCase() ?? "",
    probe.has_audio ? "with sound" : "",
  ];
  return parts.filter(Boolean).join(", ");
}
