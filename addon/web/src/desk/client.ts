/** The only module of this page that talks to the desk's server, on this machine. */

import { Problem, sentence } from "../api/client";
import type {
  AlertDraft,
  Alerts,
  Carried,
  Case,
  Cases,
  DeskState,
  Draft,
  Examined,
  ExaminedAlert,
  Form,
  LinkView,
  Signed,
  Verdict,
  Warnings,
} from "./types";

const part = encodeURIComponent;
const casePath = (id: string): string => `api/cases/${part(id)}`;
const answerPath = (id: string, answer: string): string => `${casePath(id)}/answers/${part(answer)}`;
const clipPath = (id: string, answer: string, number: number): string =>
  `${answerPath(id, answer)}/clips/${number}`;

interface Said {
  readonly text: string;
}

export class DeskClient {
  /** Told of every refusal: the session may be over, or the desk locked. */
  refused: (problem: Problem) => void = () => {};

  enter = (token: string): Promise<void> => this.send("POST", "api/session", { token });
  state = (): Promise<DeskState> => this.send("GET", "api/state");
  makeKeys = (passphrase: string): Promise<void> => this.send("POST", "api/keys", { passphrase });
  unlock = (passphrase: string, pin: string): Promise<void> =>
    this.send("POST", "api/unlock", { passphrase, pin });
  lock = (): Promise<void> => this.send("POST", "api/lock");
  changePassphrase = (old: string, next: string): Promise<void> =>
    this.send("POST", "api/passphrase", { old, new: next });

  setHub = (text: string, hub: string): Promise<Said> => this.send("POST", "api/hub", { text, hub });
  makeKey = (role: string, name: string): Promise<Carried> =>
    this.send("POST", "api/key", { role, name });
  dropKey = (): Promise<void> => this.send("DELETE", "api/key");
  accept = (text: string): Promise<Said> => this.send("POST", "api/certificate", { text });
  makeRoot = (): Promise<void> => this.send("POST", "api/root");
  signRecord = (record: object): Promise<Carried> => this.send("POST", "api/record", record);
  apply = (text: string): Promise<Said> => this.send("POST", "api/application", { text });
  readKey = (text: string): Promise<{ role: string; name: string }> =>
    this.send("POST", "api/key-requests", { text });
  certify = (text: string): Promise<Carried> => this.send("POST", "api/certificates", { text });
  revoke = (sha256: string): Promise<Carried> => this.send("POST", "api/revocations", { sha256 });
  publish = (text: string): Promise<Said> => this.send("POST", "api/revocation", { text });

  form = (): Promise<Form> => this.send("GET", "api/form");
  examine = (draft: Draft): Promise<Examined> => this.send("POST", "api/drafts", draft);
  sign = (draft: Draft): Promise<Signed> => this.send("POST", "api/requests", draft);
  readLink = (text: string): Promise<LinkView> => this.send("POST", "api/links", { text });
  countersign = (text: string): Promise<Signed> =>
    this.send("POST", "api/countersignatures", { text });
  submit = (text: string): Promise<Said> => this.send("POST", "api/submissions", { text });

  alerts = (): Promise<Alerts> => this.send("GET", "api/alerts");
  examineAlert = (draft: AlertDraft, before: string): Promise<ExaminedAlert> =>
    this.send("POST", "api/alert-drafts", { draft, before });
  warn = (draft: AlertDraft, before: string): Promise<Said> =>
    this.send("POST", "api/alerts", { draft, before });
  cancelAlert = (id: string): Promise<Said> =>
    this.send("POST", `api/alerts/${part(id)}/cancellation`);
  sendAgain = (id: string): Promise<Said> => this.send("POST", `api/alerts/${part(id)}/sending`);

  cases = (): Promise<Cases> => this.send("GET", "api/cases");
  case = (id: string): Promise<Case> => this.send("GET", casePath(id));
  collect = (id: string): Promise<{ homes: number; fresh: number; missed: number }> =>
    this.send("POST", `${casePath(id)}/collection`);
  deliver = (id: string): Promise<void> => this.send("POST", `${casePath(id)}/delivery`);
  end = (id: string, how: string): Promise<void> =>
    this.send("POST", `${casePath(id)}/ending`, { how });
  outcome = (id: string, result: string, text: string): Promise<void> =>
    this.send("POST", `${casePath(id)}/outcome`, { result, text });
  beforeDeletion = (id: string): Promise<Warnings> => this.send("GET", `${casePath(id)}/deletion`);
  remove = (id: string, fate: string): Promise<void> =>
    this.send("POST", `${casePath(id)}/deletion`, { fate });
  ask = (id: string, answer: string, text: string): Promise<void> =>
    this.send("POST", `${answerPath(id, answer)}/questions`, { text });
  erase = (id: string, answer: string): Promise<void> =>
    this.send("DELETE", answerPath(id, answer));
  copied = (id: string, answer: string, number: number): Promise<void> =>
    this.send("POST", `${clipPath(id, answer, number)}/evidence`);
  openClip = (id: string, answer: string, number: number): Promise<Blob> =>
    this.bytes(`${clipPath(id, answer, number)}/opening`);
  copyClip = (id: string, answer: string, number: number): Promise<Blob> =>
    this.bytes(`${clipPath(id, answer, number)}/copy`);
  bundle = (id: string, answer: string, number: number): Promise<Blob> =>
    this.bytes(`${clipPath(id, answer, number)}/bundle`);

  async verify(bundle: Blob): Promise<Verdict> {
    const answer = await this.request("POST", "api/verification", bundle);
    return (await answer.json()) as Verdict;
  }

  private async bytes(path: string): Promise<Blob> {
    return (await this.request("POST", path)).blob();
  }

  private async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.request(method, path, body === undefined ? null : JSON.stringify(body));
    const text = await answer.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  private async request(
    method: string,
    path: string,
    body: BodyInit | null = null,
  ): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(new URL(path, document.baseURI), { method, body, credentials: "same-origin" });
    } catch {
      throw new Problem(0, "The desk does not answer. Does `neighborcam agency` still run?");
    }
    if (answer.ok) return answer;
    const problem = await problemOf(answer);
    this.refused(problem);
    throw problem;
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const { error } = (await answer.json()) as {
      error: { code: string; message: string; field?: string };
    };
    return new Problem(answer.status, sentence(error.message), error.code, error.field ?? null);
  } catch {
    return new Problem(answer.status, `The desk answered with error ${answer.status}.`);
  }
}
