import type { ServedKind } from '../contract.ts'
import { KUBERNETES_GROUPS } from '../kubernetes-groups.ts'

/** A version of a group, and the path that lists what it serves. */
export interface GroupVersion {
  readonly group: string
  readonly version: string
  readonly path: string
}

/** What Kubernetes' own groups serve, by path, and the version of the server that said so. */
export interface OwnGroups {
  readonly version: string
  readonly groups: { readonly [path: string]: readonly ServedKind[] }
}

/**
 * What is known of Kubernetes' own groups on a server that has no marks for what it serves: believed as long as its version is the
 * same. Which groups there are is asked for each time.
 */
export class OwnGroupsMemory {
  readonly #known: OwnGroups | undefined
  readonly #askVersion: () => Promise<string | undefined>
  readonly #learned: Record<string, readonly ServedKind[]> = {}
  #version: Promise<string | undefined> | undefined
  #said: string | undefined

  constructor(known: OwnGroups | undefined, askVersion: () => Promise<string | undefined>) {
    this.#known = known
    this.#askVersion = askVersion
  }

  /** What a version of a group is known to serve on this server. */
  async of({ group, path }: GroupVersion): Promise<readonly ServedKind[] | undefined> {
    if (!KUBERNETES_GROUPS.has(group)) return undefined
    this.#version ??= this.#askVersion()
    this.#said = await this.#version
    return this.#said !== undefined && this.#said === this.#known?.version ? this.#known.groups[path] : undefined
  }

  learn({ group, path }: GroupVersion, kinds: readonly ServedKind[]): void {
    if (KUBERNETES_GROUPS.has(group)) this.#learned[path] = kinds
  }

  /** What is known now; the same as before when nothing came to it. */
  learned(): OwnGroups | undefined {
    if (this.#said === undefined) return undefined
    const before = this.#said === this.#known?.version ? this.#known : undefined
    if (Object.keys(this.#learned).length === 0) return before
    return { version: this.#said, groups: { ...before?.groups, ...this.#learned } }
  }
}
