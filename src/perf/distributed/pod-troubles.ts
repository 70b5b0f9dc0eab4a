import type { JsonObject } from '../../plan/json.ts'
import { numberField, objectField, objectsField, textField } from '../formats/json-fields.ts'

/** Reasons for which a container waits in vain (kubelet's images and container runtime packages), so that a run need not wait either. */
const HOPELESS: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
])

/** What holds a worker's pod up. */
export interface PodTrouble {
  /** In words, with the pod's name. */
  readonly words: string
  /** True when waiting longer does not help. */
  readonly hopeless: boolean
}

/** What is wrong with pods that are not running as they should; nothing for those that are. */
export function podTroubles(pods: readonly JsonObject[]): PodTrouble[] {
  return pods.flatMap((pod) => {
    const name = textField(objectField(pod, 'metadata'), 'name') ?? ''
    const status = objectField(pod, 'status')
    const containers = [...objectsField(status, 'initContainerStatuses'), ...objectsField(status, 'containerStatuses')]
    for (const container of containers) {
      const state = objectField(container, 'state')
      const waiting = objectField(state, 'waiting')
      const reason = textField(waiting, 'reason') ?? ''
      if (HOPELESS.has(reason) || reason === 'ErrImagePull') {
        return [{ words: sentence(`pod ${name}`, reason, textField(waiting, 'message')), hopeless: HOPELESS.has(reason) }]
      }
      const ended = objectField(state, 'terminated')
      const code = numberField(ended, 'exitCode') ?? 0
      if (code !== 0) {
        const what = `container ${textField(container, 'name') ?? ''} of pod ${name} ended with ${code}`
        return [{ words: sentence(what, textField(ended, 'reason') ?? '', textField(ended, 'message')), hopeless: true }]
      }
    }
    const unscheduled = objectsField(status, 'conditions').find(
      (condition) => textField(condition, 'type') === 'PodScheduled' && textField(condition, 'status') === 'False',
    )
    if (unscheduled !== undefined) {
      const reason = textField(unscheduled, 'reason') ?? ''
      return [{ words: sentence(`pod ${name}`, reason, textField(unscheduled, 'message')), hopeless: false }]
    }
    return []
  })
}

/** The last lines that a message brings are the ones that say why. */
function sentence(what: string, reason: string, message: string | undefined): string {
  const lines = (message ?? '').trim().split('\n').slice(-3).join(' ').trim()
  return `${what}: ${[reason, lines].filter((part) => part !== '').join(', ')}`
}
