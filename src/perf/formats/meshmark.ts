/**
 * MeshMark's utilisation figures (mesh utilisation efficiency, MUE) as published at smp-spec.io/meshmark: of each resource the share
 * that is left, 1 − utilisation, where 1 is best. What the publication leaves open is left open here: its classes of resources are
 * not defined, and weights of −50 % to +50 % do not give its 0 to 100 by themselves. Here a weight multiplies by 1 + weight, and the
 * score is held to 0 to 100.
 */
export interface MueInput {
  readonly name: string
  /** Used of it, and all there is, in the same unit. */
  readonly used: number
  readonly total: number
  /** −0.5 to 0.5; 0 by default. */
  readonly weight?: number
}

/** One figure: the share of a resource that is left, 0 to 1. */
export interface Mue {
  readonly name: string
  readonly value: number
  readonly weight: number
}

/** The MUE of each resource that has a total. */
export function mueFigures(inputs: readonly MueInput[]): Mue[] {
  return inputs
    .filter((input) => input.total > 0)
    .map(({ name, used, total, weight }) => ({
      name,
      value: Math.min(1, Math.max(0, 1 - used / total)),
      weight: Math.min(0.5, Math.max(-0.5, weight ?? 0)),
    }))
}

/** The score over classes of resources: the mean over classes of the weighted mean of their figures, 0 to 100. */
export function meshMark(classes: readonly (readonly Mue[])[]): number | undefined {
  const scored = classes.filter((figures) => figures.length > 0)
  if (scored.length === 0) return undefined
  const sum = scored.reduce(
    (total, figures) => total + figures.reduce((part, mue) => part + mue.value * (1 + mue.weight), 0) / figures.length,
    0,
  )
  return Math.min(100, Math.max(0, (sum / scored.length) * 100))
}

/** The figures of what both planes of a mesh use together of nodes that have so much: processor and memory, as one class. */
export function meshMarkOf(
  uses: readonly { readonly cpu: number; readonly memory: number }[],
  capacity: { readonly cpu: number; readonly memory: number },
): { readonly cpu: number; readonly memory: number; readonly score: number } {
  const sum = (pick: (use: { readonly cpu: number; readonly memory: number }) => number): number =>
    uses.reduce((total, use) => total + pick(use), 0)
  const figures = mueFigures([
    { name: 'cpu', used: sum((use) => use.cpu), total: capacity.cpu },
    { name: 'memory', used: sum((use) => use.memory), total: capacity.memory },
  ])
  const [cpu, memory] = figures
  return { cpu: cpu?.value ?? 0, memory: memory?.value ?? 0, score: meshMark([figures]) ?? 0 }
}
