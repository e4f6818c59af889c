/**
 * The engine's messages: config.py, facts.py, bus.py, settings.py, index/rows.py, api/messages.py.
 * Times are ISO 8601 in UTC; points are fractions of the picture, origin top left.
 */

import type { NeighbourAlert, Sharing } from "./neighbours";
import type { AgencyRequest } from "./requests";

export type Scope = "admin" | "viewer" | "stream";
export type Label = "person" | "vehicle" | "animal";
export type RecordingMode = "continuous" | "episodes" | "off";
export type CameraState =
  | "off"
  | "connecting"
  | "live"
  | "stalled"
  | "reconnecting"
  | "unreachable"
  | "unauthorised"
  | "unsupported";

export type Point = readonly [number, number];
export type Polygon = readonly Point[];

export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly polygon: Polygon;
  readonly sensitivity: number | null;
}

export interface Onvif {
  readonly host: string;
  readonly port: number;
}

export interface CameraStatistics {
  readonly fps: number | null;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly has_audio: boolean;
}

/** What the owner may set with PATCH; a new camera needs id, name and main_url. */
export interface CameraSettings {
  readonly name: string;
  readonly main_url: string;
  readonly sub_url: string | null;
  readonly username: string | null;
  readonly onvif: Onvif | null;
  readonly enabled: boolean;
  readonly privacy: boolean;
  readonly detection: boolean;
  readonly sensitivity: number;
  readonly zones: readonly Zone[];
  readonly masks: readonly Polygon[];
  readonly privacy_masks: readonly Polygon[];
  readonly recording: RecordingMode;
  readonly audio: boolean;
  /** Whether pictures of it may be chosen for alerts and answers. */
  readonly sharing: boolean;
  readonly keep_days: number | null;
}

export interface CameraView extends CameraSettings {
  readonly id: string;
  readonly has_password: boolean;
  readonly state: CameraState;
  readonly reason: string;
  readonly statistics: CameraStatistics;
}

export type CameraPatch = Partial<CameraSettings> & { readonly password?: string | null };

export interface NewCamera {
  readonly id: string;
  readonly name: string;
  readonly main_url: string;
  readonly sub_url: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly onvif: Onvif | null;
}

export interface CameraTest {
  readonly main_url: string;
  readonly username: string | null;
  readonly password: string | null;
}

export interface CameraProbe {
  readonly ok: boolean;
  readonly state: CameraState;
  readonly reason: string;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly fps: number | null;
  readonly has_audio: boolean;
  readonly picture: string | null;
}

export interface FoundDevice {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly hardware: string;
}

export interface OnvifProfile {
  readonly token: string;
  readonly name: string;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly url: string;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Episode {
  readonly id: string;
  readonly camera: string;
  readonly zone: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly peak_score: number;
  readonly box: Box;
  readonly labels: readonly Label[];
  readonly has_thumbnail: boolean;
  readonly has_preview: boolean;
  readonly held: boolean;
}

export interface TimeSpan {
  readonly started_at: string;
  readonly ended_at: string;
}

export interface Timeline {
  readonly coverage: readonly TimeSpan[];
  readonly episodes: readonly Episode[];
}

export interface EngineSettings {
  readonly name: string;
  readonly keep_bytes: number | null;
  readonly min_free_bytes: number;
  readonly labels: boolean;
}

export interface StorageReport {
  readonly total_bytes: number;
  readonly free_bytes: number;
  readonly cameras: readonly {
    readonly camera: string;
    readonly size_bytes: number;
    readonly oldest_at: string | null;
  }[];
}

export interface Info {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly scope: Scope;
}

/** Who opens the page in Home Assistant. */
export interface Visit {
  readonly token: string;
  readonly scope: Scope;
  readonly knows_administrators: boolean;
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly created_at: string;
}

export interface PairingCode {
  readonly code: string;
  readonly expires_at: string;
  readonly scope: Scope;
}

export interface Signed {
  readonly url: string;
  readonly expires_at: string;
}

export interface OpenEpisode {
  readonly id: string;
  readonly camera: string;
  readonly zone: string | null;
  readonly started_at: string;
  readonly box: Box;
  readonly score: number;
  readonly labels: readonly Label[];
}

interface Motion {
  readonly camera: string;
  readonly at: string;
  readonly episode: string;
  readonly zone: string | null;
  readonly box: Box;
  readonly score: number;
}

interface About<T extends string> {
  readonly type: T;
  readonly camera: string;
  readonly at: string;
}

export type News =
  | (Motion & { readonly type: "MotionStarted" | "MotionUpdated" | "MotionEnded" })
  | (About<"EpisodeLabelled"> & { readonly episode: string; readonly labels: readonly Label[] })
  | (About<"EpisodeChanged" | "EpisodeRemoved"> & { readonly episode: string })
  | (About<"CameraStateChanged"> & { readonly state: CameraState; readonly reason: string })
  | About<"CameraConfigured" | "CameraRemoved" | "DoorbellRang" | "RecordingResumed">
  | (About<"RecordingStopped"> & { readonly reason: string })
  | { readonly type: "AlertReceived" | "AlertChanged"; readonly alert: NeighbourAlert }
  | { readonly type: "AlertEnded"; readonly alert: string }
  | { readonly type: "RequestReceived" | "RequestChanged"; readonly request: AgencyRequest }
  | { readonly type: "RequestEnded"; readonly request: string }
  | { readonly type: "SharingChanged" };

export interface Hello {
  readonly type: "hello";
  readonly schema: number;
  readonly version: string;
  readonly name: string;
}

export interface Snapshot {
  readonly type: "snapshot";
  readonly seq: number;
  readonly cameras: readonly CameraView[];
  readonly episodes: readonly OpenEpisode[];
  readonly settings: EngineSettings;
  readonly sharing?: Sharing;
  readonly alerts?: readonly NeighbourAlert[];
  readonly requests?: readonly AgencyRequest[];
}

export interface Changes {
  readonly type: "changes";
  readonly seq: number;
  readonly changes: readonly News[];
  readonly cameras?: readonly CameraView[];
  readonly settings?: EngineSettings | null;
  readonly sharing?: Sharing | null;
}

export type ServerMessage = Hello | Snapshot | Changes | { readonly type: "pong" | "error" };

/** What became of a setting of another program. */
export type Fate = "taken" | "changed" | "left" | "wrong";
export type Outcome = "added" | "would_add" | "exists" | "failed";

export interface MoveWish {
  readonly text: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly dry_run: boolean;
}

export interface Moved {
  readonly cameras: readonly {
    readonly id: string;
    readonly name: string;
    readonly outcome: Outcome;
    readonly text: string;
  }[];
  readonly report: readonly {
    readonly where: string;
    readonly fate: Fate;
    readonly text: string;
  }[];
}
