import type { JsonObject } from '../../plan/json.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import type { Controller, NamespaceConfigMap } from './controller.ts'
import { isTerminating, nameOf, type ObjectName } from './object-cache.ts'

const namespaces = '/Namespace'
const configMaps = '/ConfigMap'
const serviceAccounts = '/ServiceAccount'

/** What the recorded 1.36.2 server publishes into every namespace; it has no certificate authority to speak of. */
export const publishedConfigMaps: ReadonlyMap<string, NamespaceConfigMap> = new Map([
  [
    'kube-root-ca.crt',
    {
      annotations: {
        'kubernetes.io/description':
          'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
      },
      data: { 'ca.crt': '' },
    },
  ],
  [
    'openshift-service-ca.crt',
    { annotations: { 'service.beta.openshift.io/inject-cabundle': 'true' }, data: { 'service-ca.crt': '' } },
  ],
])

function namespaceOf(kind: string, object: JsonObject): ObjectName {
  const { namespace, name } = nameOf(object)
  return { namespace: '', name: kind === namespaces ? name : namespace }
}

/** Puts into every namespace what a cluster always has there, and puts it back when it is deleted. */
export function namespaceController(): Controller {
  return {
    name: 'namespaces',
    // A client that makes a namespace and lists it at once is to see the same in every run.
    immediate: true,
    watches: [namespaces],
    restores: [configMaps, serviceAccounts],
    concerned: (kind, object) => [namespaceOf(kind, object)],
    reconcile: ({ name }, world) => {
      const namespace = world.cache.get(namespaces, { namespace: '', name })
      if (namespace === undefined || isTerminating(namespace)) return
      if (textAt(objectAt(namespace, 'status'), 'phase') === 'Terminating') return
      for (const [configMap, { annotations, data }] of world.options.namespaceConfigMaps) {
        if (world.host.get(configMaps, name, configMap) !== undefined) continue
        const metadata = { name: configMap, namespace: name, annotations }
        world.host.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
      }
      if (!world.options.defaultServiceAccounts) return
      if (world.host.get(serviceAccounts, name, 'default') !== undefined) return
      world.host.create(serviceAccounts, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: name },
      })
    },
  }
}
