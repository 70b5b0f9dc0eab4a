import { ensureTree, objectAt, setDefault, type Tree, textAt } from '../json-tree.ts'

/** Volumes of the class go with their claims and are bound at once. */
export function defaultStorageClass(storageClass: Tree): void {
  setDefault(storageClass, 'reclaimPolicy', 'Delete')
  setDefault(storageClass, 'volumeBindingMode', 'Immediate')
}

/** Pods of the class take the place of lesser ones. */
export function defaultPriorityClass(priorityClass: Tree): void {
  setDefault(priorityClass, 'preemptionPolicy', 'PreemptLowerPriority')
}

/** What serves a version of the API is reached by HTTPS. */
export function defaultApiService(service: Tree): void {
  const reference = objectAt(objectAt(service, 'spec'), 'service')
  if (reference !== undefined && textAt(reference, 'name') !== '') reference.port ??= 443
}

/** The generation of a class is told, and never counted. */
export function preparePriorityClass(priorityClass: Tree): void {
  ensureTree(priorityClass, 'metadata').generation = 1
}
