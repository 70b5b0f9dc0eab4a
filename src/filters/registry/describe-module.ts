import type { FilterInspection } from '../inspect/inspection.ts'
import type { FilterMetadata } from './filter-metadata.ts'

/** What a module does, in one line that changes when its behaviour may: name, version, ABI, what it takes part in. */
export function describeModule(inspection: FilterInspection, metadata: FilterMetadata): string {
  const { handles, abi } = inspection
  const title = [metadata.name, metadata.version].filter((part) => part !== undefined).join(' ')
  const streams = [
    ...(handles.httpRequests ? [`requests (${parts(inspection, 'request')})`] : []),
    ...(handles.httpResponses ? [`responses (${parts(inspection, 'response')})`] : []),
    ...(handles.tcp ? ['TCP'] : []),
  ]
  const able = new Set(inspection.hostFunctions.map((entry) => entry.purpose))
  const uses = [
    ...(able.has('callout') ? ['calls other services'] : []),
    ...(inspection.hostFunctions.some((entry) => entry.name === 'proxy_send_local_response') ? ['may answer itself'] : []),
    ...(able.has('shared-data') ? ['shares data'] : []),
    ...(handles.timers ? ['runs on a timer'] : []),
  ]
  return [
    ...(title === '' ? [] : [title]),
    abi === undefined ? 'no Proxy-Wasm ABI' : `ABI ${abi}`,
    streams.length === 0 ? 'sees no streams' : `sees ${streams.join(' and ')}`,
    ...uses,
  ].join('; ')
}

function parts(inspection: FilterInspection, side: 'request' | 'response'): string {
  return ['headers', 'body', 'trailers'].filter((part) => inspection.callbacks.includes(`proxy_on_${side}_${part}`)).join(', ')
}
