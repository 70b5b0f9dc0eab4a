import type { JsonObject } from '../../../plan/json.ts'
import { listAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { ageColumn, integerColumn, type KindColumn, nameColumn, textColumn } from './common-columns.ts'

function subjects(binding: JsonObject, kind: string): string {
  return objectsAt(binding, 'subjects')
    .filter((subject) => subject.kind === kind)
    .map((subject) => {
      const namespace = textAt(subject, 'namespace')
      return kind === 'ServiceAccount' ? `${namespace}/${textAt(subject, 'name')}` : textAt(subject, 'name')
    })
    .join(', ')
}

/** ROLE, AGE, and who has the role. */
export const bindingColumns: readonly KindColumn[] = [
  nameColumn,
  textColumn('Role', (binding) => {
    const role = objectAt(binding, 'roleRef')
    return `${textAt(role, 'kind')}/${textAt(role, 'name')}`
  }),
  ageColumn,
  textColumn('Users', (binding) => subjects(binding, 'User'), 1),
  textColumn('Groups', (binding) => subjects(binding, 'Group'), 1),
  textColumn('ServiceAccounts', (binding) => subjects(binding, 'ServiceAccount'), 1),
]

/** WEBHOOKS. */
export const webhookColumns: readonly KindColumn[] = [
  integerColumn('Webhooks', (configuration) => listAt(configuration, 'webhooks').length),
]

function unset(text: string): string {
  return text === '' ? '<unset>' : text
}

const paramKindColumn = textColumn('ParamKind', (policy) => {
  const kind = objectAt(objectAt(policy, 'spec'), 'paramKind')
  return kind === undefined ? '<unset>' : `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}`
})

/** VALIDATIONS and PARAMKIND. */
export const admissionPolicyColumns: readonly KindColumn[] = [
  integerColumn('Validations', (policy) => listAt(objectAt(policy, 'spec'), 'validations').length),
  paramKindColumn,
]

/** MUTATIONS and PARAMKIND. */
export const mutatingPolicyColumns: readonly KindColumn[] = [
  integerColumn('Mutations', (policy) => listAt(objectAt(policy, 'spec'), 'mutations').length),
  paramKindColumn,
]

/** POLICYNAME and PARAMREF. */
export const admissionPolicyBindingColumns: readonly KindColumn[] = [
  textColumn('PolicyName', (binding) => textAt(objectAt(binding, 'spec'), 'policyName')),
  textColumn('ParamRef', (binding) => {
    const reference = objectAt(objectAt(binding, 'spec'), 'paramRef')
    const namespace = textAt(reference, 'namespace')
    return unset(namespace === '' ? textAt(reference, 'name') : `${namespace}/${textAt(reference, 'name')}`)
  }),
]
