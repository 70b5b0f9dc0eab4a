import { toByteText } from '../abi/byte-text.ts'
import { Status } from '../abi/constants.ts'
import { ByteBuffer } from '../host/byte-buffer.ts'
import type { CalloutAnswer, GrpcAnswer, GrpcCallout, HttpAnswer, HttpCallout } from '../host/callout.ts'
import type { FilterVm } from '../host/filter-vm.ts'
import { HeaderMap } from '../host/header-map.ts'
import type { PendingCallout } from '../host/world.ts'

const noStatus = { code: 0, message: '' } as const
/** gRPC's UNAVAILABLE: what a client sees when nothing answers. */
const grpcUnavailable = 14

/**
 * Tells a filter of a callout's answer, as Envoy does (source/extensions/common/wasm/context.cc): a failed HTTP call is one
 * without headers, a unary gRPC call that succeeds is one message and no close. Throws GuestFailed.
 */
export function deliverAnswer(pending: PendingCallout<FilterVm>, answer: CalloutAnswer): void {
  const { guest: vm, callout } = pending
  vm.world.end(vm, callout.id, callout.kind)
  callout.fate = answer.kind === 'failure' ? 'failed' : 'answered'
  if (callout.kind === 'http') deliverHttp(vm, callout, answer.kind === 'http' ? answer : undefined)
  else deliverGrpc(vm, callout, answer.kind === 'grpc' ? answer : undefined)
}

function deliverHttp(vm: FilterVm, callout: HttpCallout, answer: HttpAnswer | undefined): void {
  if (answer === undefined) {
    const status = { code: Status.brokenConnection, message: 'reset' }
    vm.callWithAnswer('proxy_on_http_call_response', {}, status, callout.id, 0, 0, 0)
    return
  }
  const view = {
    callHeaders: new HeaderMap(answer.headers, 'response'),
    callBody: new ByteBuffer(answer.body),
    callTrailers: new HeaderMap(answer.trailers),
  }
  const { headers, body, trailers } = answer
  vm.callWithAnswer('proxy_on_http_call_response', view, noStatus, callout.id, headers.length, body.length, trailers.length)
}

function deliverGrpc(vm: FilterVm, callout: GrpcCallout, answer: GrpcAnswer | undefined): void {
  const status = answer?.status ?? grpcUnavailable
  const message = answer === undefined ? 'upstream connect error' : answer.message
  const close = (): void =>
    vm.callWithAnswer('proxy_on_grpc_close', {}, { code: status, message: toByteText(message) }, callout.id, status)
  if (answer === undefined || (callout.kind === 'grpc-call' && status !== 0)) {
    close()
    return
  }
  if (callout.kind === 'grpc-stream') {
    const grpcInitialMetadata = new HeaderMap(answer.initialMetadata)
    const length = answer.initialMetadata.length
    vm.callWithAnswer('proxy_on_grpc_receive_initial_metadata', { grpcInitialMetadata }, noStatus, callout.id, length)
  }
  for (const bytes of callout.kind === 'grpc-call' ? answer.messages.slice(0, 1) : answer.messages) {
    const view = { grpcMessage: new ByteBuffer(bytes) }
    vm.callWithAnswer('proxy_on_grpc_receive', view, noStatus, callout.id, bytes.length)
  }
  if (callout.kind === 'grpc-call') return
  const view = { grpcTrailingMetadata: new HeaderMap(answer.trailingMetadata) }
  const callback = vm.has('proxy_on_grpc_receive_trailing_metadata')
    ? 'proxy_on_grpc_receive_trailing_metadata'
    : 'proxy_on_grpc_trailing_metadata' // how the AssemblyScript SDK spells it
  vm.callWithAnswer(callback, view, noStatus, callout.id, answer.trailingMetadata.length)
  close()
}
