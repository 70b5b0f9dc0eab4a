import type { ResourceType } from '../../resource-type.ts'
import { eventConversion } from '../conversion/event-groups.ts'
import {
  defaultApiService,
  defaultPriorityClass,
  defaultStorageClass,
  preparePriorityClass,
} from '../defaults/cluster-defaults.ts'
import { defineKind } from '../define-kind.ts'
import { apiServiceColumns, leaseColumns, priorityClassColumns, storageClassColumns } from '../printing/cluster-columns.ts'
import { eventColumns } from '../printing/core-columns.ts'
import { validateApiService, validateLease, validatePriorityClass, validatePriorityClassUpdate } from '../validation/cluster.ts'
import { storageClassWarnings } from '../validation/kind-warnings.ts'
import { validateStorageClass, validateStorageClassUpdate } from '../validation/storage.ts'

/** Kinds of coordination, scheduling, storage, events and API registration. */
export const clusterKinds: readonly ResourceType[] = [
  defineKind({
    group: 'coordination.k8s.io',
    version: 'v1',
    kind: 'Lease',
    plural: 'leases',
    createdByReplace: true,
    replaceNeedsVersion: true,
    columns: leaseColumns,
    validate: validateLease,
  }),
  defineKind({
    group: 'scheduling.k8s.io',
    version: 'v1',
    kind: 'PriorityClass',
    plural: 'priorityclasses',
    shortNames: ['pc'],
    clusterScoped: true,
    prepareCreate: preparePriorityClass,
    allColumns: priorityClassColumns,
    setDefaults: defaultPriorityClass,
    validate: validatePriorityClass,
    validateUpdate: validatePriorityClassUpdate,
  }),
  defineKind({
    group: 'storage.k8s.io',
    version: 'v1',
    kind: 'StorageClass',
    plural: 'storageclasses',
    shortNames: ['sc'],
    clusterScoped: true,
    deleteAnswersObject: true,
    allColumns: storageClassColumns,
    setDefaults: defaultStorageClass,
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
    warnings: storageClassWarnings,
    metadataChecks: 2,
  }),
  defineKind({
    group: 'events.k8s.io',
    version: 'v1',
    kind: 'Event',
    model: 'EventsEvent',
    conversion: eventConversion,
    plural: 'events',
    shortNames: ['ev'],
    allColumns: eventColumns,
    createdByReplace: true,
  }),
  defineKind({
    group: 'apiregistration.k8s.io',
    version: 'v1',
    kind: 'APIService',
    plural: 'apiservices',
    categories: ['api-extensions'],
    clusterScoped: true,
    status: true,
    replaceNeedsVersion: true,
    columns: apiServiceColumns,
    setDefaults: defaultApiService,
    validate: validateApiService,
  }),
]
