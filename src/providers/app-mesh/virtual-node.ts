import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, WorkloadVersion } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { serviceHost } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { allowedIdentities } from './authorization.ts'
import { externalNodes } from './external.ts'
import { APP_MESH_API, appMeshDuration, calleesOf, portMapping, spiffe } from './names.ts'

/** The VirtualNodes of a workload: one for each version, since routes lead to nodes. */
export function virtualNodes(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  if (workload.versions.length === 0) return [nodeOf(workload, undefined, scope)]
  return workload.versions.map((version) => nodeOf(workload, version, scope))
}

/** The node of a workload or of one version of it. */
export function nodeName(workload: ResolvedWorkload, version: WorkloadVersion | undefined): string {
  return version?.service ?? workload.service ?? workload.name
}

function nodeOf(workload: ResolvedWorkload, version: WorkloadVersion | undefined, scope: Scope): DesiredManifest {
  const { mtls, telemetry } = scope.mesh.spec
  const name = nodeName(workload, version)
  const { callees, outside } = { callees: calleesOf(workload, scope), outside: externalNodes(scope) }
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  const backends: readonly Draft[] = [
    ...callees.map((callee) => ({
      virtualService: {
        virtualServiceRef: {
          name: callee.service ?? callee.name,
          namespace: callee.namespace === workload.namespace ? undefined : callee.namespace,
        },
      },
    })),
    ...outside.map(({ name: host, namespace }) => ({
      virtualService: {
        virtualServiceRef: { name: host, namespace: namespace === workload.namespace ? undefined : namespace },
        // Hosts outside have no certificate of the mesh: the defaults for backends would ask them for one.
        clientPolicy:
          mtls === 'strict'
            ? { tls: { enforce: false, validation: { trust: { sds: { secretName: spiffe(scope) } } } } }
            : undefined,
      },
    })),
  ]
  return traceManifest(
    {
      apiVersion: APP_MESH_API,
      kind: 'VirtualNode',
      metadata: { name, namespace: workload.namespace },
      spec: {
        podSelector: { matchLabels: { ...workload.selector, ...version?.labels } },
        listeners:
          workload.service === undefined
            ? undefined
            : [
                {
                  portMapping: from(['ports'], portMapping(workload)),
                  tls: listenerTls(workload, scope),
                  ...listenerLimits(policies, workload),
                },
              ],
        backends: backends.length === 0 ? undefined : backends,
        backendDefaults:
          (mtls !== 'strict' && mtls !== 'permissive') || callees.length === 0
            ? undefined
            : clientTls(workload, callees, scope, mtls === 'strict'),
        serviceDiscovery:
          workload.service === undefined ? undefined : { dns: { hostname: serviceHost(name, workload.namespace) } },
        logging: telemetry?.accessLogs === true ? { accessLog: { file: { path: '/dev/stdout' } } } : undefined,
      },
    },
    version === undefined ? [] : ['versions', version.name],
  )
}

/** The listener's side of mutual TLS by SPIRE, and who may call: callers are known by the names in their certificates. */
function listenerTls(workload: ResolvedWorkload, scope: Scope): Draft {
  const { mtls } = scope.mesh.spec
  if (mtls !== 'strict' && mtls !== 'permissive') return undefined
  const allowed = mtls === 'strict' ? allowedIdentities(workload, scope) : undefined
  return {
    mode: mtls === 'strict' ? 'STRICT' : 'PERMISSIVE',
    certificate: { sds: { secretName: spiffe(scope, workload.serviceAccount) } },
    validation: {
      trust: { sds: { secretName: spiffe(scope) } },
      subjectAlternativeNames: allowed === undefined ? undefined : { match: { exact: allowed } },
    },
  }
}

function clientTls(workload: ResolvedWorkload, callees: readonly ResolvedWorkload[], scope: Scope, enforce: boolean): Draft {
  const names = [...new Set(callees.flatMap((callee) => callee.serviceAccounts.map((account) => spiffe(scope, account))))]
  return {
    clientPolicy: {
      tls: {
        enforce,
        certificate: { sds: { secretName: spiffe(scope, workload.serviceAccount) } },
        validation: {
          trust: { sds: { secretName: spiffe(scope) } },
          subjectAlternativeNames: { match: { exact: names } },
        },
      },
    },
  }
}

/** What App Mesh wants to know of limits even where the design says nothing. */
const DEFAULTS = { connections: 1024, errors: 5, interval: '10s', ejectFor: '30s', share: 50 } as const

function listenerLimits(
  policies: readonly ComponentOf<'traffic'>[],
  workload: ResolvedWorkload,
): { readonly [key: string]: Draft } {
  const breaker = policies.find(({ spec }) => spec.circuitBreaker !== undefined)?.spec.circuitBreaker
  if (breaker === undefined) return {}
  const { protocol } = portMapping(workload)
  const { outlier } = breaker
  const pool =
    protocol === 'http2'
      ? breaker.maxRequests === undefined
        ? undefined
        : { http2: { maxRequests: breaker.maxRequests } }
      : breaker.maxConnections === undefined && breaker.maxPendingRequests === undefined
        ? undefined
        : protocol === 'tcp'
          ? { tcp: { maxConnections: breaker.maxConnections ?? DEFAULTS.connections } }
          : {
              http: {
                maxConnections: breaker.maxConnections ?? DEFAULTS.connections,
                maxPendingRequests: breaker.maxPendingRequests,
              },
            }
  return {
    connectionPool: pool,
    timeout: breaker.idleTimeout === undefined ? undefined : { [protocol]: { idle: appMeshDuration(breaker.idleTimeout) } },
    outlierDetection:
      outlier === undefined
        ? undefined
        : {
            maxServerErrors: outlier.consecutiveErrors ?? DEFAULTS.errors,
            interval: appMeshDuration(outlier.interval ?? DEFAULTS.interval),
            baseEjectionDuration: appMeshDuration(outlier.ejectFor ?? DEFAULTS.ejectFor),
            maxEjectionPercent: Math.round(outlier.maxEjectedPercent ?? DEFAULTS.share),
          },
  }
}

/** Limits that the connection pool of each protocol has no word for. */
const WITHOUT_WORD = {
  http: ['maxRequests'],
  http2: ['maxConnections', 'maxPendingRequests'],
  tcp: ['maxPendingRequests', 'maxRequests'],
} as const

/** Limits that the listener of a workload cannot take, told where they stand. */
export function limitMistakes(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload): readonly Diagnostic[] {
  const { circuitBreaker } = policy.spec
  const { protocol } = portMapping(workload)
  return WITHOUT_WORD[protocol]
    .filter((limit) => circuitBreaker?.[limit] !== undefined)
    .map((limit) =>
      mistake(policy, ['circuitBreaker', limit], 'MF3020', {
        severity: 'warning',
        summary: `\`${limit}\` limits nothing at ${workload.address}: the pool of ${protocol} connections has no such limit`,
        hint: `Leave it out, or use ${protocol === 'http' ? '`maxConnections` and `maxPendingRequests`' : protocol === 'http2' ? '`maxRequests`' : '`maxConnections`'}.`,
      }),
    )
}
