import type { LoadProtocol, LoadSpec } from '../load/load-spec.ts'
import { constantRate, profileSeconds } from '../load/rate-profile.ts'
import type { PerfCheckSpec } from './read-perf-check.ts'

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

/** Most cells that a matrix may have. */
export const MATRIX_LIMIT = 1_000

/** Every combination of a check's matrix, meshes outermost so that each mesh is set up once; the check itself without a matrix. */
export function expandMatrix(check: PerfCheckSpec): MatrixCell[] {
  const matrix = check.written.matrix
  if (matrix === undefined) {
    const settings = { mesh: undefined, protocol: undefined, connections: undefined, rate: undefined, payload: undefined }
    return [{ name: check.name, settings, check }]
  }
  const cells: MatrixCell[] = []
  for (const mesh of choices(matrix.meshes)) {
    for (const protocol of choices(matrix.protocols as readonly LoadProtocol[] | undefined)) {
      for (const connections of choices(matrix.connections)) {
        for (const rate of choices(matrix.rates)) {
          for (const payload of choices(matrix.payloads)) {
            const settings = { mesh, protocol, connections, rate, payload }
            cells.push({ name: cellName(settings), settings, check: { ...check, spec: withSettings(check.spec, settings) } })
          }
        }
      }
    }
  }
  return cells
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
