/** What the page knows of the home, and how each message changes it. Pure. */

import type { NeighbourAlert, Sharing } from "../api/neighbours";
import type { AgencyRequest } from "../api/requests";
import type {
  CameraView,
  Changes,
  EngineSettings,
  Episode,
  News,
  OpenEpisode,
  ServerMessage,
  Snapshot,
} from "../api/types";

export interface Home {
  readonly connection: "connecting" | "online" | "lost";
  readonly cameras: readonly CameraView[];
  /** Newest first; those that last have no end. */
  readonly episodes: readonly Episode[];
  readonly settings: EngineSettings | null;
  /** Why a camera does not record, by camera. */
  readonly unrecorded: Readonly<Record<string, string>>;
  readonly sharing: Sharing;
  /** Newest first. */
  readonly alerts: readonly NeighbourAlert[];
  readonly requests: readonly AgencyRequest[];
}

export const EMPTY: Home = {
  connection: "connecting",
  cameras: [],
  episodes: [],
  settings: null,
  unrecorded: {},
  sharing: { state: "off", hub: null, waiting: 0, problem: "" },
  alerts: [],
  requests: [],
};

export function reduce(home: Home, message: ServerMessage): Home {
  if (message.type === "snapshot") return fromSnapshot(home, message);
  if (message.type === "changes") return fromChanges(home, message);
  return home;
}

/**
 * Episodes asked for are newer than what we know, but for those that began since, or ended
 * while the answer was on its way: what has ended does not last again.
 */
export function withEpisodes(home: Home, rows: readonly Episode[]): Home {
  const known = new Map(home.episodes.map((episode) => [episode.id, episode]));
  for (const row of rows) {
    const ended = row.ended_at ?? known.get(row.id)?.ended_at ?? null;
    known.set(row.id, { ...row, ended_at: ended });
  }
  return { ...home, episodes: sorted([...known.values()]) };
}

export function withoutEpisode(home: Home, id: string): Home {
  return { ...home, episodes: home.episodes.filter((episode) => episode.id !== id) };
}

export function isMoving(home: Home, camera: string): boolean {
  return home.episodes.some((episode) => episode.camera === camera && episode.ended_at === null);
}

export function cameraName(home: Home, id: string): string {
  return home.cameras.find((camera) => camera.id === id)?.name ?? id;
}

/** Episodes whose row should be asked for again: pictures and times are settled by then. */
export function settledBy(changes: Changes): string[] {
  const ids = changes.changes.flatMap((news) =>
    news.type === "MotionEnded" || news.type === "EpisodeLabelled" || news.type === "EpisodeChanged"
      ? [news.episode]
      : [],
  );
  return [...new Set(ids)];
}

function fromSnapshot(home: Home, snapshot: Snapshot): Home {
  const open = new Map(snapshot.episodes.map((episode) => [episode.id, opened(episode)]));
  const past = home.episodes.filter((known) => known.ended_at !== null && !open.has(known.id));
  return {
    ...home,
    cameras: snapshot.cameras,
    settings: snapshot.settings,
    sharing: snapshot.sharing ?? EMPTY.sharing,
    alerts: snapshot.alerts ?? [],
    requests: snapshot.requests ?? [],
    episodes: sorted([...open.values(), ...past]),
  };
}

function fromChanges(home: Home, changes: Changes): Home {
  const sharing = changes.sharing ?? home.sharing;
  const on = sharing.state === "on";
  let next: Home = {
    ...home,
    settings: changes.settings ?? home.settings,
    sharing,
    alerts: on ? home.alerts : [],
    requests: on ? home.requests : [],
  };
  for (const news of changes.changes) next = fromNews(next, news);
  for (const camera of changes.cameras ?? []) next = withCamera(next, camera);
  return next;
}

function withCamera(home: Home, camera: CameraView): Home {
  const known = home.cameras.some(({ id }) => id === camera.id);
  const cameras = known
    ? home.cameras.map((old) => (old.id === camera.id ? camera : old))
    : [...home.cameras, camera];
  return { ...home, cameras };
}

function fromNews(home: Home, news: News): Home {
  switch (news.type) {
    case "MotionStarted":
    case "MotionUpdated":
      return withEpisode(home, news.episode, (known) => ({
        ...(known ?? opened({ ...news, id: news.episode, started_at: news.at, labels: [] })),
        zone: news.zone,
        box: news.box,
        peak_score: news.score,
      }));
    case "MotionEnded":
      return withEpisode(home, news.episode, (known) => known && { ...known, ended_at: news.at });
    case "EpisodeLabelled":
      return withEpisode(home, news.episode, (known) => known && { ...known, labels: news.labels });
    case "EpisodeRemoved":
      return withoutEpisode(home, news.episode);
    case "CameraStateChanged":
      return {
        ...home,
        cameras: home.cameras.map((camera) =>
          camera.id === news.camera
            ? { ...camera, state: news.state, reason: news.reason }
            : camera,
        ),
      };
    case "CameraRemoved":
      return { ...home, cameras: home.cameras.filter(({ id }) => id !== news.camera) };
    case "RecordingStopped":
      return { ...home, unrecorded: { ...home.unrecorded, [news.camera]: news.reason } };
    case "RecordingResumed": {
      const { [news.camera]: _resumed, ...unrecorded } = home.unrecorded;
      return { ...home, unrecorded };
    }
    case "AlertReceived":
    case "AlertChanged":
      return { ...home, alerts: withAlert(home.alerts, news.alert) };
    case "AlertEnded":
      return { ...home, alerts: home.alerts.filter(({ id }) => id !== news.alert) };
    case "RequestReceived":
    case "RequestChanged": {
      const { request } = news;
      return {
        ...home,
        requests: [request, ...home.requests.filter(({ id }) => id !== request.id)],
      };
    }
    case "RequestEnded":
      return { ...home, requests: home.requests.filter(({ id }) => id !== news.request) };
    default:
      return home;
  }
}

/** A changed alert stays where it is; a new one comes first. */
function withAlert(alerts: readonly NeighbourAlert[], alert: NeighbourAlert): NeighbourAlert[] {
  return alerts.some(({ id }) => id === alert.id)
    ? alerts.map((old) => (old.id === alert.id ? alert : old))
    : [alert, ...alerts];
}

function withEpisode(
  home: Home,
  id: string,
  change: (known: Episode | undefined) => Episode | undefined,
): Home {
  const changed = change(home.episodes.find((episode) => episode.id === id));
  if (changed === undefined) return home;
  return {
    ...home,
    episodes: sorted([changed, ...home.episodes.filter((episode) => episode.id !== id)]),
  };
}

function opened(episode: OpenEpisode): Episode {
  return {
    id: episode.id,
    camera: episode.camera,
    zone: episode.zone,
    started_at: episode.started_at,
    ended_at: null,
    peak_score: episode.score,
    box: episode.box,
    labels: episode.labels,
    has_thumbnail: false,
    has_preview: false,
    held: false,
  };
}

// Identifiers sort by start.
function sorted(episodes: Episode[]): Episode[] {
  return episodes.sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
}
