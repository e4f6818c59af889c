/** The only module that talks to the network. Every path is relative to the page's own address. */

import type {
  AlertChange,
  AlertComment,
  AlertDraft,
  AlertPreview,
  DiaryLine,
  MadePicture,
  NeighbourAlert,
  PictureOrder,
  Reaction,
  Sharing,
  Wishes,
  OwnAlert,
  Statement,
} from "./neighbours";
import type {
  Agency,
  AgencyRequest,
  AnswerWish,
  LetterWish,
  TakenBack,
  ClipOrder,
  Hold,
  MadeClip,
  MuteWishes,
  Review,
  Viewpoint,
} from "./requests";
import type {
  CameraPatch,
  CameraProbe,
  CameraTest,
  CameraView,
  EngineSettings,
  Episode,
  FoundDevice,
  Info,
  Moved,
  MoveWish,
  NewCamera,
  OnvifProfile,
  PairingCode,
  Scope,
  Signed,
  StorageReport,
  Timeline,
  TokenView,
  Visit,
} from "./types";

/** An answer that is not a success, or none at all (status 0). `message` is for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code = "",
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

export interface EpisodeFilter {
  readonly start: number;
  readonly end: number;
  readonly before?: string;
  readonly camera?: string;
  readonly label?: string;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const part = encodeURIComponent;
const iso = (at: number): string => new Date(at).toISOString();
const camera = (id: string): string => `api/cameras/${part(id)}`;
const alert = (id: string): string => `api/alerts/${part(id)}`;
const request = (id: string): string => `api/requests/${part(id)}`;
const episode = (id: string): string => `api/episodes/${part(id)}`;

/** Paths of pictures and clips; `Client.picture` and `Client.sign` turn them into what a page can show. */
export const media = {
  snapshot: (id: string): string => `${camera(id)}/snapshot.jpg`,
  clip: (id: string, start: number, end: number): string =>
    withQuery(`${camera(id)}/clip.mp4`, { start: iso(start), end: iso(end) }),
  live: (id: string, stream: "main" | "sub"): string => withQuery(`${camera(id)}/live`, { stream }),
  thumbnail: (id: string): string => `${episode(id)}/thumbnail.jpg`,
  preview: (id: string): string => `${episode(id)}/preview.jpg`,
  episodeClip: (id: string): string => `${episode(id)}/clip.mp4`,
};

function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return path;
  return `${path}?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

export class Client {
  /** Called when the engine no longer accepts the token. */
  onRefused: () => void = () => {};

  constructor(
    public token: string | null,
    private readonly base: string = document.baseURI,
  ) {}

  cameras = (): Promise<CameraView[]> => this.get("api/cameras");
  addCamera = (wish: NewCamera): Promise<CameraView> => this.send("POST", "api/cameras", wish);
  changeCamera = (id: string, patch: CameraPatch): Promise<CameraView> =>
    this.send("PATCH", camera(id), patch);
  removeCamera = (id: string): Promise<void> => this.send("DELETE", camera(id));
  testCamera = (wish: CameraTest): Promise<CameraProbe> =>
    this.send("POST", "api/cameras/test", wish);
  moveIn = (wish: MoveWish): Promise<Moved> => this.send("POST", "api/cameras/import", wish);
  discover = (): Promise<FoundDevice[]> => this.send("POST", "api/discover");
  profiles = (device: {
    host: string;
    port: number;
    username: string | null;
    password: string | null;
  }): Promise<OnvifProfile[]> => this.send("POST", "api/onvif/profiles", device);

  timeline = (id: string, start: number, end: number): Promise<Timeline> =>
    this.get(`${camera(id)}/timeline`, { start: iso(start), end: iso(end) });
  episodes = ({ start, end, ...rest }: EpisodeFilter): Promise<Episode[]> =>
    this.get("api/episodes", { start: iso(start), end: iso(end), limit: 100, ...rest });
  episode = (id: string): Promise<Episode> => this.get(episode(id));
  hold = (id: string): Promise<void> => this.send("PUT", `${episode(id)}/hold`);
  release = (id: string): Promise<void> => this.send("DELETE", `${episode(id)}/hold`);
  deleteEpisode = (id: string): Promise<void> => this.send("DELETE", episode(id));

  settings = (): Promise<EngineSettings> => this.get("api/settings");
  changeSettings = (patch: Partial<EngineSettings>): Promise<EngineSettings> =>
    this.send("PATCH", "api/settings", patch);
  storage = (): Promise<StorageReport> => this.get("api/storage");
  tokens = (): Promise<TokenView[]> => this.get("api/tokens");
  revoke = (id: string): Promise<void> => this.send("DELETE", `api/tokens/${part(id)}`);
  info = (): Promise<Info> => this.get("api/info");
  visit = (): Promise<Visit> => this.send("POST", "api/visit");
  newPairing = (scope: Scope): Promise<PairingCode> => this.send("POST", "api/pairing", { scope });
  pair = (code: string, name: string): Promise<{ token: string; scope: Scope }> =>
    this.send("POST", "api/pair", { code, name });

  join = (invite: string, latitude: number, longitude: number): Promise<Sharing> =>
    this.send("POST", "api/sharing/join", { invite, latitude, longitude });
  leave = (anyway: boolean): Promise<void> => this.send("POST", "api/sharing/leave", { anyway });
  diary = (): Promise<DiaryLine[]> => this.get("api/sharing/diary");
  wishes = (): Promise<Wishes> => this.get("api/sharing/preferences");
  wish = (wishes: Wishes): Promise<Wishes> => this.send("PUT", "api/sharing/preferences", wishes);
  inviteNeighbour = (): Promise<{ link: string }> => this.send("POST", "api/sharing/invites");
  ownAlerts = (): Promise<OwnAlert[]> => this.get("api/sharing/alerts");
  statements = (id: string): Promise<Statement[]> => this.get(`${alert(id)}/statements`);
  appeal = (id: string, reason: string): Promise<void> =>
    this.send("POST", `${alert(id)}/appeal`, { reason });
  hubPage = (): Promise<{ url: string }> => this.send("POST", "api/sharing/hub-page");
  makePicture = (order: PictureOrder): Promise<MadePicture> =>
    this.send("POST", "api/sharing/pictures", order);
  /** The exact bytes that would leave, as an object URL. */
  madePicture = (id: string): Promise<string> => this.picture(`api/sharing/pictures/${part(id)}`);
  trust = (reason: string, anew: boolean): Promise<Sharing> =>
    this.send("POST", "api/sharing/trust", { reason, anew });
  publish = (draft: AlertDraft): Promise<NeighbourAlert> => this.send("POST", "api/alerts", draft);
  preview = (draft: AlertDraft): Promise<AlertPreview> =>
    this.send("POST", "api/alerts/preview", draft);
  updateAlert = (id: string, change: AlertChange): Promise<NeighbourAlert> =>
    this.send("POST", `${alert(id)}/update`, change);
  /** Have stewards look at an alert, or at a comment below it. */
  report = (id: string, reason: string, comment?: string): Promise<void> =>
    this.send("POST", `${alert(id)}/flags`, {
      reason,
      ...(comment === undefined ? {} : { comment }),
    });
  cancelAlert = (id: string): Promise<void> => this.send("POST", `${alert(id)}/cancel`);
  react = (id: string, kind: Reaction): Promise<void> =>
    this.send("POST", `${alert(id)}/reactions`, { kind });
  comments = (id: string): Promise<AlertComment[]> => this.get(`${alert(id)}/comments`);
  comment = (id: string, text: string): Promise<void> =>
    this.send("POST", `${alert(id)}/comments`, { text });

  requests = (): Promise<AgencyRequest[]> => this.get("api/requests");
  review = (id: string): Promise<Review> => this.get(request(id));
  makeClip = (id: string, order: ClipOrder): Promise<MadeClip> =>
    this.send("POST", `${request(id)}/clips`, order);
  /** The exact bytes that would leave, as an object URL. */
  madeClip = (id: string, clip: string): Promise<string> =>
    this.picture(`${request(id)}/clips/${part(clip)}`);
  answer = (id: string, wish: AnswerWish): Promise<void> =>
    this.send("POST", `${request(id)}/answer`, wish);
  writeAgain = (id: string, answer: string, wish: LetterWish): Promise<void> =>
    this.send("POST", `${request(id)}/answers/${part(answer)}/letters`, wish);
  revokeAnswer = (id: string, answer: string): Promise<TakenBack> =>
    this.send("DELETE", `${request(id)}/answers/${part(answer)}`);
  viewpoints = (): Promise<Viewpoint[]> => this.get("api/sharing/viewpoints");
  place = (viewpoints: readonly Viewpoint[]): Promise<Viewpoint[]> =>
    this.send("PUT", "api/sharing/viewpoints", { viewpoints });
  agencies = (): Promise<Agency[]> => this.get("api/agencies");
  /** Object to an agency in its notice; nobody learns who it was. */
  objectTo = (agency: string): Promise<void> =>
    this.send("POST", `api/agencies/${part(agency)}/veto`);
  holds = (): Promise<Hold[]> => this.get("api/sharing/holds");
  letGo = (hold: string): Promise<void> => this.send("DELETE", `api/sharing/holds/${part(hold)}`);
  muted = (): Promise<MuteWishes> => this.get("api/sharing/muted");
  mute = (wish: MuteWishes): Promise<MuteWishes> => this.send("PUT", "api/sharing/muted", wish);
  setPin = (pin: string | null, old: string | null): Promise<void> =>
    this.send("PUT", "api/sharing/pin", { pin, old });

  /** An absolute address that works without the token for a few minutes: for <video> and downloads. */
  async sign(path: string, ttl_s = 900): Promise<string> {
    const signed = await this.send<Signed>("POST", "api/sign", { path: `/${path}`, ttl_s });
    return new URL(signed.url.replace(/^\/+/, ""), this.base).href;
  }

  /** A picture as an object URL; whoever asks revokes it. */
  async picture(path: string): Promise<string> {
    const answer = await this.fetch("GET", path);
    return URL.createObjectURL(await answer.blob());
  }

  /** Why a signed address cannot be had; null when the engine would send it. */
  async reasonOf(address: string): Promise<string | null> {
    try {
      const answer = await fetch(address, { headers: { Range: "bytes=0-0" } });
      return answer.ok ? null : (await problemOf(answer)).message;
    } catch {
      return "The engine does not answer. Is it running?";
    }
  }

  /** The socket of everything that changes; the first message must be the token. */
  openChanges(): WebSocket {
    return new WebSocket(socketAddress(new URL("api/ws", this.base)));
  }

  /** The socket of one camera's live video. */
  async openLive(id: string, stream: "main" | "sub"): Promise<WebSocket> {
    const socket = new WebSocket(
      socketAddress(new URL(await this.sign(media.live(id, stream), 60))),
    );
    socket.binaryType = "arraybuffer";
    return socket;
  }

  private async get<T>(path: string, query: Query = {}): Promise<T> {
    return (await (await this.fetch("GET", withQuery(path, query))).json()) as T;
  }

  private async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.fetch(method, path, body);
    const text = await answer.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  private async fetch(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.token !== null) headers.Authorization = `Bearer ${this.token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer: Response;
    try {
      answer = await fetch(new URL(path, this.base), {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
    } catch {
      throw new Problem(0, "The engine does not answer. Is it running?");
    }
    if (answer.ok) return answer;
    if (answer.status === 401 && this.token !== null) this.onRefused();
    throw await problemOf(answer);
  }
}

function socketAddress(url: URL): URL {
  const address = new URL(url);
  address.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

async function problemOf(answer: Response): Promise<Problem> {
  const fallback = `The engine answered with error ${answer.status}.`;
  try {
    const { error } = (await answer.json()) as {
      error: { code: string; message: string; field?: string };
    };
    return new Problem(answer.status, sentence(error.message), error.code, error.field ?? null);
  } catch {
    return new Problem(answer.status, fallback);
  }
}

/** "the address is wrong" → "The address is wrong." */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return trimmed;
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** What went wrong, for a person. */
export function words(error: unknown): string {
  return error instanceof Problem ? error.message : "Something in this page failed. Reload it.";
}
