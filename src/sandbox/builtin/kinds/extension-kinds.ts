import {
  definitionWarnings,
  validateDefinition,
  validateDefinitionUpdate,
  validateNewDefinition,
} from '../../crd/validate-definition.ts'
import type { ResourceType } from '../../resource-type.ts'
import { defaultDefinition, prepareDefinition, prepareDefinitionUpdate } from '../defaults/definition-defaults.ts'
import { defineKind } from '../define-kind.ts'
import { plainColumns } from '../printing/common-columns.ts'

/** Kinds of `apiextensions.k8s.io/v1`. */
export const extensionKinds: readonly ResourceType[] = [
  defineKind({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    clusterScoped: true,
    status: true,
    countsGeneration: true,
    deleteAnswersObject: true,
    replaceNeedsVersion: true,
    allColumns: plainColumns,
    setDefaults: defaultDefinition,
    prepareCreate: prepareDefinition,
    prepareUpdate: prepareDefinitionUpdate,
    validate: validateDefinition,
    validateCreate: validateNewDefinition,
    validateUpdate: validateDefinitionUpdate,
    warnings: definitionWarnings,
  }),
]
