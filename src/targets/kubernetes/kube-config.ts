/** The library's reader of kubeconfigs, for whoever loads it late: it is needed only where a credential has to be fetched. */
export { KubeConfig } from '@kubernetes/client-node'
