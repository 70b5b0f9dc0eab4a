import type { ResourceType } from '../../resource-type.ts'
import { defineKind } from '../define-kind.ts'
import { objectAt, textAt } from '../json-tree.ts'
import { textColumn } from '../printing/common-columns.ts'

/** Kinds of `coordination.k8s.io/v1`. */
export const coordinationKinds: readonly ResourceType[] = [
  defineKind({
    group: 'coordination.k8s.io',
    version: 'v1',
    kind: 'Lease',
    plural: 'leases',
    createdByReplace: true,
    replaceNeedsVersion: true,
    columns: [textColumn('Holder', 'Who holds it.', (lease) => textAt(objectAt(lease, 'spec'), 'holderIdentity'))],
  }),
]
