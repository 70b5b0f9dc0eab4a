import { ok, refused, type StateResult } from './state-result.ts'

/** Which state is meant: one design in one workspace. Both names are RFC 1123 labels, so that they are safe in paths, URLs and object names. */
export interface StateRef {
  readonly workspace: string
  readonly design: string
}

/** The workspace used when none is named. */
export const DEFAULT_WORKSPACE = 'default'

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** Checks both names; every backend relies on it before it builds a path, a key or an object name of them. */
export function checkStateRef(ref: StateRef): StateResult<StateRef> {
  for (const [what, name] of [
    ['workspace', ref.workspace],
    ['design', ref.design],
  ] as const) {
    if (!NAME.test(name)) {
      return refused({
        kind: 'invalid-name',
        message: `${JSON.stringify(name.slice(0, 80))} is no valid ${what} name: use lower-case letters, digits and dashes, at most 63.`,
      })
    }
  }
  return ok(ref)
}

/** True for a name that a workspace or a design may have: for backends that read names back from a listing. */
export function isStateName(name: string): boolean {
  return NAME.test(name)
}

/** `workspace/design`, for messages and keys. */
export function stateRefText(ref: StateRef): string {
  return `${ref.workspace}/${ref.design}`
}
