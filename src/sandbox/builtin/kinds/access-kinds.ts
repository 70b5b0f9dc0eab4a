import type { ResourceType } from '../../resource-type.ts'
import {
  allowReview,
  allowRules,
  answerSelf,
  defaultAdmissionPolicy,
  defaultAdmissionPolicyBinding,
  defaultMutatingWebhooks,
  defaultRoleBinding,
  defaultValidatingWebhooks,
  refuseToken,
} from '../defaults/access-defaults.ts'
import { defineKind } from '../define-kind.ts'
import {
  admissionPolicyBindingColumns,
  admissionPolicyColumns,
  bindingColumns,
  mutatingPolicyColumns,
  webhookColumns,
} from '../printing/access-columns.ts'
import { plainColumns } from '../printing/common-columns.ts'
import {
  validateBindingUpdate,
  validateClusterRole,
  validateClusterRoleBinding,
  validateRole,
  validateRoleBinding,
} from '../validation/access.ts'
import {
  validateAdmissionPolicy,
  validateAdmissionPolicyBinding,
  validateMutatingBinding,
  validateMutatingPolicy,
} from '../validation/admission-policies.ts'
import { pathSegmentComplaints } from '../validation/names.ts'
import { validateWebhooks } from '../validation/webhook-configuration.ts'

const rbac = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  nameRule: pathSegmentComplaints,
  createdByReplace: true,
  metadataChecks: 3,
  updateChecksTwice: true,
} as const
const admission = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  categories: ['api-extensions'],
  clusterScoped: true,
  replaceNeedsVersion: true,
  countsGeneration: true,
  comparesMetadataOnce: true,
} as const
const authorization = { group: 'authorization.k8s.io', version: 'v1', review: true } as const
const authentication = { group: 'authentication.k8s.io', version: 'v1', review: true, clusterScoped: true } as const

/** Kinds of `rbac.authorization.k8s.io/v1`, `admissionregistration.k8s.io/v1`, and the reviews of who may do what. */
export const accessKinds: readonly ResourceType[] = [
  defineKind({ ...rbac, kind: 'Role', plural: 'roles', allColumns: plainColumns, validate: validateRole }),
  defineKind({
    ...rbac,
    kind: 'ClusterRole',
    plural: 'clusterroles',
    clusterScoped: true,
    allColumns: plainColumns,
    validate: validateClusterRole,
  }),
  defineKind({
    ...rbac,
    kind: 'RoleBinding',
    plural: 'rolebindings',
    allColumns: bindingColumns,
    setDefaults: defaultRoleBinding,
    validate: validateRoleBinding,
    validateUpdate: validateBindingUpdate,
  }),
  defineKind({
    ...rbac,
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    clusterScoped: true,
    allColumns: bindingColumns,
    setDefaults: defaultRoleBinding,
    validate: validateClusterRoleBinding,
    validateUpdate: validateBindingUpdate,
  }),
  defineKind({
    ...admission,
    kind: 'MutatingWebhookConfiguration',
    plural: 'mutatingwebhookconfigurations',
    columns: webhookColumns,
    setDefaults: defaultMutatingWebhooks,
    validate: validateWebhooks,
  }),
  defineKind({
    ...admission,
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    columns: webhookColumns,
    setDefaults: defaultValidatingWebhooks,
    validate: validateWebhooks,
  }),
  defineKind({
    ...admission,
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    status: true,
    columns: admissionPolicyColumns,
    setDefaults: defaultAdmissionPolicy,
    validate: validateAdmissionPolicy,
  }),
  defineKind({
    ...admission,
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    columns: admissionPolicyBindingColumns,
    setDefaults: defaultAdmissionPolicyBinding,
    validate: validateAdmissionPolicyBinding,
  }),
  defineKind({
    ...admission,
    kind: 'MutatingAdmissionPolicy',
    plural: 'mutatingadmissionpolicies',
    columns: mutatingPolicyColumns,
    setDefaults: defaultAdmissionPolicy,
    validate: validateMutatingPolicy,
  }),
  defineKind({
    ...admission,
    kind: 'MutatingAdmissionPolicyBinding',
    plural: 'mutatingadmissionpolicybindings',
    columns: admissionPolicyBindingColumns,
    setDefaults: defaultAdmissionPolicyBinding,
    validate: validateMutatingBinding,
  }),
  defineKind({
    ...authorization,
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    clusterScoped: true,
    prepareCreate: allowReview,
  }),
  defineKind({
    ...authorization,
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
    clusterScoped: true,
    prepareCreate: allowReview,
  }),
  defineKind({
    ...authorization,
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    prepareCreate: allowReview,
  }),
  defineKind({
    ...authorization,
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    clusterScoped: true,
    prepareCreate: allowRules,
  }),
  defineKind({ ...authentication, kind: 'TokenReview', plural: 'tokenreviews', prepareCreate: refuseToken }),
  defineKind({ ...authentication, kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', prepareCreate: answerSelf }),
]
