import type { JsonObject } from '../plan/json.ts'
import type { Manifest } from '../plan/manifest.ts'

/** Label that names the design an object belongs to: refresh lists by it, and other designs keep their hands off. */
export const DESIGN_LABEL = 'meshform.dev/design'
/** Label that names the workspace, left out in the default one. */
export const WORKSPACE_LABEL = 'meshform.dev/workspace'
/** Annotation that names the component, for people who meet the object in the cluster. */
const ADDRESS_ANNOTATION = 'meshform.dev/address'
/** Annotation of objects that stay when their component is deleted: definitions that a mesh brought. */
export const KEEP_ANNOTATION = 'meshform.dev/keep'
/** The workspace when none is named. */
export const DEFAULT_WORKSPACE = 'default'

/** Who owns an object. */
export interface Owner {
  readonly design: string
  readonly workspace: string
}

/** The label selector that finds all objects of a design. */
export function ownerSelector(owner: Owner): string {
  return owner.workspace === DEFAULT_WORKSPACE
    ? `${DESIGN_LABEL}=${owner.design},!${WORKSPACE_LABEL}`
    : `${DESIGN_LABEL}=${owner.design},${WORKSPACE_LABEL}=${owner.workspace}`
}

/** The manifest with the marks of its owner, and the labels that the design puts on everything. */
export function withOwner(manifest: Manifest, owner: Owner, address: string, labels: Readonly<Record<string, string>>): Manifest {
  const metadata = manifest.metadata
  return {
    ...manifest,
    metadata: {
      ...metadata,
      labels: {
        ...labels,
        ...metadata.labels,
        [DESIGN_LABEL]: owner.design,
        ...(owner.workspace === DEFAULT_WORKSPACE ? {} : { [WORKSPACE_LABEL]: owner.workspace }),
      },
      annotations: { ...metadata.annotations, [ADDRESS_ANNOTATION]: address },
    },
  }
}

/** True for an object, as it was sent, that stays when its component is deleted. */
export function isKept(desired: JsonObject): boolean {
  const metadata = desired.metadata as JsonObject | undefined
  const annotations = metadata?.annotations as JsonObject | undefined
  return annotations?.[KEEP_ANNOTATION] === 'true'
}

/** The owner that a live object's labels name; undefined when nobody owns it. */
export function ownerOf(object: JsonObject): Owner | undefined {
  const metadata = object.metadata as JsonObject | undefined
  const labels = metadata?.labels as JsonObject | undefined
  const design = labels?.[DESIGN_LABEL]
  if (typeof design !== 'string') return undefined
  const workspace = labels?.[WORKSPACE_LABEL]
  return { design, workspace: typeof workspace === 'string' ? workspace : DEFAULT_WORKSPACE }
}

/** True for the labels and annotations by which owners mark their objects. */
export function isOwnersMark(name: string): boolean {
  return name.startsWith('meshform.dev/')
}
