import { definitionWarnings, validateDefinition, validateDefinitionUpdate } from '../../crd/validate-definition.ts'
import type { ResourceType } from '../../resource-type.ts'
import { defaultDefinition, prepareDefinition, prepareDefinitionUpdate } from '../defaults/definition-defaults.ts'
import { defineKind } from '../define-kind.ts'
import { objectAt, textAt } from '../json-tree.ts'
import { textColumn } from '../printing/common-columns.ts'

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
    allColumns: [
      textColumn('Name', 'Name of the definition.', (definition) => textAt(objectAt(definition, 'metadata'), 'name')),
      textColumn('Created At', 'When the definition was created.', (definition) =>
        textAt(objectAt(definition, 'metadata'), 'creationTimestamp'),
      ),
    ],
    setDefaults: defaultDefinition,
    prepareCreate: prepareDefinition,
    prepareUpdate: prepareDefinitionUpdate,
    validate: validateDefinition,
    validateUpdate: validateDefinitionUpdate,
    warnings: definitionWarnings,
  }),
]
