import type { ResourceType } from '../../resource-type.ts'
import { autoscalerConversion, defaultVersion1 } from '../conversion/autoscaler-versions.ts'
import {
  defaultAutoscaler,
  defaultEndpointSlice,
  defaultIngressClass,
  defaultNetworkPolicy,
  prepareIngress,
} from '../defaults/network-defaults.ts'
import { defineKind } from '../define-kind.ts'
import {
  autoscalerColumns,
  disruptionBudgetColumns,
  ingressClassColumns,
  ingressColumns,
  networkPolicyColumns,
} from '../printing/network-columns.ts'
import { endpointSliceColumns } from '../printing/service-columns.ts'
import { validateAutoscaler } from '../validation/autoscaler.ts'
import { validateEndpointSlice, validateEndpointSliceUpdate } from '../validation/endpoint-slice.ts'
import { endpointSliceWarnings, networkPolicyWarnings } from '../validation/kind-warnings.ts'
import {
  ingressWarnings,
  validateDisruptionBudget,
  validateIngress,
  validateIngressClass,
  validateIngressClassUpdate,
  validateIngressCreate,
  validateIngressStatus,
  validateNetworkPolicy,
} from '../validation/networking.ts'

const networking = { group: 'networking.k8s.io', version: 'v1', countsGeneration: true } as const

/** Kinds of `networking.k8s.io/v1`, `discovery.k8s.io/v1`, `policy/v1` and of `autoscaling`, where version 2 is stored. */
export const networkKinds: readonly ResourceType[] = [
  defineKind({
    ...networking,
    kind: 'Ingress',
    plural: 'ingresses',
    shortNames: ['ing'],
    status: true,
    columns: ingressColumns,
    prepareCreate: prepareIngress,
    validate: validateIngress,
    validateCreate: validateIngressCreate,
    validateStatus: validateIngressStatus,
    warnings: ingressWarnings,
    metadataChecks: 2,
  }),
  defineKind({
    ...networking,
    kind: 'IngressClass',
    plural: 'ingressclasses',
    clusterScoped: true,
    columns: ingressClassColumns,
    setDefaults: defaultIngressClass,
    validate: validateIngressClass,
    validateUpdate: validateIngressClassUpdate,
    metadataChecks: 2,
  }),
  defineKind({
    ...networking,
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    shortNames: ['netpol'],
    columns: networkPolicyColumns,
    setDefaults: defaultNetworkPolicy,
    validate: validateNetworkPolicy,
    warnings: networkPolicyWarnings,
    metadataChecks: 2,
    updateChecksTwice: true,
  }),
  defineKind({
    group: 'discovery.k8s.io',
    version: 'v1',
    kind: 'EndpointSlice',
    plural: 'endpointslices',
    countsGeneration: true,
    columns: endpointSliceColumns,
    setDefaults: defaultEndpointSlice,
    validate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
    warnings: endpointSliceWarnings,
  }),
  defineKind({
    group: 'policy',
    version: 'v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    shortNames: ['pdb'],
    replaceNeedsVersion: true,
    status: true,
    countsGeneration: true,
    columns: disruptionBudgetColumns,
    validate: validateDisruptionBudget,
  }),
  defineKind({
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    categories: ['all'],
    status: true,
    columns: autoscalerColumns,
    setDefaults: defaultAutoscaler,
    validate: validateAutoscaler,
  }),
  defineKind({
    group: 'autoscaling',
    version: 'v1',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    model: 'V1HorizontalPodAutoscaler',
    conversion: autoscalerConversion,
    shortNames: ['hpa'],
    categories: ['all'],
    status: true,
    columns: autoscalerColumns,
    setDefaults: defaultVersion1,
  }),
]
