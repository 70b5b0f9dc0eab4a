import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest } from '../contract.ts'
import { type DraftObject, traceManifest } from '../traced-manifest.ts'

/** Config entries that providers make, by the kind of their custom resource. */
export type EntryKind =
  | 'ProxyDefaults'
  | 'Mesh'
  | 'ServiceDefaults'
  | 'ServiceResolver'
  | 'ServiceSplitter'
  | 'ServiceRouter'
  | 'ServiceIntentions'
  | 'TerminatingGateway'

/** A config entry before it is written as custom resource or in the words of the HTTP API. */
export interface ConsulEntry {
  readonly kind: EntryKind
  readonly name: string
  /** Namespace of the custom resource; the HTTP API has none. */
  readonly namespace: string
  /** Fields as the custom resource spells them. */
  readonly spec: DraftObject
  readonly origin: ValuePath
  /** What its filters do, in words. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** Entries and why others are missing. */
export interface Entries {
  readonly entries: readonly ConsulEntry[]
  readonly diagnostics: readonly Diagnostic[]
}

/** API version of Consul's custom resources. */
export const CONSUL_CRD_API = 'consul.hashicorp.com/v1alpha1'

/** A config entry as custom resource; its name is that of the Consul service. */
export function asResource(entry: ConsulEntry): DesiredManifest {
  return traceManifest(
    {
      apiVersion: CONSUL_CRD_API,
      kind: entry.kind,
      metadata: { name: entry.name, namespace: entry.namespace, annotations: entry.annotations },
      spec: entry.spec,
    },
    entry.origin,
  )
}
