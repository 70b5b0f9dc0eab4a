import type { LoadProtocol, LoadSpec } from '../load/load-spec.ts'
import { constantRate, profileSeconds } from '../load/rate-profile.ts'
import type { PerfCheckSpec } from './perf-check-spec.ts'

/** One combination of a matrix: what is set, and the check with it set. */
export interface MatrixCell {
  /** Such as `istio, 16 connections, 1000/s`. */
  readonly name: string
  readonly settings: MatrixSettings
  readonly check: PerfCheckSpec
}

/** The settings of a cell; those that the matrix does not vary are undefined. */
export interface MatrixSettings {
  readonly mesh: string | undefined
  readonly protocol: LoadProtocol | undefined
  readonly connections: number | undefined
  readonly rate: number | undefined
  readonly payload: number | undefined
}

/** Every combination of a check's matrix, meshes outermost so that each mesh is set up once; the check itself without a matrix. */
export function expandMatrix(check: PerfCheckSpec): MatrixCell[] {
  const matrix = check.written.matrix
  if (matrix === undefined) {
    const settings = { mesh: undefined, protocol: undefined, connections: undefined, rate: undefined, payload: undefined }
    return [{ name: check.name, settings, check }]
  }
  const cells: MatrixCell[] = []
  for (const mesh of choices(matrix.meshes ?? namesOf(matrix.targets))) {
    for (const protocol of choices(matrix.protocols as readonly LoadProtocol[] | undefined)) {
      for (const connections of choices(matrix.connections)) {
        for (const rate of choices(matrix.rates)) {
          for (const payload of choices(matrix.payloads)) {
            const settings = { mesh, protocol, connections, rate, payload }
            cells.push({ name: cellName(settings), settings, check: cellCheck(check, settings) })
          }
        }
      }
    }
  }
  return cells
}

function namesOf(targets: Readonly<Record<string, string>> | undefined): readonly string[] | undefined {
  return targets === undefined ? undefined : Object.keys(targets)
}

/** The check of a cell: its load, its target where the mesh has one of its own, and its mesh in the environment. */
function cellCheck(check: PerfCheckSpec, settings: MatrixSettings): PerfCheckSpec {
  const spec = withSettings(check.spec, settings)
  const { mesh } = settings
  if (mesh === undefined) return { ...check, name: `${check.name} (${cellName(settings)})`, spec }
  const target = check.written.matrix?.targets?.[mesh]
  const [provider = mesh, version] = mesh.split('@')
  const { environment, overhead } = check.written
  return {
    ...check,
    name: `${check.name} (${cellName(settings)})`,
    spec:
      target === undefined
        ? spec
        : { ...spec, requests: spec.requests.map((one) => atTarget(one, check.written.target, target)) },
    written: {
      ...check.written,
      environment: { ...environment, mesh: provider, ...(version === undefined ? {} : { meshVersion: version }) },
      ...(overhead === undefined ? {} : { overhead: { ...overhead, mesh: provider } }),
    },
  }
}

/** A request to the check's own target, sent to another: the same path there, or the other's where the check has none. */
function atTarget(request: LoadSpec['requests'][number], own: string, other: string): LoadSpec['requests'][number] {
  if (!URL.canParse(request.url) || !URL.canParse(own) || !URL.canParse(other)) return request
  const [from, target] = [new URL(request.url), new URL(other)]
  if (from.host !== new URL(own).host) return request
  const path =
    request.url === own && target.pathname.length > 1 ? `${target.pathname}${target.search}` : `${from.pathname}${from.search}`
  return { ...request, url: `${target.protocol}//${target.host}${path}` }
}

function choices<T>(values: readonly T[] | undefined): readonly (T | undefined)[] {
  return values ?? [undefined]
}

function cellName(settings: MatrixSettings): string {
  const { mesh, protocol, connections, rate, payload } = settings
  const parts = [
    mesh === undefined ? '' : mesh === 'none' ? 'no mesh' : mesh,
    protocol ?? '',
    connections === undefined ? '' : `${connections} connections`,
    rate === undefined ? '' : `${rate}/s`,
    payload === undefined ? '' : `${payload} B`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function withSettings(spec: LoadSpec, settings: MatrixSettings): LoadSpec {
  const { protocol, connections, rate, payload } = settings
  const seconds = spec.mode.kind === 'open' ? profileSeconds(spec.mode.profile) : spec.seconds
  const arrival = spec.mode.kind === 'open' ? spec.mode.arrival : 'uniform'
  return {
    ...spec,
    ...(protocol === undefined ? {} : { protocol }),
    ...(connections === undefined ? {} : { connections }),
    ...(rate === undefined ? {} : { mode: { kind: 'open', arrival, profile: constantRate(rate, seconds) } }),
    ...(payload === undefined
      ? {}
      : {
          requests: spec.requests.map((request) => ({
            ...request,
            body: payload === 0 ? undefined : Buffer.alloc(payload, 'x'),
            method: payload > 0 && request.method === 'GET' ? 'POST' : request.method,
          })),
        }),
  }
}
