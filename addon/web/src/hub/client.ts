/** The only module that talks to the hub. Every path is relative to the page's own address. */

import { Problem, sentence } from "../api/client";
import { canonical } from "./messages";
import type {
  Agency,
  Application,
  Case,
  Feature,
  HubEvent,
  HubView,
  OfficeWish,
  MediaItem,
  PublishedComment,
  Review,
  ShareWish,
  Statement,
  Statistics,
  TableTold,
  TakedownAsked,
  TakedownState,
  Verdict,
  Warning,
} from "./types";

const part = encodeURIComponent;
const agencyPath = (id: string): string => `api/steward/agencies/${part(id)}`;
const applicationPath = (id: string): string => `api/steward/applications/${part(id)}`;
const reviewPath = (sha256: string): string => `api/steward/requests/${part(sha256)}`;
const warningPath = (sha256: string): string => `api/steward/agency-alerts/${part(sha256)}`;
const alertPath = (id: string): string => `api/alerts/${part(id)}`;

export class HubClient {
  /** The pass of the day; null shows public alerts only. */
  pass: string | null = null;

  constructor(private readonly base: string = document.baseURI) {}

  hub = (): Promise<HubView> => this.get("api/hub");
  statistics = (): Promise<Statistics> => this.get("api/statistics");

  checkpoint = async (): Promise<string> => (await this.ask("log/checkpoint")).text();
  /** A file of the public log; files never change, so the browser may keep them. */
  logFile = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await (await this.ask(path)).arrayBuffer());
  census = async (): Promise<string> => (await this.ask("api/census")).text();
  inventory = (): Promise<readonly TableTold[]> => this.get("api/inventory");

  /** The public alerts; `fresh` asks past what the browser kept. */
  async publicAlerts(fresh: boolean): Promise<readonly Feature[]> {
    const answer = await this.ask("feeds/alerts.geojson", { cache: fresh ? "reload" : "default" });
    return ((await answer.json()) as { features: Feature[] }).features;
  }

  alert = (id: string): Promise<HubEvent> => this.get(alertPath(id));
  async comments(id: string): Promise<readonly PublishedComment[]> {
    return (await this.get<{ comments: PublishedComment[] }>(`${alertPath(id)}/comments`)).comments;
  }

  /** A picture or clip as an object URL; whoever asks revokes it. */
  async media(alert: string, item: MediaItem): Promise<string> {
    const answer = await this.ask(`${alertPath(alert)}/media/${part(item.sha256)}`);
    return URL.createObjectURL(await answer.blob());
  }

  takeDown = (wish: object): Promise<{ code: string; hidden: boolean }> =>
    this.post("api/takedowns", canonical(wish));
  takedownState = (code: string): Promise<TakedownState> =>
    this.send("api/takedown-states", { code });
  appealTakedown = (code: string, reason: string): Promise<void> =>
    this.send("api/takedown-appeals", { code, reason });
  /** Have stewards look at an alert or comment. */
  report = (subject: string, reason: string): Promise<void> =>
    this.send("api/reports", { subject, reason });
  async statements(alert: string): Promise<readonly Statement[]> {
    return (await this.get<{ statements: Statement[] }>(`${alertPath(alert)}/statements`)).statements;
  }

  openFeed(region: string, after: number | null): WebSocket {
    const query = after === null ? { region } : { region, after: String(after) };
    const address = new URL(`api/feed?${new URLSearchParams(query)}`, this.base);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    return new WebSocket(address);
  }

  registration = (code: string, name: string): Promise<Record<string, unknown>> =>
    this.send("api/steward/registration", { code, name });
  register = (
    code: string,
    name: string,
    recipient: string,
    credential: object,
  ): Promise<{ name: string }> =>
    this.send("api/steward/register", { code, name, recipient, credential });
  loginOptions = (): Promise<Record<string, unknown>> => this.send("api/steward/login-options");
  logIn = (credential: object): Promise<{ name: string }> =>
    this.send("api/steward/login", { credential });
  logOut = (): Promise<void> => this.send("api/steward/logout");
  steward = (): Promise<{ name: string }> => this.get("api/steward");
  cases = (): Promise<readonly Case[]> => this.get("api/steward/cases");
  decide = (id: string, verdict: Verdict, rule: string, fact: string): Promise<void> =>
    this.send(`api/steward/cases/${part(id)}/decision`, { verdict, rule, fact });
  /** Who asked for a picture's removal, as far as they said. */
  takedowns = (id: string): Promise<readonly TakedownAsked[]> =>
    this.get(`api/steward/cases/${part(id)}/takedowns`);
  /** Give a share; the second one of a case names the household. */
  giveShare = (id: string, share: ShareWish): Promise<{ household: string }> =>
    this.send(`api/steward/cases/${part(id)}/shares`, share);
  /** Delete the account that this share named, with another steward's. */
  closeAccount = (id: string, share: ShareWish): Promise<void> =>
    this.send(`api/steward/cases/${part(id)}/account-closure`, share);
  agencies = (): Promise<readonly Agency[]> => this.get("api/agencies");
  applications = (): Promise<readonly Application[]> => this.get("api/steward/applications");
  checkDomain = (id: string): Promise<void> => this.send(`${applicationPath(id)}/domain-check`);
  callBack = (id: string, directory: string): Promise<void> =>
    this.send(`${applicationPath(id)}/call-back`, { directory });
  approveAgency = (id: string, credential: object): Promise<void> =>
    this.send(`${applicationPath(id)}/approval`, { credential });
  refuseApplication = (id: string, rule: string, fact: string): Promise<void> =>
    this.send(`${applicationPath(id)}/refusal`, { rule, fact });
  suspend = (agency: string, reason: string, fact: string): Promise<void> =>
    this.send(`${agencyPath(agency)}/suspension`, { reason, fact });
  restore = (agency: string, fact: string, credential: object): Promise<{ done: boolean }> =>
    this.send(`${agencyPath(agency)}/restoration`, { fact, credential });
  renew = (agency: string, until: string, credential: object): Promise<{ done: boolean }> =>
    this.send(`${agencyPath(agency)}/renewal`, { until, credential });
  /** Say in public that this steward is close to an agency. */
  declareInterest = (agency: string): Promise<void> =>
    this.send(`${agencyPath(agency)}/interest`);
  warnings = (): Promise<readonly Warning[]> => this.get("api/steward/agency-alerts");
  approveWarning = (sha256: string, credential: object): Promise<void> =>
    this.send(`${warningPath(sha256)}/approval`, { credential });
  refuseWarning = (sha256: string, rule: string, fact: string): Promise<void> =>
    this.send(`${warningPath(sha256)}/refusal`, { rule, fact });
  reviews = (): Promise<readonly Review[]> => this.get("api/steward/requests");
  approveRequest = (sha256: string, credential: object): Promise<void> =>
    this.send(`${reviewPath(sha256)}/approval`, { credential });
  refuseRequest = (sha256: string, rule: string, fact: string): Promise<void> =>
    this.send(`${reviewPath(sha256)}/refusal`, { rule, fact });
  /** What a passkey has to sign; the hub makes the challenge of kind and subject. */
  approvalOptions = (kind: string, subject: string): Promise<Record<string, unknown>> =>
    this.send("api/steward/approval-options", { kind, subject });
  /** Say in public that somebody demanded data, and what was given. */
  enterDemand = (kind: string, given: string): Promise<void> =>
    this.send("api/steward/legal-demands", { kind, given });
  inviteHousehold = (): Promise<{ link: string }> => this.send("api/steward/invites");
  inviteSteward = (name: string): Promise<{ link: string }> =>
    this.send("api/steward/stewards", { name });
  /** Lay down the office, or want that another's ends. */
  removeSteward = (name: string): Promise<void> => this.send("api/steward/removals", { name });
  offices = (): Promise<readonly OfficeWish[]> => this.get("api/steward/offices");
  confirmOffice = (id: string): Promise<void> =>
    this.send(`api/steward/offices/${part(id)}/confirmation`);
  async withdrawOffice(id: string): Promise<void> {
    await this.ask(`api/steward/offices/${part(id)}`, { method: "DELETE" });
  }

  private async get<T>(path: string): Promise<T> {
    return (await (await this.ask(path)).json()) as T;
  }

  private send<T>(path: string, body?: unknown): Promise<T> {
    return this.post(path, body === undefined ? null : JSON.stringify(body));
  }

  private async post<T>(path: string, body: string | null): Promise<T> {
    const headers = { "Content-Type": "application/json" };
    const answer = await this.ask(path, { method: "POST", body, headers });
    const text = await answer.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  private async ask(path: string, more: RequestInit = {}): Promise<Response> {
    const headers = new Headers(more.headers);
    // The feeds are for everybody, and a steward is known by a cookie: neither needs the pass.
    const needsPass = path.startsWith("api/alerts/") || path === "api/reports";
    if (this.pass !== null && needsPass)
      headers.set("Authorization", `Pass ${this.pass}`);
    let answer: Response;
    try {
      answer = await fetch(new URL(path, this.base), { ...more, headers });
    } catch {
      const text = navigator.onLine
        ? "The hub does not answer. It may be restarting: try again in a minute."
        : "You are offline.";
      throw new Problem(0, text);
    }
    if (answer.ok) return answer;
    throw await problemOf(answer);
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const { error } = (await answer.json()) as {
      error: { code: string; message: string; field?: string };
    };
    const { code, message, field } = error;
    return new Problem(answer.status, sentence(message), code, field ?? null);
  } catch {
    // What stands before a hub answers so while no hub is behind it.
    const waits = [502, 503, 504].includes(answer.status);
    const text = waits
      ? "The hub restarts, or is overloaded: try again in a minute."
      : `The hub answered with error ${answer.status}.`;
    return new Problem(answer.status, text);
  }
}
