/** How the states and choices of a camera are said. */

import type { CameraState, CameraView, Label, RecordingMode } from "../api/types";

const STATES: Record<CameraState, string> = {
  off: "Off",
  connecting: "Connecting…",
  live: "Live",
  stalled: "Sends nothing",
  reconnecting: "Reconnecting…",
  unreachable: "Cannot be reached",
  unauthorised: "Wrong user or password",
  unsupported: "Cannot use its video",
};

export type Tone = "good" | "busy" | "bad" | "quiet";

export function stateWords(camera: Pick<CameraView, "state" | "privacy">): string {
  return camera.privacy ? "Private" : STATES[camera.state];
}

export function stateTone(camera: Pick<CameraView, "state" | "privacy">): Tone {
  if (camera.privacy || camera.state === "off") return "quiet";
  if (camera.state === "live") return "good";
  return camera.state === "connecting" || camera.state === "reconnecting" ? "busy" : "bad";
}

export const LABELS: Record<Label, string> = {
  person: "Person",
  vehicle: "Vehicle",
  animal: "Animal",
};

export const RECORDING: Record<RecordingMode, { name: string; hint: string }> = {
  continuous: { name: "Always", hint: "Everything is recorded, day and night." },
  episodes: { name: "On motion", hint: "Only episodes, with a few seconds before and after." },
  off: { name: "Never", hint: "Motion is noticed, but no video is kept." },
};

/** What a sensitivity of 1 … 100 means. */
export function sensitivityWords(value: number): string {
  if (value <= 20) return "Only large, clear motion";
  if (value <= 40) return "Calm: people and cars close by";
  if (value <= 60) return "Balanced: people and cars";
  if (value <= 80) return "Keen: also small or far away";
  return "Everything that moves; expect false alarms";
}

/** An identifier made of a name that no other camera has: "Front Door!" → "front-door". */
export function slugOf(name: string, taken: readonly string[]): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const stem = slug.slice(0, 34).replace(/-+$/, "") || "camera";
  if (!taken.includes(stem)) return stem;
  for (let count = 2; ; count += 1)
    if (!taken.includes(`${stem}-${count}`)) return `${stem}-${count}`;
}
