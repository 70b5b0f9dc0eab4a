import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { ageColumn, integerColumn, type KindColumn, nameColumn, textColumn } from './common-columns.ts'

/** HOLDER. */
export const leaseColumns: readonly KindColumn[] = [
  textColumn('Holder', (lease) => textAt(objectAt(lease, 'spec'), 'holderIdentity')),
]

/** NAME, PROVISIONER, RECLAIMPOLICY, VOLUMEBINDINGMODE and ALLOWVOLUMEEXPANSION. */
export const storageClassColumns: readonly KindColumn[] = [
  {
    ...nameColumn,
    cell: (storageClass) => {
      const metadata = objectAt(storageClass, 'metadata')
      const isDefault = textAt(objectAt(metadata, 'annotations'), 'storageclass.kubernetes.io/is-default-class') === 'true'
      return `${textAt(metadata, 'name')}${isDefault ? ' (default)' : ''}`
    },
  },
  textColumn('Provisioner', (each) => textAt(each, 'provisioner')),
  textColumn('ReclaimPolicy', (each) => textAt(each, 'reclaimPolicy')),
  textColumn('VolumeBindingMode', (each) => textAt(each, 'volumeBindingMode')),
  textColumn('AllowVolumeExpansion', (each) => each.allowVolumeExpansion === true),
  ageColumn,
]

const globalDefault = textColumn('Global-Default', (each) => each.globalDefault === true)

/** VALUE, GLOBAL-DEFAULT, AGE and PREEMPTIONPOLICY. */
export const priorityClassColumns: readonly KindColumn[] = [
  nameColumn,
  integerColumn('Value', (each) => numberAt(each, 'value') ?? 0),
  { ...globalDefault, type: 'boolean' },
  ageColumn,
  textColumn('PreemptionPolicy', (each) => textAt(each, 'preemptionPolicy')),
]

/** SERVICE and AVAILABLE. */
export const apiServiceColumns: readonly KindColumn[] = [
  textColumn('Service', (each) => {
    const service = objectAt(objectAt(each, 'spec'), 'service')
    return service === undefined ? 'Local' : `${textAt(service, 'namespace')}/${textAt(service, 'name')}`
  }),
  textColumn('Available', (each) => {
    const condition = objectsAt(objectAt(each, 'status'), 'conditions').find((one) => one.type === 'Available')
    return condition === undefined ? 'Unknown' : textAt(condition, 'status')
  }),
]
