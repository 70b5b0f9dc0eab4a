import type { StringMap } from '../../plan/manifest.ts'
import type { ResolvedWorkload, WorkloadVersion } from '../contract.ts'

/** A label's key as a key of service metadata, which knows letters, digits, dashes and underscores only. */
export function metaKey(label: string): string {
  return label.replaceAll(/[^A-Za-z0-9_-]/g, '-')
}

/** The labels of a version as metadata of its service instances. */
export function metaOf(version: WorkloadVersion): StringMap {
  return Object.fromEntries(Object.entries(version.labels).map(([key, value]) => [metaKey(key), value]))
}

/** The filter that selects the instances of a version (go-bexpr over the catalog's fields). */
export function subsetFilter(version: WorkloadVersion): string {
  return Object.entries(metaOf(version))
    .map(([key, value]) => `${selectorOf(key)} == ${quoted(value)}`)
    .join(' and ')
}

function selectorOf(key: string): string {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(key) ? `Service.Meta.${key}` : `Service.Meta["${key}"]`
}

function quoted(value: string): string {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(value) ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** The Consul service of a workload. */
export function consulService(workload: ResolvedWorkload): string {
  return workload.service ?? workload.name
}
