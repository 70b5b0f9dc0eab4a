/** Keys of a design's check that are about its place in the design, not about its load. */
const PLACE_KEYS = new Set([
  'description',
  'dependsOn',
  'forEach',
  'when',
  'cluster',
  'lifecycle',
  'timeouts',
  'conflict',
  'adoption',
  'measures',
])

/** A `perfChecks.<name>` of a design as a check of its own: what is said of the load, without its place in the design. */
export function designCheckValue(spec: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !PLACE_KEYS.has(key)))
}
