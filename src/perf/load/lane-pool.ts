import { ConnectionLane } from '../wire/connection-lane.ts'
import { type Endpoint, resolveEndpoint } from '../wire/endpoint.ts'
import { type FailureKind, failureKindOf } from '../wire/failure.ts'
import { Http1Response } from '../wire/http1-response.ts'
import { Http2Lane, Http2Link } from '../wire/http2-lane.ts'
import type { Lane, LaneOwner } from '../wire/lane.ts'
import type { PreparedRequest } from '../wire/prepared-request.ts'
import { TcpAnswer } from '../wire/tcp-answer.ts'
import type { LoadSpec } from './load-spec.ts'
import type { RequestPool } from './prepare-requests.ts'

/** Planned requests waiting for a connection, in order. A ring that grows; nothing planned is ever dropped. */
class WaitingRequests {
  private planned = new Float64Array(1024)
  private requests: (PreparedRequest | undefined)[] = new Array<PreparedRequest | undefined>(1024).fill(undefined)
  private head = 0
  size = 0

  push(planned: number, request: PreparedRequest): void {
    const capacity = this.planned.length
    if (this.size === capacity) this.grow()
    const at = (this.head + this.size) & (this.planned.length - 1)
    this.planned[at] = planned
    this.requests[at] = request
    this.size += 1
  }

  firstPlanned(): number {
    return this.planned[this.head] as number
  }

  shift(): PreparedRequest {
    const request = this.requests[this.head] as PreparedRequest
    this.requests[this.head] = undefined
    this.head = (this.head + 1) & (this.planned.length - 1)
    this.size -= 1
    return request
  }

  private grow(): void {
    const capacity = this.planned.length
    const planned = new Float64Array(capacity * 2)
    const requests = new Array<PreparedRequest | undefined>(capacity * 2).fill(undefined)
    for (let index = 0; index < this.size; index += 1) {
      const from = (this.head + index) & (capacity - 1)
      planned[index] = this.planned[from] as number
      requests[index] = this.requests[from]
    }
    this.planned = planned
    this.requests = requests
    this.head = 0
  }
}

/** The lanes of one origin: idle ones last in first out, so that few connections stay warm when few are needed. */
export class LanePool {
  readonly lanes: readonly Lane[]
  readonly idle: Lane[] = []
  readonly waiting = new WaitingRequests()
  /** Since when there has been an idle lane, `performance.now()` milliseconds. */
  idleSince = 0
  /** Set when the origin can't be reached at all (no such name, unreadable certificate): every request fails so. */
  readonly broken: { readonly kind: FailureKind; readonly detail: string } | undefined

  constructor(lanes: readonly Lane[], broken: { readonly kind: FailureKind; readonly detail: string } | undefined) {
    this.lanes = lanes
    this.broken = broken
  }

  release(lane: Lane, now: number): void {
    if (this.idle.length === 0) this.idleSince = now
    this.idle.push(lane)
  }
}

/** Resolves the origin and makes its lanes; nothing is connected yet. */
export async function createLanePool(
  index: number,
  requests: RequestPool,
  connections: number,
  spec: LoadSpec,
  owner: LaneOwner,
  signal: AbortSignal,
): Promise<LanePool> {
  try {
    const endpoint = await resolveEndpoint(requests.endpoint, signal)
    return new LanePool(createLanes(index, endpoint, connections, spec, owner), undefined)
  } catch (error) {
    const problem = error as NodeJS.ErrnoException
    const kind = failureKindOf(problem)
    return new LanePool([], {
      kind: kind === 'other' && requests.endpoint.tls !== undefined ? 'tls' : kind,
      detail: problem.message,
    })
  }
}

function createLanes(index: number, endpoint: Endpoint, connections: number, spec: LoadSpec, owner: LaneOwner): Lane[] {
  const lanes: Lane[] = []
  for (let connection = 0; connection < connections; connection += 1) {
    switch (spec.protocol) {
      case 'http1':
        lanes.push(new ConnectionLane(index, endpoint, spec.keepAlive, new Http1Response(), owner))
        break
      case 'tcp':
        lanes.push(new ConnectionLane(index, endpoint, spec.keepAlive, new TcpAnswer(), owner))
        break
      case 'http2':
      case 'grpc': {
        const link = new Http2Link(endpoint, spec.protocol === 'grpc', owner)
        for (let stream = 0; stream < spec.streams; stream += 1) lanes.push(new Http2Lane(index, link, spec.keepAlive, owner))
        break
      }
    }
  }
  return lanes
}
