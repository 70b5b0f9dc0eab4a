import type { PrinterColumn } from '../../resource-type.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { ageColumn, integerColumn, nameColumn, textColumn } from './common-columns.ts'

/** HOLDER. */
export const leaseColumns: readonly PrinterColumn[] = [
  textColumn('Holder', 'Who holds the lease.', (lease) => textAt(objectAt(lease, 'spec'), 'holderIdentity')),
]

/** NAME, PROVISIONER, RECLAIMPOLICY, VOLUMEBINDINGMODE and ALLOWVOLUMEEXPANSION. */
export const storageClassColumns: readonly PrinterColumn[] = [
  {
    ...nameColumn,
    cell: (storageClass) => {
      const metadata = objectAt(storageClass, 'metadata')
      const isDefault = textAt(objectAt(metadata, 'annotations'), 'storageclass.kubernetes.io/is-default-class') === 'true'
      return `${textAt(metadata, 'name')}${isDefault ? ' (default)' : ''}`
    },
  },
  textColumn('Provisioner', 'Who makes the volumes.', (each) => textAt(each, 'provisioner')),
  textColumn('ReclaimPolicy', 'What becomes of a volume without a claim.', (each) => textAt(each, 'reclaimPolicy')),
  textColumn('VolumeBindingMode', 'When volumes are bound.', (each) => textAt(each, 'volumeBindingMode')),
  textColumn('AllowVolumeExpansion', 'Whether volumes can grow.', (each) => each.allowVolumeExpansion === true),
  ageColumn,
]

const globalDefault = textColumn('Global-Default', 'Whether pods have it that name none.', (each) => each.globalDefault === true)

/** VALUE, GLOBAL-DEFAULT, AGE and PREEMPTIONPOLICY. */
export const priorityClassColumns: readonly PrinterColumn[] = [
  nameColumn,
  integerColumn('Value', 'The priority.', (each) => numberAt(each, 'value') ?? 0),
  { ...globalDefault, type: 'boolean' },
  ageColumn,
  textColumn('PreemptionPolicy', 'Whether others give way.', (each) => textAt(each, 'preemptionPolicy')),
]

/** SERVICE and AVAILABLE. */
export const apiServiceColumns: readonly PrinterColumn[] = [
  textColumn('Service', 'Where the version is served.', (each) => {
    const service = objectAt(objectAt(each, 'spec'), 'service')
    return service === undefined ? 'Local' : `${textAt(service, 'namespace')}/${textAt(service, 'name')}`
  }),
  textColumn('Available', 'Whether it answers.', (each) => {
    const condition = objectsAt(objectAt(each, 'status'), 'conditions').find((one) => one.type === 'Available')
    return condition === undefined ? 'Unknown' : textAt(condition, 'status')
  }),
]
