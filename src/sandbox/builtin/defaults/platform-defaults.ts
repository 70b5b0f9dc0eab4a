import type { JsonObject } from '../../../plan/json.ts'
import { copyTree, ensureTree, isTree, setDefault, type Tree } from '../json-tree.ts'

/** A storage driver's habits. */
export function defaultDriver(driver: Tree): void {
  const spec = ensureTree(driver, 'spec')
  setDefault(spec, 'attachRequired', true)
  setDefault(spec, 'podInfoOnMount', false)
  setDefault(spec, 'storageCapacity', false)
  setDefault(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType')
  const modes = spec.volumeLifecycleModes
  if (!Array.isArray(modes) || modes.length === 0) spec.volumeLifecycleModes = ['Persistent']
  setDefault(spec, 'requiresRepublish', false)
  setDefault(spec, 'seLinuxMount', false)
}

/** Rules of priority come one after the other. */
export function defaultFlowSchema(schema: Tree): void {
  const spec = ensureTree(schema, 'spec')
  if (spec.matchingPrecedence === undefined || spec.matchingPrecedence === 0) spec.matchingPrecedence = 1000
}

const queues = { queues: 64, handSize: 8, queueLengthLimit: 50 } as const

/** Shares and queues of a level. */
export function defaultPriorityLevel(level: Tree): void {
  const spec = ensureTree(level, 'spec')
  const { limited, exempt } = spec
  if (isTree(limited)) {
    setDefault(limited, 'nominalConcurrencyShares', 30)
    setDefault(limited, 'lendablePercent', 0)
    const queuing = isTree(limited.limitResponse) ? limited.limitResponse.queuing : undefined
    if (isTree(queuing)) for (const [name, value] of Object.entries(queues)) if (queuing[name] === 0) queuing[name] = value
  }
  if (isTree(exempt)) {
    setDefault(exempt, 'nominalConcurrencyShares', 0)
    setDefault(exempt, 'lendablePercent', 0)
  }
}

/** A request for a certificate is its sender's, and everybody is the same one here. */
export function prepareSigningRequest(request: Tree): void {
  const spec = ensureTree(request, 'spec')
  spec.username = 'sandbox'
  spec.groups = ['system:masters', 'system:authenticated']
}

/** What was asked for never changes. */
export function keepSigningRequest(request: Tree, old: JsonObject): void {
  request.spec = copyTree(old.spec ?? {})
}
