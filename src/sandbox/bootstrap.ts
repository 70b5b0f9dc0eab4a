import type { JsonObject } from '../plan/json.ts'
import type { ApiContext } from './api/api-context.ts'
import type { ApiServer } from './api/api-server.ts'
import { serverVersion } from './api/discovery.ts'
import { timestamp } from './api/object-metadata.ts'
import { systemPriorities } from './builtin/validation/cluster.ts'
import { nodeAddress } from './controllers/pod-status.ts'
import { sandboxNode } from './controllers/pod-template.ts'
import { nodeObject } from './controllers/sandbox-node.ts'

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/** The Service by which pods find the API server. */
const kubernetesService: JsonObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
}

/** Where that Service leads, as the API server itself says it in the older and the newer form. */
const serverPorts = [{ name: 'https', port: 6443, protocol: 'TCP' }]
const kubernetesEndpoints: JsonObject = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
  subsets: [{ addresses: [{ ip: nodeAddress }], ports: serverPorts }],
}
const kubernetesSlice: JsonObject = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [nodeAddress], conditions: { ready: true } }],
  ports: serverPorts,
}

/** Puts into a new sandbox what every cluster has from the start: system namespaces, its own Service and where it leads, a node. */
export function bootstrap(api: ApiServer, context: ApiContext): void {
  const { store } = context
  const send = (method: 'POST' | 'PUT', path: string, body: JsonObject): void => {
    api.handle({ method, path, headers: { 'user-agent': 'kube-apiserver' }, body })
  }
  for (const name of systemNamespaces) {
    if (store.get('/namespaces', '', name) !== undefined) continue
    send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  if (store.get('/services', 'default', 'kubernetes') === undefined) {
    send('POST', '/api/v1/namespaces/default/services', kubernetesService)
  }
  if (store.get('/endpoints', 'default', 'kubernetes') === undefined) {
    send('POST', '/api/v1/namespaces/default/endpoints', kubernetesEndpoints)
  }
  if (store.get('discovery.k8s.io/endpointslices', 'default', 'kubernetes') === undefined) {
    send('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', kubernetesSlice)
  }
  for (const [name, value] of systemPriorities) {
    if (store.get('scheduling.k8s.io/priorityclasses', '', name) !== undefined) continue
    const description = 'For what the cluster itself can not do without.'
    const priorityClass = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description }
    send('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', priorityClass)
  }
  if (store.get('/nodes', '', sandboxNode) !== undefined) return
  const node = nodeObject(serverVersion.gitVersion, timestamp(context.now()))
  send('POST', '/api/v1/nodes', node)
  send('PUT', `/api/v1/nodes/${sandboxNode}/status`, node)
}
