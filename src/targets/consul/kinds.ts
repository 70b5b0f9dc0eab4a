import type { ServedKind, ServedKinds } from '../contract.ts'

/** Kinds of config entries, with the version of Consul that brought them. */
const CONFIG_ENTRIES: readonly (readonly [kind: string, since: string])[] = [
  ['proxy-defaults', '1.5'],
  ['service-defaults', '1.5'],
  ['service-resolver', '1.6'],
  ['service-splitter', '1.6'],
  ['service-router', '1.6'],
  ['ingress-gateway', '1.8'],
  ['terminating-gateway', '1.8'],
  ['service-intentions', '1.9'],
  ['mesh', '1.10'],
  ['exported-services', '1.11'],
  ['api-gateway', '1.15'],
  ['http-route', '1.15'],
  ['tcp-route', '1.15'],
  ['inline-certificate', '1.15'],
  ['sameness-group', '1.16'],
  ['jwt-provider', '1.16'],
  ['control-plane-request-limit', '1.16'],
  ['file-system-certificate', '1.20'],
]

/** Kinds that are no config entries. */
const OTHERS = ['service', 'node-service'] as const

/** True when a version, told or not, is at least another. */
export function isAtLeast(version: string | undefined, since: string): boolean {
  if (version === undefined) return true
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  const [wantedMajor = 0, wantedMinor = 0] = since.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

/** True where intentions are kept one by one, before 1.9. */
export function hasOldIntentions(version: string | undefined): boolean {
  return !isAtLeast(version, '1.9')
}

/** The kinds that a server of this version serves; an unknown version counts as the newest. */
export function servedKinds(version: string | undefined): ServedKinds {
  const entries = CONFIG_ENTRIES.filter(([kind, since]) => isAtLeast(version, since) || kind === 'service-intentions')
  const all: readonly ServedKind[] = [...entries.map(([kind]) => kind), ...OTHERS].map((kind) => ({
    group: 'consul',
    version: 'v1',
    kind,
    plural: kind,
    namespaced: false,
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'],
  }))
  const byKind = new Map(all.map((kind) => [kind.kind, kind]))
  return {
    all,
    find: (group, kind, wanted) => (group === 'consul' && (wanted ?? 'v1') === 'v1' ? byKind.get(kind) : undefined),
  }
}
