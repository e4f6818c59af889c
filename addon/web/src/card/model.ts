/** What the card shows, worked out from states alone: pure, so that it can be tested. */

import type { EntityEntry, EntityState, Hass } from "./hass";

export type View = "auto" | "live" | "latest";

export interface CardConfig {
  readonly type: string;
  readonly camera: string;
  readonly view?: View;
  readonly filmstrip?: boolean;
  readonly title?: string;
}

export interface Episode {
  readonly id: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly labels: readonly string[];
  readonly thumbnail: string | null;
  readonly clip: string | null;
}

/** Why there is no picture; the words stand in `texts`. */
export type Trouble = "missing" | "away" | "off" | "private" | "unreachable";

export interface Scene {
  readonly name: string;
  readonly trouble: Trouble | null;
  readonly moves: boolean;
  readonly requests: number;
  /** Changes whenever today's episodes may have changed. */
  readonly news: string;
}

const VIEWS: readonly string[] = ["auto", "live", "latest"];
const PLATFORM = "neighborcam";

/** Return a config that can be shown, or throw what is wrong with it, in words. */
export function checked(config: Partial<CardConfig> | null | undefined): CardConfig {
  if (!config?.camera) throw new Error("camera: choose a camera of NeighborCam");
  if (!config.camera.startsWith("camera.")) {
    throw new Error(`camera: ${config.camera} is no camera`);
  }
  if (config.view !== undefined && !VIEWS.includes(config.view)) {
    throw new Error(`view: ${String(config.view)} is none of ${VIEWS.join(", ")}`);
  }
  return { ...config, type: config.type ?? "", camera: config.camera };
}

export function scene(hass: Hass, config: CardConfig): Scene {
  const camera = hass.states[config.camera];
  const of = siblings(hass, config.camera);
  const state = (domain: string, key: string): string =>
    stateOf(hass, of.find((each) => is(each, domain, key)));
  const named = camera?.attributes["friendly_name"];
  return {
    name: config.title ?? (typeof named === "string" ? named : config.camera),
    trouble: trouble(camera, state("switch", "privacy"), state("binary_sensor", "connectivity")),
    moves: state("binary_sensor", "motion") === "on",
    requests: openRequests(hass, config.camera),
    news: [
      state("image", "latest_episode"),
      state("binary_sensor", "motion"),
      state("sensor", "episodes_today"),
    ].join(),
  };
}

/** Return the first camera of ours, for a card that is just being added. */
export function anyCamera(hass: Hass): string | undefined {
  return Object.values(hass.entities).find((each) => each && is(each, "camera", "camera"))
    ?.entity_id;
}

/** Whether video is to be shown now rather than a still. */
export function isLive(view: View | undefined, { moves, trouble: problem }: Scene): boolean {
  if (problem !== null || view === "latest") return false;
  return view === "live" || moves;
}

function trouble(
  camera: EntityState | undefined,
  privacy: string,
  connectivity: string,
): Trouble | null {
  if (camera === undefined) return "missing";
  if (camera.state === "unavailable") return "away";
  if (privacy === "on") return "private";
  if (camera.attributes["is_on"] === false || camera.state === "off") return "off";
  return connectivity === "off" ? "unreachable" : null;
}

/** Entities are found by what the integration calls them, not by guessing their ids. */
function siblings(hass: Hass, camera: string): EntityEntry[] {
  const device = hass.entities[camera]?.device_id;
  if (!device) return [];
  return ours(hass).filter((each) => each.device_id === device);
}

function openRequests(hass: Hass, camera: string): number {
  const device = hass.entities[camera]?.device_id;
  const engine = device ? hass.devices[device]?.via_device_id : null;
  const sensor = ours(hass).find(
    (each) => each.device_id === engine && is(each, "sensor", "police_requests"),
  );
  const count = Number(stateOf(hass, engine ? sensor : undefined));
  return Number.isFinite(count) ? count : 0;
}

function ours(hass: Hass): EntityEntry[] {
  return Object.values(hass.entities).filter(
    (each): each is EntityEntry => each?.platform === PLATFORM,
  );
}

function is(entity: EntityEntry, domain: string, key: string): boolean {
  return (
    entity.platform === PLATFORM &&
    entity.translation_key === key &&
    entity.entity_id.startsWith(`${domain}.`)
  );
}

function stateOf(hass: Hass, entity: EntityEntry | undefined): string {
  return (entity && hass.states[entity.entity_id]?.state) ?? "";
}
