import type { JsonObject } from '../../plan/json.ts'
import { nodeAddress } from './pod-status.ts'
import { sandboxNode } from './pod-template.ts'

/** Labels of the one node, as kubelets give them. */
export const nodeLabels: { readonly [key: string]: string } = {
  'beta.kubernetes.io/arch': 'amd64',
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'kubernetes.io/hostname': sandboxNode,
  'kubernetes.io/os': 'linux',
}

const capacity = { cpu: '64', memory: '256Gi', pods: '65000', 'ephemeral-storage': '1Ti' }

/** The one node, on which every pod runs. */
export function nodeObject(gitVersion: string, moment: string): JsonObject {
  const condition = (type: string, status: string, reason: string, message: string): JsonObject => ({
    type,
    status,
    lastHeartbeatTime: moment,
    lastTransitionTime: moment,
    reason,
    message,
  })
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: sandboxNode, labels: nodeLabels },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [
        { type: 'InternalIP', address: nodeAddress },
        { type: 'Hostname', address: sandboxNode },
      ],
      nodeInfo: {
        machineID: 'sandbox',
        systemUUID: 'sandbox',
        bootID: 'sandbox',
        kernelVersion: 'none',
        osImage: 'meshform sandbox',
        containerRuntimeVersion: 'sandbox://1',
        kubeletVersion: gitVersion,
        kubeProxyVersion: gitVersion,
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  }
}
