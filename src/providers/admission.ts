import { groupOf, type Manifest } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { LintFinding } from './contract.ts'
import { lintFinding } from './lint-finding.ts'

/** What a mesh finds wrong in an object. */
export interface Refusal {
  readonly path: ValuePath
  /** One line, told of the object. */
  readonly problem: string
  /** What to do about it. */
  readonly hint: string
}

/** What a mesh refuses in objects of one kind, beyond what the schema of the kind says; pure, an object at a time. */
export type AdmissionCheck = (manifest: Manifest) => readonly Refusal[]

/** The checks of one mesh. */
export interface AdmissionTable {
  /** Who refuses, and where its rules stand. */
  readonly by: string
  /** By API group and kind: `networking.istio.io/VirtualService`. */
  readonly checks: { readonly [kind: string]: AdmissionCheck }
}

/** What the checks of a mesh's admission webhook, agents or servers refuse among objects; errors, each at its field. */
export function admissionFindings(manifests: readonly Manifest[], { by, checks }: AdmissionTable): readonly LintFinding[] {
  return manifests.flatMap((manifest) => {
    const check = checks[`${groupOf(manifest.apiVersion)}/${manifest.kind}`]
    if (check === undefined) return []
    return check(manifest).map(({ path, problem, hint }) => refusedBy(by, manifest, path, problem, hint))
  })
}

/** A finding that an object is refused, at a field of it. */
export function refusedBy(by: string, manifest: Manifest, path: ValuePath, problem: string, hint: string): LintFinding {
  return lintFinding(manifest, path, 'MF3042', {
    severity: 'error',
    summary: `${manifest.kind} ${manifest.metadata.name} ${problem}`,
    detail: `${by} refuses the object.`,
    hint,
  })
}

/** Refusals gathered one by one. */
export function refusals(gather: (refuse: (path: ValuePath, problem: string, hint: string) => void) => void): readonly Refusal[] {
  const found: Refusal[] = []
  gather((path, problem, hint) => found.push({ path, problem, hint }))
  return found
}

/** Milliseconds of a duration as objects write it, in Go's units; undefined where it is none. */
export function goDuration(text: string): number | undefined {
  const units: { readonly [unit: string]: number } = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  if (text === '0') return 0
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0),
    0,
  )
}

/** The methods that meshes know by name (net/http of Go, the Gateway API). */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
])

/** True for an RFC 1123 label, which names of many things must be. */
export function isLabel(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)
}

/** Statuses that have a name (net/http of Go): others are not taken where a status is retried. */
export function isNamedStatus(status: number): boolean {
  return NAMED_STATUSES.has(status)
}

const NAMED_STATUSES: ReadonlySet<number> = new Set([
  ...[100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308],
  ...Array.from({ length: 19 }, (_, index) => 400 + index),
  ...[421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511],
])
