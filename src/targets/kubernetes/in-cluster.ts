import { join } from 'node:path'
import type { KubeContext } from './kubeconfig.ts'

/** The context's name that stands for the cluster which a pod runs in, unless the kubeconfig has one of that name. */
export const IN_CLUSTER = 'in-cluster'

/** Where Kubernetes puts a service account's token, namespace and authority in every pod. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

interface Environment {
  readonly [name: string]: string | undefined
}

/** `https://host:port` of the API of the cluster around a pod; undefined outside of one. */
export function inClusterServer(environment: Environment): string | undefined {
  const host = environment.KUBERNETES_SERVICE_HOST
  const port = environment.KUBERNETES_SERVICE_PORT_HTTPS || environment.KUBERNETES_SERVICE_PORT
  if (host === undefined || host === '' || port === undefined || port === '') return undefined
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * The cluster around a pod, as the pod's service account sees it; undefined outside of one. Its token is a file that the kubelet
 * replaces before it expires, so it is read again and again.
 */
export function inClusterContext(environment: Environment, directory = SERVICE_ACCOUNT): KubeContext | undefined {
  const server = inClusterServer(environment)
  if (server === undefined) return undefined
  return {
    name: IN_CLUSTER,
    namespace: undefined,
    cluster: { server, 'certificate-authority': join(directory, 'ca.crt') },
    user: { tokenFile: join(directory, 'token') },
    userName: 'the service account of this pod',
    clusterPlace: undefined,
    userPlace: undefined,
  }
}
