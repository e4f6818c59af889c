/** Pure: the polygons of a camera while they are edited. */

import type { CameraPatch, CameraView, Point, Polygon } from "../api/types";
import { slugOf } from "./words";

export type Kind = "zone" | "mask" | "privacy";

export interface Shape {
  readonly kind: Kind;
  readonly polygon: Polygon;
  readonly name: string;
  /** Only of a zone that was saved before; a new one gets its own. */
  readonly id: string;
  readonly sensitivity: number | null;
}

export const KINDS: Record<Kind, { name: string; hint: string }> = {
  zone: { name: "Zone", hint: "Motion here is told by the zone's name." },
  mask: { name: "Ignore", hint: "Motion here does not count: a tree, a street." },
  privacy: {
    name: "Black out",
    hint: "Ignored, and black in still pictures: a neighbour's window.",
  },
};

const MAX_POINTS = 64;

export function shapesOf(camera: CameraView): Shape[] {
  const plain = (kind: Kind) => (polygon: Polygon) =>
    ({ kind, polygon, name: KINDS[kind].name, id: "", sensitivity: null }) satisfies Shape;
  return [
    ...camera.zones.map((zone) => ({ kind: "zone" as const, ...zone })),
    ...camera.masks.map(plain("mask")),
    ...camera.privacy_masks.map(plain("privacy")),
  ];
}

/** What to send. Zones without an id get one made of their name. */
export function patchOf(shapes: readonly Shape[]): CameraPatch {
  const of = (kind: Kind) => shapes.filter((shape) => shape.kind === kind);
  const taken = of("zone").flatMap(({ id }) => (id === "" ? [] : [id]));
  const zones = of("zone").map(({ id, name, polygon, sensitivity }) => {
    const slug = id === "" ? slugOf(name, taken) : id;
    if (id === "") taken.push(slug);
    return { id: slug, name: name.trim() || "Zone", polygon, sensitivity };
  });
  return {
    zones,
    masks: of("mask").map(({ polygon }) => polygon),
    privacy_masks: of("privacy").map(({ polygon }) => polygon),
  };
}

export function isFull(polygon: Polygon): boolean {
  return polygon.length >= MAX_POINTS;
}

/** Is `point` so near to the first corner that the outline should be closed? */
export function closes(polygon: Polygon, point: Point, reach: number): boolean {
  const first = polygon[0];
  if (first === undefined || polygon.length < 3) return false;
  return Math.hypot(point[0] - first[0], point[1] - first[1]) < reach;
}

export function moved(polygon: Polygon, index: number, to: Point): Polygon {
  return polygon.map((point, at) => (at === index ? to : point));
}
